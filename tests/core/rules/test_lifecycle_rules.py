"""What the rules of moves say if there is one of a thing, and if there are several."""

from __future__ import annotations

import pytest

from tests.support.changes import a_task, codes, commit, done, edit, ledger
from tkledger.core.change import Violation
from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT
from tkledger.core.presets import PRESETS
from tkledger.core.quoting import few
from tkledger.core.rules import judge
from tkledger.core.rules.lifecycle import remedy_for


def only(found: tuple[Violation, ...]) -> tuple[str, str]:
    (one,) = found
    return one.message, one.remedy


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "cannot be worked on: d0 is not done"),
        (2, "cannot be worked on: d0, d1 are not done"),
        (6, "cannot be worked on: d0, d1, d2, d3, d4, d5 are not done"),
        (7, "cannot be worked on: d0, d1, d2, d3, d4, d5 and 1 more are not done"),
    ],
)
def test_what_a_task_waits_for_is_named(count: int, words: str) -> None:
    ids = [f"d{n}" for n in range(count)]
    waiting = a_task(depends_on=[*ids, "e"])
    among = (*map(a_task, ids), done("e"))
    begun = edit(waiting, waiting._replace(state=State.IN_PROGRESS), among=among)
    remedy = "tk why d0, or tk edit a --no-depends-on d0"
    assert only(judge(begun)) == (words, remedy)


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "cannot end: its child c0 is open"), (2, "cannot end: its children c0, c1 are open")],
)
def test_the_children_that_are_open_are_named(count: int, words: str) -> None:
    among = (*(a_task(f"c{n}", parent="a") for n in range(count)), done("c9", parent="a"))
    ended = edit(a_task(state="in_progress"), done("a"), among=among)
    assert only(judge(ended)) == (words, "tk why c0, or tk edit c0 --parent ID")


@pytest.mark.parametrize(
    ("concerns", "words", "number"),
    [
        (["design: x"], "its concern 1 is open (design: x)", 1),
        (["ops: o", "design: x", "design: y"], "its concern 2 is open and 1 more (design: x)", 2),
        (
            ["design: s", "design: x", "ops: o", "design: y", "design: z"],
            "its concern 2 is open and 2 more (design: x)",
            2,
        ),
    ],
)
def test_the_concern_that_is_open_is_named(concerns: list[str], words: str, number: int) -> None:
    settled = [one for one in concerns if one.endswith(" s")]
    work = a_task(state="in_progress", concerns=concerns, settled=settled)
    remedy = f"tk concern a TEXT --settle {number}"
    assert only(judge(edit(work, work._replace(state=State.DONE)))) == (
        f"cannot be done: {words}",
        remedy,
    )


@pytest.mark.parametrize(
    ("state", "target", "remedy"),
    [
        ("todo", State.DONE, "tk start a && tk done a"),
        ("backlog", State.DONE, "tk admit a && tk start a && tk done a"),
        ("blocked", State.IN_REVIEW, "tk resume a && tk submit a"),
        ("todo", State.BACKLOG, "tk why a"),
        ("todo", State.BLOCKED, "tk block a --reason other"),
        ("in_review", State.DONE, "tk approve a"),
        ("done", State.TODO, "tk reopen a"),
        ("cancelled", State.DONE, "tk reopen a"),
    ],
)
def test_the_remedy_is_the_moves_to_where_it_was_to_go(
    state: str, target: State, remedy: str
) -> None:
    task = a_task(state=state)
    assert remedy_for(ledger(task), task, target, DEFAULT) == remedy


@pytest.mark.parametrize(
    ("state", "target", "remedy"),
    [
        ("in_review", State.DONE, "another actor runs tk approve a"),
        ("in_progress", State.DONE, "tk submit a, then another actor runs tk approve a"),
        ("todo", State.DONE, "tk start a && tk submit a, then another actor runs tk approve a"),
        ("todo", State.IN_REVIEW, "tk start a && tk submit a"),
    ],
)
def test_where_approvals_are_independent_another_is_asked(
    state: str, target: State, remedy: str
) -> None:
    task, policy = a_task(state=state), PRESETS["agents"]
    assert remedy_for(ledger(task), task, target, policy) == remedy


def test_some_of_many() -> None:
    assert few([]) == ""
    assert few(["a", "b"], 2) == "a, b"
    assert few(["a", "b", "c", "d"], 2) == "a, b and 2 more"


def test_deleted_files_hide_no_child_of_an_ended_task() -> None:
    work = [a_task(f"p{n}", state="in_progress") for n in range(9)]
    children = [a_task(f"c{n}", parent=f"p{n}") for n in range(9)]
    before = ledger(*work, *children, *(a_task(f"x{n}") for n in range(9)))
    after = ledger(*(done(one.id) for one in work), *children)
    found = [(one.code, one.task) for one in judge(commit(before, after))]
    gone = [("TK204", f"x{n}") for n in range(9)]
    assert sorted(found) == gone + [("TK212", f"p{n}") for n in range(9)]


def test_everything_that_changed_in_what_has_ended_is_named_but_what_may() -> None:
    ended = done("a", owner="x", notes=["n"])
    assert judge(edit(ended, done("a", owner="x", notes=["n", "m"], labels=["l"]))) == ()
    changed = edit(ended, done("a", title="Other", notes=["n", "m"]))
    assert only(judge(changed))[0] == "is done: title, owner can no longer change"


def test_a_miscounted_attempt_is_found_among_others_and_what_has_ended_is_told_of_once() -> None:
    count = range(6)  # of each, so that none is found by chance before the others
    stuck = {"state": "blocked", "wait": {"reason": "user"}}
    idle, again, raised = ([a_task(f"{name}{n}") for n in count] for name in "abc")
    old = (*idle, *raised, *(a_task(one.id, **stuck) for one in again))
    new = (
        *(one._replace(owner="x") for one in idle),
        *(one._replace(attempt=2) for one in (*again, *raised)),
    )
    found = judge(edit(old, new))
    assert [(one.code, one.task) for one in found] == [("TK216", one.id) for one in raised]
    assert codes(edit(done("a"), done("a", attempt=2))) == {"TK208"}


def test_a_concern_is_settled_first_if_it_is_older_than_this_commit() -> None:
    work = a_task(state="in_progress", concerns=["design: x"])
    ended = work._replace(state=State.DONE)
    settle = "tk concern a TEXT --settle 1"
    both = ended._replace(concerns=("design: x", "design: y"))
    assert only(judge(edit(work, both)))[1] == settle
    raised = edit(work._replace(concerns=()), both)
    assert only(judge(raised))[1] == f"leave a open in this commit; {settle} is the next"
