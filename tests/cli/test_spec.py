"""What the work is given: `--spec`, `--stream`, and why a task was made."""

from __future__ import annotations

import json

import pytest

from tests.support.contract import Tk, failed
from tests.support.project import Project
from tkledger.errors import Exit


def _spec(tk: Tk, task: str) -> object:
    return tk("show", task, "--json").json["task"].get("spec")


def test_a_specification_is_written_shown_changed_and_taken_out(ledger: Tk) -> None:
    words = ["role=tester", "paths=src/*, tests", "paths=docs", "goal=OKR 3", "constraints=no a=b"]
    given = [part for one in words for part in ("--spec", one)]
    ledger("new", "Parse", "--id", "p", "--stream", "Pay", *given)
    assert _spec(ledger, "p") == {
        **{"role": "tester", "paths": ["docs", "src/*", "tests"], "goal": "OKR 3"},
        "constraints": "no a=b",
    }
    shown = ledger("show", "p").out
    for line in ("stream        pay", "role          tester", "paths         docs, src/*, tests"):
        assert line in shown
    ledger("edit", "p", "--spec", "role=", "--spec", "paths=lib", "--stream", "")
    assert _spec(ledger, "p") == {"paths": ["lib"], "goal": "OKR 3", "constraints": "no a=b"}
    assert "  stream  " not in ledger("show", "p").out
    assert "spec.role tester -> -" in ledger("log", "p").out
    assert ledger("verify", "--all").status is Exit.OK


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("role", "bad-spec"),
        ("rol=x", "unknown-field"),
        ("role=A B", "bad-value"),
        ("paths=/etc", "bad-value"),
        ("paths=src/../..", "bad-value"),
        ("paths=.", "bad-value"),
        (f"goal={'g' * 301}", "bad-value"),
        (f"inputs=a,{'b' * 301}", "bad-value"),
    ],
)
def test_what_no_specification_takes_is_refused(ledger: Tk, words: str, kind: str) -> None:
    answer = ledger("edit", "a", "--spec", words, "--json")
    assert answer.status is Exit.USAGE, answer.said
    failed(answer, Exit.USAGE, kind if kind == "bad-spec" else "bad-value")
    assert ledger("new", "T", "--stream", "a b").status is Exit.USAGE


def test_a_batch_takes_a_specification(ledger: Tk) -> None:
    line = {"op": "new", "title": "P", "id": "p", "spec": ["role=tester"], "stream": "pay"}
    ledger("batch", stdin=json.dumps(line))
    assert _spec(ledger, "p") == {"role": "tester"}


def test_a_guard_may_ask_for_a_field_of_it(ledger: Tk) -> None:
    ledger("config", "set", "guards.form", "state=in_progress", "fields=spec.output")
    answer = ledger("start", "a")
    assert (answer.status, "[TK507]" in answer.err) == (Exit.REJECTED, True)
    ledger("edit", "a", "--spec", "output=one JSON object")
    assert ledger("start", "a").status is Exit.OK


def test_a_new_task_says_why_it_is_made(ledger: Tk) -> None:
    ledger("new", "Fix", "--id", "f", "--from", "a", "--reason", "the parser fails on it")
    (born,) = ledger("log", "f", "--json").json["entries"]
    assert born["reason"] == "the parser fails on it"
    assert ledger("show", "f", "--json").json["task"]["origin"] == "a"


def test_a_stream_is_listed_and_worked_on_one_task_at_a_time(project: Project) -> None:
    project.ok("edit", "a", "b", "--stream", "pay")
    project.ok("edit", "c", "--stream", "web", "--priority", "4")
    listed = project.ok("list", "--stream", "pay", "--json").json["tasks"]
    assert [one["id"] for one in listed] == ["a", "b"]
    assert "warning: no task has the stream 'pays'" in project.ok("list", "--stream", "pays").err
    project.ok("cancel", "d")
    project.ok("start", "a", "--as", "al")
    assert project.ok("next", "--as", "bo").out == "c\n"
    project.ok("start", "c", "--as", "cy")
    none = project.tk("next", "--as", "bo")
    assert (none.status, "1 ready but of a stream that is at work" in none.err) == (6, True)
    project.ok("done", "a", "--as", "al")
    assert project.ok("next", "--as", "bo").out == "b\n"
    project.ok("start", "b", "--as", "bo")
    ended = project.ok("list", "--stream", "pay", "--state", "done", "--json").json["tasks"]
    assert [one["id"] for one in ended] == ["a"]
