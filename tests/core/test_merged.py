"""The merge of two versions of a task: whatever is chosen, the law of merges accepts it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task
from tests.support.strategies import tasks
from tkledger.core.lifecycle import Lifecycle, State
from tkledger.core.merge import disputes, is_later, merged
from tkledger.core.task import LOGS, Task, changed

LIFECYCLE = Lifecycle()


def merge(base: Task | None, ours: Task, theirs: Task) -> tuple[Task, tuple[str, ...]]:
    task, _, conflicts = merged(base, ours, theirs, LIFECYCLE)
    return task, conflicts


def _grown(base: Task | None, side: Task) -> Task:
    """A side that has only added to what is only added to."""
    logs = {name: (*getattr(base, name, ()), *getattr(side, name)) or None for name in LOGS}
    return changed(side, id="t", **logs)


def _bare(one: Task) -> Task:
    """Without what stands in the order of the sides."""
    return changed(one, id="t", **dict.fromkeys(LOGS))


@given(base=st.none() | tasks(), ours=tasks(), theirs=tasks())
def test_whatever_is_merged_is_legal(base: Task | None, ours: Task, theirs: Task) -> None:
    ours, theirs = (_grown(base, side) for side in (ours, theirs))
    result = merged(base, ours, theirs, LIFECYCLE)
    assert disputes(base, ours, theirs, result.task, LIFECYCLE) == ()
    assert disputes(base, ours, theirs, result.other, LIFECYCLE) == ()
    assert bool(result.conflicts) == (result.task != result.other)


@given(base=tasks(), ours=tasks(), theirs=tasks())
def test_where_nothing_is_to_be_chosen_both_sides_come_to_the_same(
    base: Task, ours: Task, theirs: Task
) -> None:
    base, ours, theirs = _bare(base), _bare(ours), _bare(theirs)
    one, other = merged(base, ours, theirs, LIFECYCLE), merged(base, theirs, ours, LIFECYCLE)
    assert set(one.conflicts) == set(other.conflicts)
    if not one.conflicts:
        assert one.task == other.task


@pytest.mark.parametrize(
    ("ours", "theirs", "expected", "conflicts"),
    [
        ({"priority": 1}, {"title": "B"}, {"priority": 1, "title": "B"}, ()),
        ({"priority": 1}, {"priority": 3}, {"priority": 1}, ("priority",)),
        ({"title": "B"}, {"title": "C"}, {"title": "B"}, ("title",)),
        ({"labels": ["a", "x"]}, {"labels": ["b"]}, {"labels": ("a", "b")}, ()),
        ({"notes": ["n", "a"]}, {"notes": ["n", "b"]}, {"notes": ("n", "a", "b")}, ()),
        ({"notes": ["n", "a"]}, {"notes": ["n", "a", "b"]}, {"notes": ("n", "a", "b")}, ()),
        (
            {"concerns": ["ops: c", "design: a"]},
            {"concerns": ["ops: c", "ops: b"], "settled": ["ops: c"]},
            {"concerns": ("ops: c", "design: a", "ops: b"), "settled": ("ops: c",)},
            (),
        ),
        ({"attempt": 2}, {"attempt": 3}, {"attempt": 3}, ()),
        ({"x": {"a.b": 1}}, {"x": {"c": {"d": False}}}, {"x": {"a.b": 1, "c": {"d": False}}}, ()),
        ({"owner": "alice"}, {"owner": "bob"}, {"owner": "alice"}, ("owner",)),
    ],
)
def test_fields_merge_by_their_kind(
    ours: dict[str, Any], theirs: dict[str, Any], expected: dict[str, Any], conflicts: tuple[str]
) -> None:
    base = a_task(labels=["x"], notes=["n"], concerns=["ops: c"])
    task, open_ = merge(base, changed(base, **ours), changed(base, **theirs))
    assert {name: getattr(task, name) for name in expected} == expected
    assert open_ == conflicts


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("done", "in_review", "done"),
        ("blocked", "cancelled", "cancelled"),
        ("cancelled", "done", "done"),
        ("blocked", "in_review", "in_review"),
    ],
)
def test_the_state_is_settled_by_the_law(ours: str, theirs: str, expected: str) -> None:
    base = a_task(state="in_progress")
    waiting = {"blocked": {"wait": {"reason": "user"}}}
    sides = [changed(base, state=state, **waiting.get(state, {})) for state in (ours, theirs)]
    for one, other in (sides, sides[::-1]):
        task, open_ = merge(base, one, other)
        assert (task.state, open_) == (State(expected), ())
        assert any(task.wait) == (expected == "blocked")


def test_two_who_started_the_same_task_have_to_choose() -> None:
    base = a_task()
    ours = changed(base, state="in_progress", owner="alice")
    theirs = changed(base, state="in_progress", owner="bob")
    assert merge(base, ours, theirs) == (ours, ("owner",))


ATTEMPT, LIFETIME = ({"budget": {"scope": scope}} for scope in ("attempt", "lifetime"))
LONGER = {"notes": ["n", "b", "c"]}
NOTED, SWAPPED = {"notes": ["o", "p", "a"]}, {"notes": ["p", "o", "a", "c"]}
SOON, LATER = ({"retry": {"not_before": f"2026-01-{day}T12:00:00Z"}} for day in (30, 31))


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "result", "named"),
    [
        ({"x": {"a": {"b": 1}}}, {"x": {"a": {"b": 2}}}, {}, {"x": {"a": {"b": 1}}}, ("x.a.b",)),
        ({}, {"retry": {"max": 3}}, {"retry": {"max": 2}}, {"retry": {"max": 2}}, ()),
        ({"notes": ["o", "p"]}, NOTED, {"notes": ["o", "p", "c"]}, SWAPPED, ("notes",)),
        (
            {"notes": ["o"]},
            {"notes": ["a", "o"]},
            {"notes": ["o", "b"]},
            {"notes": ["o", "a", "b"]},
            (),
        ),
        (
            {"notes": ["o"]},
            {"notes": ["a", "o"]},
            {"notes": ["o", "b"]},
            {"notes": ["a", "o", "b"]},
            (),
        ),
        ({"spent": {"steps": 1}}, {}, {"spent": {"steps": 3}}, {}, ("spent.steps",)),
        ({"spent": {"cost": "1"}}, {}, {"spent": {"cost": "0.5"}}, {"spent": {"cost": "0.5"}}, ()),
        ({"spent": {"steps": 1}}, {}, {"spent": {"steps": 0}}, {"spent": {"steps": 0}}, ()),
        ({}, ATTEMPT, LIFETIME, LIFETIME, ()),
        ({}, ATTEMPT, LIFETIME, ATTEMPT, ("budget.scope",)),
        ({}, SOON, LATER, LATER, ()),
        ({}, SOON, LATER, SOON, ("retry.not_before",)),
        ({}, {"spent": {"steps": 2}}, {"spent": {"steps": 3}}, {}, ("spent.steps",)),
        (
            {"state": "in_progress"},
            {"state": "blocked", "owner": "x", "wait": {"reason": "user"}},
            {"state": "in_review", "owner": "y"},
            {"state": "in_review", "owner": "x", "wait": {"reason": "user"}},
            ("wait", "owner"),
        ),
        (
            {},
            {"state": "blocked", "owner": "x", "wait": {"reason": "user"}},
            {"state": "blocked", "owner": "y", "wait": {"reason": "event"}},
            {"state": "blocked", "owner": "y", "wait": {"reason": "user"}},
            ("owner",),
        ),
        ({}, {"state": "done"}, {"owner": "y"}, {"owner": "y"}, ("state",)),
    ],
)
def test_what_is_disputed_is_named(
    base: Any, ours: Any, theirs: Any, result: Any, named: tuple[str, ...]
) -> None:
    found = disputes(*(a_task(**one) for one in (base, ours, theirs, result)), LIFECYCLE)
    assert sorted(found) == sorted(named)


HELD_UP = {"state": "blocked", "wait": {"reason": "user"}, "owner": "y"}


def test_two_births_have_both_sides_lists_and_the_first_ones_words() -> None:
    ours = a_task(title="A", labels=["a"], notes=["m"], owner="x")
    theirs = a_task(title="B", labels=["b"], notes=["n"], owner="x")
    result = merged(None, ours, theirs, LIFECYCLE)
    both = {"labels": ["a", "b"], "notes": ["m", "n"], "owner": "x"}
    assert result == (a_task(title="A", **both), a_task(title="B", **both), ("title",))
    assert disputes(None, ours, theirs, result.task, LIFECYCLE) == ()


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected", "conflicts"),
    [
        ({}, {"state": "in_progress"}, {"owner": "y"}, {"state": "in_progress", "owner": "y"}, ()),
        (
            {"state": "blocked", "wait": {"reason": "user"}, "owner": "x"},
            {"state": "in_progress", "owner": "x"},
            {"state": "blocked", "wait": {"reason": "user"}, "owner": "y"},
            {"state": "in_progress", "owner": "y"},
            (),
        ),
        ({"spent": {"steps": 1}}, {}, {"spent": {"steps": 3}}, {"spent": {"steps": 3}}, ()),
        ({"notes": ["n"]}, {"notes": ["n", "a"]}, LONGER, {"notes": ["n", "a", "b", "c"]}, ()),
        ({}, {"x": {"a": 1}}, {"x": {"a": 2}}, {"x": {"a": 1}}, ("x.a",)),
        ({"state": "todo"}, {}, {"state": "backlog"}, {"state": "backlog"}, ()),
        ({"x": {"a": {"b": 1}}}, {"x": {"a": {"b": 1}, "c": 2}}, {}, {"x": {"c": 2}}, ()),
        ({"x": {"a": {"b": 1}}}, {"x": {"a": {"b": 2}}}, {}, {"x": {"a": {"b": 2}}}, ("x.a.b",)),
        ({}, {"title": "T"}, {**HELD_UP, "title": "T"}, {**HELD_UP, "title": "T"}, ()),
        ({"retry": {"max": 2}}, {"labels": ["a"]}, {"retry": {"max": 2}}, {"labels": ["a"]}, ()),
        (
            {"state": "blocked", "wait": {"reason": "user"}},
            {"state": "blocked", "wait": {"reason": "event"}, "owner": "x"},
            {"state": "in_progress", "owner": "y"},
            {"state": "in_progress", "owner": "y"},
            (),
        ),
    ],
)
def test_each_side_brings_what_it_moved(
    base: Any, ours: Any, theirs: Any, expected: Any, conflicts: tuple[str, ...]
) -> None:
    one, other, open_ = merged(*(a_task(**side) for side in (base, ours, theirs)), LIFECYCLE)
    assert (one, open_) == (a_task(**expected), conflicts)
    assert other == (a_task(**theirs) if conflicts else one)


@pytest.mark.parametrize(
    ("one", "other", "later"),
    [
        ({"state": "todo"}, {"state": "backlog"}, True),
        ({"state": "blocked"}, {"state": "todo"}, True),
        ({"state": "in_progress"}, {"state": "blocked"}, True),
        ({"state": "in_review"}, {"state": "in_progress"}, True),
        ({"state": "cancelled"}, {"state": "in_review"}, True),
        ({"state": "done"}, {"state": "in_review"}, True),
        ({"state": "done"}, {"state": "cancelled"}, True),
        ({"state": "todo", "attempt": 2}, {"state": "done"}, True),
        ({"state": "todo", "attempt": 3}, {"state": "todo", "attempt": 2}, True),
        ({"state": "todo"}, {"state": "todo", "owner": "x"}, False),
        ({"state": "todo", "attempt": 1}, {"state": "todo"}, False),
    ],
)
def test_a_version_is_later_by_its_attempt_and_then_by_its_state(
    one: dict[str, Any], other: dict[str, Any], later: bool
) -> None:
    assert is_later(a_task(**one), a_task(**other), LIFECYCLE) == later
    assert not is_later(a_task(**other), a_task(**one), LIFECYCLE)
