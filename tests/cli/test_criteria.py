"""`tk criteria`: what a task has to show, and a specification that its start freezes."""

from __future__ import annotations

import shlex

import pytest

from tests.support.contract import Tk, failed, lines, refused
from tests.support.project import Project
from tkledger.errors import Exit


def _listed(tk: Tk, task: str) -> list[tuple[str, str, str]]:
    found = tk("criteria", task, "--json").json["criteria"]
    assert [one["number"] for one in found] == [*range(1, len(found) + 1)]
    return [(one["text"], one["state"], one.get("reason", "")) for one in found]


def test_criteria_are_added_met_waived_and_listed(ledger: Tk) -> None:
    assert ledger("criteria", "a").err.endswith("tk criteria a --add TEXT\n")
    ledger("criteria", "a", "--add", "is fast", "--add", "is small", "--add", "ends")
    ledger("criteria", "a", "--met", "1,3", "--as", "bob")
    ledger("criteria", "a", "--waive", "2", "--reason", "it is -- after all -- a demo")
    assert _listed(ledger, "a") == [
        ("is fast", "met", ""),
        ("is small", "waived", "it is -- after all -- a demo"),
        ("ends", "met", ""),
    ]
    assert ledger("criteria", "a").out.splitlines()[1] == (
        "  2 waived  is small (it is -- after all -- a demo)"
    )
    assert "2  is small (waived: it is -- after all -- a demo)" in ledger("show", "a").out
    assert "met: is fast; met: ends" in ledger("log", "a").out
    assert ledger("verify", "--all").status is Exit.OK


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["--met", "3"], "no-such-criterion"),
        (["--met", "0"], "no-such-criterion"),
        (["--met", "1"], "settled"),
        (["--waive", "1", "--reason", "x"], "settled"),
        (["--waive", "2"], "no-reason"),
        (["--waive", "2", "--reason", " "], "no-reason"),
        (["--waive", "2", "--reason", "\u200b"], "bad-value"),
        (["--add", "one"], "known-criterion"),
        (["--add", "a -- b"], "bad-value"),
        (["--add", ""], "bad-value"),
    ],
)
def test_what_makes_no_sense_is_a_mistake_of_the_command_line(
    ledger: Tk, words: list[str], kind: str
) -> None:
    ledger("criteria", "a", "--add", "one", "--add", "two")
    ledger("criteria", "a", "--met", "1")
    failed(ledger("criteria", "a", *words, "--json"), Exit.USAGE, kind)


def test_a_task_is_not_done_before_all_is_met_or_waived(ledger: Tk) -> None:
    ledger("criteria", "a", "--add", "one", "--add", "two")
    ledger("start", "a")
    for number in ("1", "2"):
        answer = ledger("done", "a", "--json")
        refused(answer, "TK515")
        (found,) = answer.json["violations"]
        assert f"its criterion {number} is not met" in found["message"]
        meet, waive = found["remedy"].replace("TEXT", "x").split(", or ")
        assert ledger(*shlex.split(meet if number == "1" else waive)[1:]).status is Exit.OK
    assert ledger("done", "a").status is Exit.OK
    new = ledger("reopen", "a").out.strip()
    assert [state for _, state, _ in _listed(ledger, new)] == ["open", "open"]
    ledger("criteria", "b", "--add", "one")
    assert ledger("cancel", "b").status is Exit.OK


def test_who_may_set_rules_aside_is_done_without(ledger: Tk) -> None:
    ledger("criteria", "a", "--add", "one")
    ledger("start", "a")
    ledger("config", "set", "roles", "override=test@example.org")
    assert ledger("done", "a", "--override", "the demo is over").status is Exit.OK
    assert "TK515" in ledger("verify", "--all").err


def test_a_batch_names_criteria_by_their_numbers(ledger: Tk) -> None:
    rows = (
        {"op": "criteria", "id": "a", "add": ["one", "two"]},
        {"op": "criteria", "id": "a", "met": [1], "waive": ["2"], "reason": "why not"},
    )
    assert ledger("batch", stdin=lines(*rows)).status is Exit.OK
    assert [state for _, state, _ in _listed(ledger, "a")] == ["met", "waived"]
    failed(
        ledger("batch", "--json", stdin=lines({"op": "criteria", "id": "a"})),
        Exit.USAGE,
        "no-criterion",
    )


