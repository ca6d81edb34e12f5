"""`tk decide`, and what moves record of what was learnt and what was tried."""

from __future__ import annotations

import pytest

from tests.support.contract import Tk, failed, lines, moved, refused
from tkledger.errors import Exit

QUESTION = ("decide", "a", "Which parser?", "--choice", "our own", "--because", "it is fast")


def _task(tk: Tk, task: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = tk("show", task, "--json").json["task"]
    return found


def test_a_decision_is_recorded_shown_and_logged(ledger: Tk) -> None:
    others = ("--alternative", "the library=slow = old", "--alternative", "none\nat all=x")
    assert moved(ledger, *QUESTION, *others, "--confidence", "80", "--as", "Ann Bär") == [
        ("a", "todo", "todo")
    ]
    assert _task(ledger, "a")["decisions"] == [
        '"Ann Bär" 80 "Which parser?" "our own" "it is fast"'
        ' "the library" "slow = old" "none at all" "x"'
    ]
    words = "Which parser? our own (confidence 80), because it is fast; not the library: slow = old"
    shown = " ".join(ledger("show", "a").out.split())
    assert f"decisions 1 {words}; not none at all: x (by Ann Bär)" in shown
    (entry,) = (
        one for one in ledger("log", "a", "--json").json["entries"] if one["event"] != "new"
    )
    assert (entry["event"], entry["actor"]) == ("decide", "Ann Bär")
    assert f"({words}; not none at all: x)" in " ".join(ledger("log", "a").out.split())
    assert ledger("verify", "--all").status is Exit.OK


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ((*QUESTION[:2], " ", *QUESTION[3:]), "no-text"),
        ((*QUESTION[:4], "", *QUESTION[5:]), "no-text"),
        ((*QUESTION[:4], "x" * 501, *QUESTION[5:]), "bad-value"),
        ((*QUESTION[:4], "\u0007", *QUESTION[5:]), "bad-value"),
        (QUESTION[:5], "usage"),
        ((*QUESTION, "--alternative", "the library"), "no-why"),
        ((*QUESTION, "--alternative", "=slow"), "no-why"),
        ((*QUESTION, *["--alternative", "a=b"] * 21), "bad-value"),
        ((*QUESTION, "--confidence", "101"), "usage"),
        (("start", "a", "--lesson", "x"), "usage"),
        (("cancel", "a", "--lesson", " "), "bad-value"),
        (("cancel", "a", "--lesson", "x" * 501), "bad-value"),
        (("cancel", "a", "--tried", ""), "bad-value"),
    ],
)
def test_what_makes_no_sense_is_a_mistake_of_the_command_line(
    ledger: Tk, words: tuple[str, ...], kind: str
) -> None:
    failed(ledger(*words, "--json"), Exit.USAGE, kind)


def test_what_was_tried_and_learnt_outlives_the_next_moves(ledger: Tk) -> None:
    ledger("start", "a")
    ledger("block", "a", "--reason", "failed", "-m", "no\nluck", "--tried", "a\nregular expression")
    ledger("requeue", "a", "--tried", "two of them", "--tried", "three")
    ledger("start", "a")
    ledger("submit", "a", "--lesson", "read the grammar")
    ledger("retry", "a", "--gap", "no test", "--tried", "by hand")
    assert ledger("done", "a", "--lesson", "test\tfirst", "--lesson", "ask").status is Exit.OK
    task = _task(ledger, "a")
    assert task["tried"] == ["a regular expression", "two of them", "three", "by hand"]
    assert task["lessons"] == ["read the grammar", "test first", "ask"]
    shown = " ".join(ledger("show", "a").out.split())
    assert "lessons 1 read the grammar 2 test first 3 ask" in shown
    assert "tried 1 a regular expression" in shown
    log = " ".join(ledger("log", "a").out.split())
    assert "lesson: read the grammar" in log
    assert "tried: two of them; tried: three" in log
    ledger("cancel", "b", "--lesson", "x", "--tried", "y")
    assert ledger("verify", "--all").status is Exit.OK


def test_a_batch_decides_and_remembers(ledger: Tk) -> None:
    said = {"question": "q", "choice": "c", "because": "b"}
    rows = (
        {"op": "decide", "id": "a", **said, "alternative": "d=e", "confidence": 0},
        {"op": "cancel", "id": "a", "lesson": ["one", "two"], "tried": "three"},
    )
    assert ledger("batch", stdin=lines(*rows)).status is Exit.OK
    task = _task(ledger, "a")
    assert task["decisions"] == ['test@example.org 0 "q" "c" "b" "d" "e"']
    assert (task["lessons"], task["tried"]) == (["one", "two"], ["three"])
    bad = lines({"op": "decide", "id": "b", **said, "confidence": 101})
    failed(ledger("batch", "--json", stdin=bad), Exit.USAGE, "bad-value")


def test_an_ended_task_takes_none(ledger: Tk) -> None:
    ledger("cancel", "a")
    refused(ledger(*QUESTION, "--json"), "TK208")
