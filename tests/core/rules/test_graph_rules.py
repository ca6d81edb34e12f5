"""Cycles in what begins a ledger, in merges of what has ended, and how a long one is shown."""

from __future__ import annotations

import pytest

from tests.support.changes import a_task, birth, codes, done, ledger, merged
from tkledger.core.change import change
from tkledger.core.rules import judge
from tkledger.core.task import Task


def ring(length: int) -> list[Task]:
    """Tasks of which each depends on the next, and the last on the first."""
    ids = [f"t{n:02}" for n in range(length)]
    return [a_task(one, depends_on=[ids[n - length + 1]]) for n, one in enumerate(ids)]


def test_the_commit_that_begins_a_ledger_has_no_cycles_either() -> None:
    assert codes(change((), ledger(a_task("a", parent="b"), a_task("b", parent="a")))) == {"TK304"}
    assert codes(change((), ledger(*ring(2)))) == {"TK305"}
    assert codes(change((), ledger(a_task("a", parent="b"), a_task("b")))) == set()


@pytest.mark.parametrize(("length", "left_out"), [(2, 0), (12, 0), (13, 1), (20, 8)])
def test_a_long_cycle_is_shown_by_six_of_each_end(length: int, left_out: int) -> None:
    (found,) = judge(birth(*ring(length)))
    ids = [f"t{n:02}" for n in range(length)]
    if left_out:
        ids[6:-6] = [f"({left_out} more)"]
    shown = " -> ".join((*ids, "t00"))
    assert found.message == f"its dependencies lead back to it: {shown}"
    assert found.remedy == f"tk edit t{length - 1:02} --no-depends-on t00"


@pytest.mark.parametrize(("state", "broken"), [("done", set()), ("todo", {"TK304"})])
def test_two_branches_may_each_end_a_task_under_the_other(state: str, broken: set[str]) -> None:
    base = ledger(a_task("a"), a_task("b"))
    ours = ledger(a_task("a", parent="b", state=state), a_task("b"))
    theirs = ledger(a_task("a"), a_task("b", parent="a", state=state))
    both = ledger(a_task("a", parent="b", state=state), a_task("b", parent="a", state=state))
    assert codes(merged(base, ours, theirs, into=both)) & {"TK304"} == broken


def test_a_task_that_hangs_below_an_old_cycle_of_ended_parents_is_no_part_of_it() -> None:
    old = (done("a", parent="b"), done("b", parent="a"))
    assert codes(birth(a_task("c"), among=old)) == set()


def test_every_task_that_reopens_what_goes_on_is_told() -> None:
    born = (a_task("b"), a_task("c", reopens="o"), a_task("d", reopens="o"))
    found = judge(birth(*born, among=(a_task("o"),)))
    assert [(one.code, one.task) for one in found] == [("TK313", "c"), ("TK313", "d")]


def test_each_new_task_is_asked_what_it_reopens() -> None:
    born = (a_task("a"), a_task("b", reopens="x"), a_task("c"), a_task("d", reopens="a"))
    assert [(one.task, one.message) for one in judge(birth(*born))] == [
        ("b", "reopens x, which does not exist"),
        ("d", "reopens a, which is todo: only a task that has ended is reopened"),
    ]
