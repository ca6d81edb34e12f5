"""The time of a task with children: theirs, each second once, and its own while none is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task, done, ledger
from tkledger.core.budget import gauges, used_by
from tkledger.core.policy import DEFAULT
from tkledger.core.task import Task
from tkledger.core.usage import (
    Account,
    Activity,
    ChildEvent,
    Fact,
    Usage,
    Used,
    covered,
    facts,
    outside,
)

OLD = DEFAULT._replace(law=1)
END = 60

Span = tuple[int, int]


def usage(*some: Fact, at: int = END, activity: dict[str, Activity] | None = None) -> Usage:
    accounts: dict[str, Account] = {}
    for fact in some:
        accounts.setdefault(fact.task, Account()).add(fact)
    return Usage(accounts.get, lambda task: (activity or {}).get(task, Activity()), at)


def worked(task: str, *spans: Span) -> list[Fact]:
    return [Fact(f"{task}{begin}-{end}", task, span=(begin, end)) for begin, end in spans]


def open_child(child: str, begin: int, end: int | None = None, parent: str = "p") -> list[Fact]:
    """A child of a task from its birth to its end."""
    events = [ChildEvent(begin, False, child)]
    events += [] if end is None else [ChildEvent(end, True, child)]
    return [Fact(f"{child}{n}", parent, children=(one,)) for n, one in enumerate(events)]


# the facts; the seconds of the parent p by edition 1 of the law, and by edition 2
TIMES = [
    ("a leaf", worked("p", (0, 10)), 10, 10),
    ("children one after the other", worked("c", (0, 10)) + worked("d", (10, 30)), 30, 30),
    ("side by side", worked("c", (0, 10)) + worked("d", (5, 20)), 25, 20),
    ("one within the other", worked("c", (0, 30)) + worked("d", (5, 20)), 45, 30),
    ("a child's child", worked("c", (0, 10)) + worked("e", (5, 15)), 20, 15),
    ("a pause", worked("c", (0, 5)) + worked("d", (20, 25)), 10, 10),
    ("nothing but begun", worked("p", (0, 50)) + open_child("c", 0), 50, 0),
    ("before there were children", worked("p", (0, 50)) + open_child("c", 20), 50, 20),
    ("after they have ended", worked("p", (0, 50)) + open_child("c", 0, 30), 50, 20),
    ("between two of them", worked("p", (0, 50)) + open_child("c", 0, 10) + open_child("d", 30), 50, 20),
    ("a child that ended at once", worked("p", (0, 50)) + open_child("c", 9, 9), 50, 50),
    ("with a child at work", worked("p", (0, 50)) + open_child("c", 10) + worked("c", (20, 30)), 60, 20),
    ("below a child that is itself begun",
     worked("c", (0, 50)) + open_child("e", 10, 40, parent="c") + worked("e", (20, 30)), 60, 30),
    ("both at once after its children",
     worked("p", (0, 50)) + open_child("c", 0, 20) + worked("c", (10, 20)) + worked("d", (30, 60)), 90, 50),
]  # fmt: skip


@pytest.mark.parametrize(("case", "some", "first", "second"), TIMES, ids=[one[0] for one in TIMES])
def test_what_a_parent_used(case: str, some: list[Fact], first: int, second: int) -> None:
    parent = a_task("p", budget={"seconds": 100})
    tasks = ledger(parent, *(done(one, parent="p") for one in "cd"), done("e", parent="c"))
    for law, seconds in ((OLD, first), (DEFAULT, second)):
        (gauge,) = gauges(law, tasks, parent, usage(*some))
        assert (gauge.used, gauge.limit.kind) == (seconds, "seconds")


def test_a_policys_limit_is_for_the_task_alone() -> None:
    policy = DEFAULT._replace(budget=DEFAULT.budget._replace(seconds=30))
    parent = a_task("p", state="in_progress")
    tasks = ledger(parent, a_task("c", parent="p"), policy=policy)
    some = usage(*worked("c", (0, 60)), *open_child("c", 10), activity={"p": Activity(0)})
    (gauge,) = gauges(policy, tasks, parent, some)
    assert gauge.used == 10  # what is in progress is counted up to now, or to the first child
    assert used_by(policy, [parent], some).seconds == 10
    assert used_by(policy._replace(law=1), [parent], some).seconds == END


def test_an_attempt_by_itself_keeps_its_children() -> None:
    parent = a_task("p", attempt=2, budget={"seconds": 100, "scope": "attempt"})
    first, second = worked("p", (0, 10)), [Fact("2", "p", 2, span=(20, 50))]
    (gauge,) = gauges(DEFAULT, ledger(parent), parent, usage(*first, *second, *open_child("c", 30)))
    assert gauge.used == 10


def test_what_only_marks_know_of_counts_in_full() -> None:
    parent = a_task("p", spent={"seconds": 70})
    some = [*worked("p", (0, 50)), *open_child("c", 10)]
    assert used_by(DEFAULT, [parent], usage(*some)).seconds == 10 + 20
    lost = [*some, Fact("s", "p", lost=Used(seconds=40))]
    assert used_by(DEFAULT, [parent], usage(*lost)).seconds == 10 + 40
    assert used_by(OLD, [parent], usage(*lost)).seconds == 50 + 40


WORKING = {"parent": "p", "state": "in_progress"}
CHANGES: list[tuple[str, Task | None, Task | None, list[tuple[str, bool]]]] = [
    ("born", None, a_task(parent="p"), [("p", False)]),
    ("born without a parent", None, a_task(), []),
    ("born when it has ended", None, done("a", parent="p"), []),
    ("moved on", a_task(parent="p"), a_task(**WORKING), []),
    ("ended", a_task(**WORKING), done("a", parent="p"), [("p", True)]),
    ("edited after its end", done("a", parent="p"), done("a", parent="p", labels=["x"]), []),
    ("under another parent", a_task(parent="p"), a_task(parent="q"), [("p", True), ("q", False)]),
    ("under no parent", a_task(parent="p"), a_task(), [("p", True)]),
    ("unreadable", a_task(parent="p"), None, [("p", True)]),
]


@pytest.mark.parametrize(("case", "old", "new", "events"), CHANGES, ids=[one[0] for one in CHANGES])
def test_what_a_commit_says_of_children(
    case: str, old: Task | None, new: Task | None, events: Sequence[tuple[str, bool]]
) -> None:
    found = facts("c", 7, (), [(old, new)], lambda task: Activity())
    said = [(key, one) for key, fact in found.items() for one in fact.children]
    assert said == [(parent, ChildEvent(7, gone, "a")) for parent, gone in events]


spans = st.lists(
    st.tuples(st.integers(0, END), st.integers(0, END)).map(sorted).map(tuple), max_size=6
)


def seconds(some: Iterable[Any]) -> set[int]:
    return {second for begin, end in some for second in range(begin, end)}


@given(spans, spans)
def test_the_parts_outside_of_others(some: list[Span], others: list[Span]) -> None:
    assert covered(outside(some, others)) == len(seconds(some) - seconds(others))


@given(st.fixed_dictionaries({one: st.tuples(spans, spans) for one in "pcde"}))
def test_any_time_is_counted_once_and_by_who_worked(
    times: dict[str, tuple[list[Span], list[Span]]],
) -> None:
    """Each task has been in progress and open at random; e is below c, c and d are below p."""
    above = {"c": "p", "d": "p", "e": "c"}
    some: list[Fact] = []
    expected: set[int] = set()
    for task, (active, _) in times.items():
        some += [Fact(f"{task}{n}", task, span=one) for n, one in enumerate(active)]
        parted = seconds(s for one, over in above.items() if over == task for s in times[one][1])
        expected |= seconds(active) - parted
    for child, parent in above.items():
        for n, (begin, end) in enumerate(times[child][1]):  # each as a child of its own
            some += open_child(f"{child}{n}-", begin, end, parent)
    tasks = [a_task("p", budget={"seconds": 1}), *(a_task(c, parent=p) for c, p in above.items())]
    (gauge,) = gauges(DEFAULT, ledger(*tasks), tasks[0], usage(*some))
    assert gauge.used == len(expected)
    (before,) = gauges(OLD, ledger(*tasks), tasks[0], usage(*some))
    assert gauge.used <= before.used
