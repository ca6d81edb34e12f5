"""What may come of two versions of one task: a table for each kind of field, then properties."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task, codes, ledger, merged
from tests.support.strategies import raw_tasks
from tkledger.core.field import Merge
from tkledger.core.lifecycle import Lifecycle, State
from tkledger.core.merge import disputes, settled_states
from tkledger.core.task import FIELDS, Task, task
from tkledger.core.task_parts import PARTS

OUT = None  # the field is left out

# kind, field, base, ours, theirs, the results that are legal, some that are not
TABLE: list[tuple[Merge, str, Any, Any, Any, list[Any], list[Any]]] = [
    (Merge.ONE, "priority", 2, 2, 2, [2], [1, OUT]),
    (Merge.ONE, "priority", 2, 1, 2, [1], [2, 3, OUT]),
    (Merge.ONE, "priority", 2, 2, 1, [1], [2, 3, OUT]),
    (Merge.ONE, "priority", 2, 1, 1, [1], [2, OUT]),
    (Merge.ONE, "priority", 2, 1, 3, [1, 3], [2, 0, OUT]),
    (Merge.ONE, "priority", OUT, 1, OUT, [1], [OUT, 2]),
    (Merge.ONE, "priority", 2, OUT, 3, [OUT, 3], [2]),
    (Merge.ONE, "parent", "p", "q", "r", ["q", "r"], ["p", OUT]),
    (Merge.TEXT, "title", "t", "t1", "t", ["t1"], ["t", "t2"]),
    (Merge.TEXT, "title", "t", "t1", "t2", ["t1", "t2", "t1 and t2", "t"], []),
    (Merge.TEXT, "description", "t", "t1", OUT, ["t1", OUT, "t1 and t2"], []),
    (Merge.TEXT, "description", "t", "t1", "t2", ["t1\nt2\n"], [OUT]),
    (Merge.TEXT, "description", "t", OUT, "t", [OUT], ["t", "u"]),
    (
        Merge.SET,
        "labels",
        ["a"],
        ["a", "b"],
        ["a", "c"],
        [["a", "b", "c"]],
        [["a", "b"], ["a"], []],
    ),
    (Merge.SET, "labels", ["a", "b"], ["a"], ["b"], [[]], [["a"], ["b"], ["a", "b"]]),
    (Merge.SET, "labels", ["a"], ["b"], ["a", "c"], [["b", "c"]], [["a", "b", "c"], ["b"]]),
    (Merge.SET, "labels", ["a"], ["a", "b"], ["a"], [["a", "b"]], [["a"], ["a", "b", "c"]]),
    (Merge.SET, "depends_on", [], ["p"], ["q"], [["p", "q"]], [["p"], ["q"], []]),
    (Merge.LOG, "notes", ["o"], ["o", "a"], ["o"], [["o", "a"]], [["o"], ["o", "a", "c"]]),
    (
        Merge.LOG,
        "notes",
        ["o"],
        ["o", "a", "b"],
        ["o", "c"],
        [["o", "a", "b", "c"], ["o", "c", "a", "b"], ["o", "a", "c", "b"]],
        [
            ["o", "a", "b"],
            ["o", "b", "a", "c"],
            ["a", "b", "c"],
            ["o", "a", "b", "c", "d"],
            ["o", "a", "b", "c", "c"],
            ["a", "o", "b", "c"],
        ],
    ),
    (
        Merge.LOG,
        "notes",
        [],
        ["s", "a"],
        ["s", "c"],
        [["s", "a", "c"], ["s", "a", "s", "c"]],
        [["a", "c"]],
    ),
    (Merge.LOG, "notes", ["o"], ["x"], ["o", "a"], [], [["o", "a"], ["x"], ["x", "a"]]),
    (Merge.MARK, "attempt", 1, 2, 3, [3], [2, 1, 4, OUT]),
    (Merge.MARK, "attempt", OUT, 2, OUT, [2], [OUT, 3]),
    (Merge.MARK, "attempt", OUT, 9, 10, [10], [9, OUT]),
    (
        Merge.LEAVES,
        "spent",
        {"steps": 1},
        {"steps": 2},
        {"steps": 3},
        [{"steps": 3}],
        [{"steps": 2}, {"steps": 5}, {}],
    ),
    (
        Merge.LEAVES,
        "spent",
        {"cost": "9"},
        {"cost": "9.5"},
        {"cost": "10"},
        [{"cost": "10"}],
        [{"cost": "9.5"}, {"cost": "19.5"}],
    ),
    (
        Merge.LEAVES,
        "spent",
        {"cost": "1"},
        {"cost": "2.0"},
        {"cost": "2.00"},
        [{"cost": "2.0"}, {"cost": "2.00"}],
        [{"cost": "2"}],
    ),
    (
        Merge.LEAVES,
        "spent",
        {},
        {"steps": 2},
        {"tokens": 3},
        [{"steps": 2, "tokens": 3}],
        [{"steps": 2}, {"tokens": 3}],
    ),
    (
        Merge.LEAVES,
        "retry",
        {"max": 2},
        {"max": 3},
        {"max": 2, "not_before": "2026-01-31T12:00:00Z"},
        [{"max": 3, "not_before": "2026-01-31T12:00:00Z"}],
        [{"max": 2}, {"max": 3}, {}],
    ),
    (
        Merge.LEAVES,
        "budget",
        {"steps": 9},
        {"steps": 5, "depth": 1},
        {"steps": 7},
        [{"steps": 5, "depth": 1}],
        [
            {"steps": 7, "depth": 1},
            {"steps": 9, "depth": 1},
            {"steps": 6, "depth": 1},
            {"steps": 7},
        ],
    ),
    (
        Merge.LEAVES,
        "admission",
        {},
        {"consumer": "a"},
        {"pain_point": "b"},
        [{"consumer": "a", "pain_point": "b"}],
        [{"consumer": "a"}, {}],
    ),
    (
        Merge.LEAVES,
        "spec",
        {"paths": ["a", "b"], "goal": "g"},
        {"paths": ["b", "c"], "goal": "g", "role": "tester"},
        {"paths": ["a", "b", "d"], "goal": "g"},
        [{"paths": ["b", "c", "d"], "goal": "g", "role": "tester"}],
        [
            {"paths": ["b", "c"], "goal": "g", "role": "tester"},
            {"paths": ["b", "c", "d"], "goal": "g"},
        ],
    ),
    (
        Merge.LEAVES,
        "x",
        {},
        {"a": 1},
        {"b": 2},
        [{"a": 1, "b": 2}],
        [{"a": 1}, {"a": 1, "b": 2, "c": 3}],
    ),
    (
        Merge.LEAVES,
        "x",
        {"a": {"b": 1}},
        {"a": {"b": 2}},
        {"a": {"b": 1, "c": 3}},
        [{"a": {"b": 2, "c": 3}}],
        [{"a": {"b": 2}}],
    ),
    (
        Merge.LEAVES,
        "x",
        {"a": {"b": 1}},
        {"a": "s"},
        {"a": {"b": 2}},
        [{"a": "s"}, {"a": {"b": 2}}],
        [{"a": {"b": 1}}, {}],
    ),
    (
        Merge.LEAVES,
        "x",
        {"l": [1]},
        {"l": [1, 2]},
        {"l": [1, 3]},
        [{"l": [1, 2]}, {"l": [1, 3]}],
        [{"l": [1, 2, 3]}],
    ),
    (Merge.QUALIFIER, "owner", "o", "a", "o", ["a"], ["o", "b", OUT]),
    (Merge.QUALIFIER, "owner", "o", "a", "b", ["a", "b"], ["o", OUT]),
    (Merge.QUALIFIER, "owner", OUT, "a", OUT, ["a"], [OUT]),
]

# base, ours, theirs, the states that a merge may choose
STATES = [
    ("todo", "todo", "todo", "todo"),
    ("todo", "in_progress", "todo", "in_progress"),
    ("todo", "todo", "blocked", "blocked"),
    ("todo", "in_progress", "in_progress", "in_progress"),
    ("todo", "in_progress", "blocked", "in_progress blocked"),
    ("todo", "in_progress", "cancelled", "cancelled"),
    ("in_progress", "done", "blocked", "done"),
    ("in_progress", "done", "cancelled", "done"),
    ("in_progress", "in_review", "todo", "in_review todo"),
    ("backlog", "backlog", "todo", "todo"),
    ("in_review", "done", "in_review", "done"),
    (None, "todo", "todo", "todo"),
    (None, "todo", "backlog", "todo"),
    (None, "done", "todo", "done"),
]


def _made(name: str, value: Any, **fields: Any) -> Task:
    return a_task(**{**fields, name: value})


def _disputed(base: Task | None, ours: Task, theirs: Task, result: Task) -> tuple[str, ...]:
    """The disputes; whether there are any does not depend on which side is which."""
    found = disputes(base, ours, theirs, result, Lifecycle())
    assert bool(found) == bool(disputes(base, theirs, ours, result, Lifecycle()))
    return found


@pytest.mark.parametrize(("kind", "name", "base", "ours", "theirs", "legal", "illegal"), TABLE)
def test_a_field_merges_by_its_kind(
    kind: Merge, name: str, base: Any, ours: Any, theirs: Any, legal: list[Any], illegal: list[Any]
) -> None:
    assert next(field.merge for field in FIELDS if field.name == name) is kind
    sides = [_made(name, value) for value in (base, ours, theirs)]
    for value in legal:
        assert _disputed(*sides, _made(name, value)) == (), value
    for value in illegal:
        found = _disputed(*sides, _made(name, value))
        assert found, value
        assert all(one.split(".")[0] == name for one in found)


def test_every_kind_of_field_is_in_the_table() -> None:
    assert {row[0] for row in TABLE} == set(Merge) - {Merge.LIMIT}  # a leaf, never a whole field
    assert {row[1] for row in TABLE} >= set(PARTS)


@pytest.mark.parametrize(("base", "ours", "theirs", "chosen"), STATES)
def test_a_merge_chooses_the_state(base: str | None, ours: str, theirs: str, chosen: str) -> None:
    old = State(base) if base else None
    for one, other in ((ours, theirs), (theirs, ours)):
        found = settled_states(old, State(one), State(other), Lifecycle())
        assert {state.value for state in found} == set(chosen.split())
    sides = [a_task(state=ours), a_task(state=theirs)]
    for state in State:
        result = a_task(state=state.value)
        found = _disputed(a_task(state=base) if base else None, *sides, result)
        assert (found == ()) == (state.value in chosen.split())


@pytest.mark.parametrize(("base", "ours", "theirs"), list(product([None, *State], State, State)))
def test_there_is_always_a_state_to_choose(base: State | None, ours: State, theirs: State) -> None:
    found = settled_states(base, ours, theirs, Lifecycle())
    assert found
    assert set(found) <= {ours, theirs}
    assert set(found) == set(settled_states(base, theirs, ours, Lifecycle()))


WAITING = {"state": "blocked", "wait": {"reason": "user"}, "owner": "x"}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "legal", "illegal"),
    [
        pytest.param(
            {"state": "in_progress", "owner": "o"},
            WAITING,
            {"state": "cancelled", "error": {"message": "m"}, "owner": "y"},
            [{"state": "cancelled", "error": {"message": "m"}, "owner": "y"}],
            [
                {"state": "cancelled", "error": {"message": "m"}, "owner": "x"},
                {"state": "cancelled", "owner": "y"},
                {"state": "cancelled", "error": {"message": "m"}, "owner": "y", "resolution": "failed"},
            ],
            id="the side chosen brings its qualifiers",
        ),
        pytest.param(
            {"state": "todo"},
            {"state": "in_progress", "owner": "x"},
            {"state": "in_progress", "owner": "y"},
            [{"state": "in_progress", "owner": "x"}, {"state": "in_progress", "owner": "y"}],
            [{"state": "in_progress"}, {"state": "in_progress", "owner": "z"}],
            id="both started it: one of them owns it",
        ),
        pytest.param(
            {"state": "in_progress"},
            {"state": "done", "resolution": "merged"},
            {"state": "done", "resolution": "no_pr"},
            [{"state": "done", "resolution": "merged"}, {"state": "done", "resolution": "no_pr"}],
            [{"state": "done"}, {"state": "done", "resolution": "completed"}],
            id="both finished it: one resolution",
        ),
        pytest.param(
            {"state": "todo"},
            {"state": "in_progress"},
            {"state": "todo", "owner": "y"},
            [{"state": "in_progress", "owner": "y"}],
            [{"state": "in_progress"}, {"state": "in_progress", "owner": "z"}],
            id="one moved, the other assigned it",
        ),
        pytest.param(
            WAITING,
            {"state": "in_progress", "owner": "x"},
            {**WAITING, "wait": {"reason": "user", "detail": "d"}},
            [{"state": "in_progress", "owner": "x"}],
            [{**WAITING}, {"state": "in_progress"}],
            id="one resumed it, the other wrote down what it waits for",
        ),
    ],
)  # fmt: skip
def test_qualifiers_go_with_the_state(
    base: Any, ours: Any, theirs: Any, legal: list[Any], illegal: list[Any]
) -> None:
    sides = [a_task(**fields) for fields in (base, ours, theirs)]
    for fields in legal:
        assert _disputed(*sides, a_task(**fields)) == ()
    for fields in illegal:
        assert _disputed(*sides, a_task(**fields)) != ()


def test_a_narrowed_lifecycle_still_leaves_a_state_to_choose() -> None:
    none = Lifecycle(())
    found = settled_states(State.TODO, State.IN_PROGRESS, State.BLOCKED, none)
    assert set(found) == {State.IN_PROGRESS, State.BLOCKED}


def test_two_births_of_one_id_are_one_of_them_field_by_field() -> None:
    ours, theirs = a_task(title="t1", labels=["a"]), a_task(title="t2", labels=["b"], priority=1)
    both = a_task(title="t1", labels=["a", "b"], priority=1)
    assert _disputed(None, ours, theirs, both) == ()
    assert _disputed(None, ours, theirs, a_task(title="t1", labels=["a"])) != ()


# -- several bases, several parents -------------------------------------------------------------


def test_a_criss_cross_is_right_if_it_is_right_for_one_of_its_bases() -> None:
    left, right = ledger(a_task(owner="l")), ledger(a_task(owner="r"))
    # ours came to r from l, theirs stayed at l: from the base l, ours moved; from r, theirs did
    for owner in ("l", "r"):
        joined = merged((left, right), right, left, into=ledger(a_task(owner=owner)))
        assert codes(joined) == set()
    assert codes(merged(left, right, left, into=left)) == {"TK221"}
    neither = merged((left, right), right, left, into=ledger(a_task(owner="n")))
    assert codes(neither) == {"TK221"}


def test_a_criss_cross_does_not_mix_its_bases() -> None:
    one, two = ledger(a_task(owner="l", priority=1)), ledger(a_task(owner="r", priority=2))
    mixed = ledger(a_task(owner="l", priority=2))
    assert codes(merged((one, two), two, one, into=mixed)) == {"TK221"}


def test_an_octopus_takes_each_task_from_the_one_side_that_moved_it() -> None:
    base = ledger(a_task("a"), a_task("b"), a_task("c"))
    sides = [base.put(a_task(name, owner="x")) for name in "abc"]
    together = base.put(*(a_task(name, owner="x") for name in "abc"))
    assert codes(merged(base, *sides, into=together)) == set()
    assert codes(merged(base, *sides, into=base)) == {"TK221"}
    assert codes(merged(base, *sides, into=sides[0])) == {"TK221"}


def test_an_octopus_chooses_nothing_where_two_sides_moved() -> None:
    base = ledger(a_task())
    sides = [ledger(a_task(owner=owner)) for owner in "xy"]
    for result in (base, *sides):
        assert codes(merged(base, base, *sides, into=result)) == {"TK221"}


def test_an_octopus_may_not_lose_a_state() -> None:
    base = ledger(a_task())
    begun = ledger(a_task(state="in_progress"))
    assert codes(merged(base, base, begun, base, into=base)) == {"TK222"}
    assert codes(merged(base, base, begun, base, into=begun)) == set()


# -- properties ---------------------------------------------------------------------------------

versions = raw_tasks(st.just("a")).map(task)


@given(versions, versions)
def test_where_one_side_moved_its_version_is_legal_and_the_base_is_not(
    base: Task, moved: Task
) -> None:
    assert _disputed(base, moved, base, moved) == ()
    assert (_disputed(base, moved, base, base) == ()) == (moved == base)


@given(versions, versions)
def test_where_both_moved_alike_that_is_legal(base: Task, moved: Task) -> None:
    assert _disputed(base, moved, moved, moved) == ()


@given(versions, versions, versions, versions)
def test_disputes_name_fields_and_never_fail(
    base: Task, ours: Task, theirs: Task, result: Task
) -> None:
    names = {field.name for field in FIELDS}
    for old in (None, base):
        for found in _disputed(old, ours, theirs, result):
            assert found.split(".")[0] in names


@given(versions, st.data())
def test_changes_of_different_fields_all_survive(base: Task, data: st.DataObject) -> None:
    free = sorted({field.name for field in FIELDS} - {"id", "state"})
    left = data.draw(st.sets(st.sampled_from(free)))
    ours, theirs = data.draw(versions), data.draw(versions)
    mine = base._replace(**{name: getattr(ours, name) for name in left})
    its = base._replace(**{name: getattr(theirs, name) for name in free if name not in left})
    both = mine._replace(**{name: getattr(its, name) for name in free if name not in left})
    assert _disputed(base, mine, its, both) == ()