def test_a_frozen_specification_changes_by_its_keeper_only(ledger: Tk) -> None:
    ledger("criteria", "a", "--add", "one")
    ledger("config", "set", "spec", "frozen")
    ledger("config", "set", "roles.spec", "chief")
    assert ledger("edit", "a", "--title", "Still free").status is Exit.OK
    ledger("block", "a", "--reason", "user")
    assert ledger("edit", "a", "--title", "Free, since never started").status is Exit.OK
    ledger("requeue", "a")
    assert ledger("edit", "a", "--title", "Free again").status is Exit.OK
    ledger("start", "a")
    ledger("block", "a", "--reason", "user")
    for words in (
        *(["edit", "a", "--title", "X"], ["edit", "a", "-m", "X"]),
        *(["edit", "a", "--depends-on", "b"], ["criteria", "a", "--add", "X"]),
        ["criteria", "a", "--waive", "1", "--reason", "no"],
    ):
        refused(ledger(*words, "--json"), "TK516")
        if "--reason" not in words:
            refused(ledger(*words, "--as", "chief", "--json"), "TK516")
            words += ["--reason", "it was wrong"]
        assert ledger(*words, "--as", "chief", "--dry-run").status is Exit.OK
    ledger("requeue", "a")
    refused(ledger("edit", "a", "--title", "X", "--json"), "TK516")
    assert ledger("criteria", "a", "--met", "1").status is Exit.OK
    assert ledger("edit", "a", "--priority", "0", "--label", "x").status is Exit.OK


def test_a_dependency_that_is_reopened_takes_no_role(ledger: Tk) -> None:
    ledger("new", "Uses a", "--id", "u", "--depends-on", "a")
    ledger("start", "a")
    ledger("done", "a")
    ledger("start", "u")
    ledger("config", "set", "spec", "frozen")
    assert ledger("reopen", "a").status is Exit.OK


def test_steps_of_the_work_are_checked_skipped_and_listed(ledger: Tk) -> None:
    assert ledger("checklist", "a").err.endswith("tk checklist a --add TEXT\n")
    ledger("checklist", "a", "--add", "read", "--add", "write", "--add", "ship")
    ledger("checklist", "a", "--check", "1", "--as", "bob")
    ledger("checklist", "a", "--skip", "3", "--reason", "it is a demo")
    assert ledger("checklist", "a").out.splitlines() == [
        "  1 checked  read",
        "  2 open     write",
        "  3 skipped  ship (it is a demo)",
    ]
    assert "3  ship (skipped: it is a demo)" in ledger("show", "a").out
    found = ledger("checklist", "a", "--json").json["checklist"]
    assert [one["state"] for one in found] == ["checked", "open", "skipped"]
    failed(ledger("checklist", "a", "--check", "1", "--json"), Exit.USAGE, "settled")
    failed(ledger("checklist", "a", "--skip", "2", "--json"), Exit.USAGE, "no-reason")
    failed(ledger("checklist", "a", "--add", "read", "--json"), Exit.USAGE, "known-step")
    failed(ledger("checklist", "a", "--check", "4", "--json"), Exit.USAGE, "no-such-step")


def test_an_open_step_prevents_nothing_and_both_sides_of_a_merge_stay(project: Project) -> None:
    project.ok("checklist", "a", "--add", "read", "--add", "write")
    project.git("checkout", "-q", "-b", "other")
    project.ok("checklist", "a", "--check", "1")
    project.git("checkout", "-q", "main")
    project.ok("checklist", "a", "--check", "2", "--add", "ship")
    project.git("merge", "-q", "other", check=False)
    project.ok("resolve")
    project.git("commit", "-q", "--no-edit")
    project.ok("start", "a")
    project.ok("done", "a")
    states = [one["state"] for one in project.ok("checklist", "a", "--json").json["checklist"]]
    assert states == ["checked", "checked", "open"]
    project.ok("verify", "--all")
