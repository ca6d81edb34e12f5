"""`tk config set` of what is in a map, `edit`, and what is said of what gets looser."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.contract import Git, Tk
from tkledger.core.field import FieldError
from tkledger.core.policy import DEFAULT, Approvals, Policy
from tkledger.core.policy_fields import policy
from tkledger.core.task_parts import Budget
from tkledger.errors import Exit, TkError
from tkledger.verbs import settings

GUARD = "guards.safe state=done,in_review role=lead fields=pr"


def after(*lines: str, begin: Policy = DEFAULT) -> Policy:
    for line in lines:
        setting, *words = line.split(" ")
        begin = settings.changed(begin, setting, words)
    return begin


@pytest.mark.parametrize(
    ("lines", "values"),
    [
        (["roles.lead a b"], {"roles": {"lead": ["a", "b"]}}),
        (["roles.lead a", "roles.ops b"], {"roles": {"lead": ["a"], "ops": ["b"]}}),
        (["roles.lead a", "roles.ops b", "roles.lead"], {"roles": {"ops": ["b"]}}),
        (["roles.lead a", "roles ops=b,c"], {"roles": {"ops": ["b", "c"]}}),
        (["roles.lead a", "roles"], {}),
        (["actors.a@b.c ann"], {"actors": {"a@b.c": "ann"}}),
        (["actors.a@b.c ann", "actors.a@b.c "], {}),
        (["pushers.fleet a b"], {"pushers": {"fleet": ["a", "b"]}}),
        (["loops.identity warn"], {"loops": {"identity": "warn"}}),
        (["approvals.independent true"], {"approvals": {"independent": True}}),
        (["approvals.independent true", "approvals.independent false"], {}),
        (["budget.steps 5", "budget.cost 0.5"], {"budget": {"steps": 5, "cost": "0.5"}}),
        (["budget.steps 5", "budget.cost 0.5", "budget.steps"], {"budget": {"cost": "0.5"}}),
        (["budgets.bug steps=5 cost=1"], {"budgets": {"bug": {"steps": 5, "cost": "1"}}}),
        (["budgets.bug steps=5", "budgets.bug cost=1 steps="], {"budgets": {"bug": {"cost": "1"}}}),
        (["budgets.bug steps=5", "budgets.bug steps="], {}),
        (["budgets bug.steps=5 epic.steps=6"], {"budgets": {"bug": {"steps": 5}, "epic": {"steps": 6}}}),
        (
            [GUARD],
            {"guards": {"safe": {"state": ["done", "in_review"], "role": "lead", "fields": ["pr"]}}},
        ),
        ([GUARD, "guards.safe role= fields="], {"guards": {"safe": {"state": ["done", "in_review"]}}}),
        ([GUARD, "guards.other state=done", "guards.safe"], {"guards": {"other": {"state": ["done"]}}}),
        (
            ["may.bot-* verbs=note,start paths=src/*", "may.bot-* branches=tk/*"],
            {"may": {"bot-*": {"verbs": ["note", "start"], "paths": ["src/*"], "branches": ["tk/*"]}}},
        ),
        (["may bot-*.paths=src/*"], {"may": {"bot-*": {"paths": ["src/*"]}}}),
    ],
    ids=lambda value: "; ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_words_make_a_setting(lines: list[str], values: dict[str, Any]) -> None:
    assert after(*lines) == policy({**values, "version": 1 + len(lines)})


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("accepted.x y", "accepted.x cannot be set"),
        ("version 3", "version cannot be set"),
        ("depth.x 3", "depth.x cannot be set"),
        ("roles. a", "roles. cannot be set"),
        ("rolls.a b", "rolls.a cannot be set"),
        ("guards.safe done", "guards.safe takes NAME=VALUE, not 'done'"),
        ("actors.a b c", "actors.a takes one value"),
        ("approvals.independent a b", "approvals.independent takes one value"),
    ],
)
def test_words_that_make_none(line: str, fact: str) -> None:
    with pytest.raises(TkError) as told:
        after(line)
    assert (told.value.exit, told.value.message) == (Exit.USAGE, fact)
    assert told.value.remedy.startswith("tk config explain")


@pytest.mark.parametrize(
    "line", ["guards.safe role=x", "guards.safe state=x", "approvals.x y", "roles.A b"]
)
def test_a_policy_says_what_it_does_not_take(line: str) -> None:
    with pytest.raises(FieldError):
        after(line)


def test_what_a_setting_has() -> None:
    found = after(GUARD, "roles.lead a", "budget.steps 3")
    assert settings.value_of(found, "roles.lead") == ("a",)
    assert settings.value_of(found, "roles.ops") == ()
    assert settings.value_of(found, "budget.steps") == 3
    assert settings.value_of(found, "budget") == Budget(steps=3)
    assert settings.value_of(found, "approvals") == Approvals()


def test_set_says_what_is_looser_and_explain_what_a_name_holds(ledger: Tk) -> None:
    ledger("config", "set", *GUARD.split(" "))
    answer = ledger("config", "set", "guards.safe", "fields=", "role=ops")
    assert answer.out == "guards.safe: state=done,in_review, role=ops (policy version 3)\n"
    assert answer.err.split("\n")[:2] == [
        "looser: guards.safe role lead -> ops",
        "looser: guards.safe fields without pr",
    ]
    assert answer.err.split("\n")[2] == (
        "warning: no actor has the role ops, which a guard asks for: tk config set roles.ops ACTOR"
    )
    asked = ledger("config", "set", "approvals", "role=ops", "--dry-run").err
    assert "warning: no actor has the role ops, which approvals ask for: " in asked
    alone = ledger("config", "set", "roles.policy", "somebody", "--dry-run").err
    assert "warning: test@example.org may not change the policy any more; tk undo" in alone
    rows = [line.rstrip() for line in ledger("config", "explain").out.splitlines()]
    assert any(one.startswith("proposal ") and one.endswith("[none]") for one in rows)
    assert any(one.startswith("children ") and one.endswith("[no limit]") for one in rows)
    shown = ledger("config", "explain", "guards.safe", "--json").json["fields"]
    assert list(shown)[:2] == ["guards", "guards.NAME state="]
    assert all(one["meaning"] for one in shown.values())
    assert "guards.NAME role=" in ledger("config", "explain", "guards").out
    assert ledger("config", "set", "guards.safe").err == "looser: guards.safe is gone\n"


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A line of shell on the file "$1" as git's editor."""

    def make(line: str) -> None:
        script = tmp_path / "edit"
        script.write_text(f"#!/bin/sh\n{line}\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("GIT_EDITOR", f"'{script}'")

    return make


def test_edit_puts_form_and_version_right(
    ledger: Tk, editor: Callable[[str], None], git: Git
) -> None:
    editor("printf 'depth:   12\\nretry: 3\\n' >>\"$1\"")
    answer = ledger("config", "edit")
    assert answer.out == "depth: 12 (policy version 2)\nretry: 3 (policy version 2)\n"
    assert answer.err == "looser: depth 10 -> 12\n"
    assert git("log", "-1", "--format=%s") == "tk: policy 2: depth, retry"
    assert ledger("verify", "--all").status is Exit.OK
    nothing = ledger("config", "edit")
    assert (nothing.status, "twice" in nothing.err) == (Exit.USAGE, True), "depth is there already"
    editor("true")
    assert ledger("config", "edit").err.startswith("going on with your text")


def test_edit_takes_a_text_up_again_and_keeps_what_it_cannot_take(
    ledger: Tk, editor: Callable[[str], None], git: Git
) -> None:
    head = git("rev-parse", "HEAD")
    editor("echo 'dept: 3' >>\"$1\"")
    wrong = ledger("config", "edit")
    assert wrong.status is Exit.USAGE
    assert "dept: is not a known field; did you mean depth?" in wrong.err
    kept = wrong.err.partition("your text: ")[2].split("\n")[0]
    assert os.path.exists(kept)
    editor("sed -i 's/^dept: /depth: /' \"$1\"")
    assert ledger("config", "edit").out == "depth: 3 (policy version 2)\n"
    assert not os.path.exists(kept)
    editor("true")
    same = ledger("config", "edit")
    assert (same.status, "nothing was changed" in same.err) == (Exit.USAGE, True)
    assert git("rev-parse", "HEAD~1") == head
    editor("sed -i 's/^depth: 3/depth: 4/' \"$1\"")
    assert ledger("config", "edit", "--dry-run").out == "would be: depth: 4 (policy version 3)\n"
