"""A merge chooses each field by its kind, from one of its sides."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.forks import fork, git_merge, results
from tests.support.histories import A, B, PlainRepo, a_task, genesis, moved
from tkledger.core.task import changed as edited

STUCK = moved(A, "blocked")

X = {"base": {"k": "0"}, "ours": {"k": "1"}, "theirs": {"k": "0", "l": "2"}}
FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], list[Any], list[Any]]] = {
    # base, ours, theirs; results that are right and results that are wrong
    "labels are a set": (
        {"labels": ["x", "y"]},
        {"labels": ["a", "x"]},
        {"labels": ["b", "x", "y"]},
        [{"labels": ["a", "b", "x"]}],
        [
            {"labels": labels}
            for labels in (["a", "x"], ["a", "b", "x", "y"], ["b", "x", "y"], ["z"])
        ],
    ),
    "dependencies are a set": (
        {},
        {"depends_on": ["b"]},
        {"depends_on": ["k"]},
        [{"depends_on": ["b", "k"]}],
        [{"depends_on": ["b"]}, {"depends_on": ["k"]}, {}],
    ),
    "notes are all kept": (
        {"notes": ["0"]},
        {"notes": ["0", "a1", "a2"]},
        {"notes": ["0", "b"]},
        [
            {"notes": ["0", "a1", "a2", "b"]},
            {"notes": ["0", "b", "a1", "a2"]},
            {"notes": ["0", "a1", "b", "a2"]},
        ],
        [
            {"notes": notes}
            for notes in (
                ["0", "a1", "a2"],
                ["0", "b"],
                ["0", "a2", "a1", "b"],
                ["a1", "a2", "b", "0"],
                ["0", "a1", "a2", "b", "c"],
                ["0", "a1", "a2", "b", "b"],
                ["a1", "a2", "b"],
            )
        ],
    ),
    "marks take the greater": (
        {"spent": {"steps": 1, "cost": "0.5"}},
        {"spent": {"steps": 5, "cost": "1.25"}},
        {"spent": {"steps": 7, "cost": "0.75"}},
        [{"spent": {"steps": 7, "cost": "1.25"}}],
        [
            {"spent": spent}
            for spent in (
                {"steps": 5, "cost": "1.25"},
                {"steps": 8, "cost": "1.25"},
                {"steps": 7, "cost": "0.75"},
                {"steps": 7, "cost": "2"},
                {"steps": 7},
            )
        ],
    ),
    "the title is free": (
        {},
        {"title": "One"},
        {"title": "Two"},
        [{"title": "One"}, {"title": "Two"}, {"title": "One and two"}],
        [],
    ),
    "the title of one side only is not": (
        {},
        {"title": "One"},
        {"priority": 1},
        [{"title": "One", "priority": 1}],
        [{"title": "Two", "priority": 1}, {"title": "One"}, {"priority": 1}, {}],
    ),
    "the description is free": (
        {"description": "a"},
        {"description": "b"},
        {"description": "c"},
        [{"description": "b"}, {"description": "b\nc"}],
        [{}],
    ),
    "any other field is one of the two": (
        {"priority": 2, "type": "task"},
        {"priority": 0, "type": "bug"},
        {"priority": 4, "type": "task"},
        [{"priority": 0, "type": "bug"}, {"priority": 4, "type": "bug"}],
        [{"priority": 1, "type": "bug"}, {"priority": 0, "type": "task"}, {"type": "bug"}],
    ),
    "a budget merges limit by limit": (
        {"budget": {"steps": 10}},
        {"budget": {"steps": 20}},
        {"budget": {"steps": 10, "tokens": 5}},
        [{"budget": {"steps": 20, "tokens": 5}}],
        [{"budget": {"steps": 20}}, {"budget": {"steps": 10, "tokens": 5}}, {}],
    ),
    "what is under x merges leaf by leaf": (
        {"x": X["base"]},
        {"x": X["ours"]},
        {"x": X["theirs"]},
        [{"x": {"k": "1", "l": "2"}}],
        [{"x": X["ours"]}, {"x": X["theirs"]}, {"x": {"k": "1", "l": "3"}}],
    ),
}


@pytest.mark.parametrize("what", FIELDS)
def test_fields_merge_by_their_kind(plain_repo: PlainRepo, what: str) -> None:
    base, ours, theirs, right, wrong = FIELDS[what]
    fields = {"spent": base.get("spent")} if "spent" in base else {}
    born = {name: value for name, value in base.items() if name not in fields}
    plain_repo.fast_import(
        [
            (genesis(), ()),
            ({"a": a_task("a", **born), "b": B, "k": a_task("k")}, (1,)),
            ({"a": a_task("a", **base)}, (2,)),
        ]
    )
    fork(plain_repo, [{"a": a_task("a", **ours)}], [{"a": a_task("a", **theirs)}])
    assert plain_repo.codes("ours") == plain_repo.codes("theirs") == {}
    assert [results(plain_repo, {"a": a_task("a", **one)}) for one in right] == [set()] * len(right)
    assert [results(plain_repo, {"a": a_task("a", **one)}) for one in wrong] == [{"TK221"}] * len(
        wrong
    )


def test_attempts_take_the_greater(plain_repo: PlainRepo) -> None:
    plain_repo.fast_import([(genesis(), ()), ({"a": A, "b": B}, (1,)), ({"a": STUCK}, (2,))])
    twice = [edited(A, attempt=2), edited(STUCK, attempt=2), edited(A, attempt=3)]
    fork(plain_repo, [{"a": twice[0]}], [{"a": one} for one in twice])
    assert plain_repo.codes("ours") == plain_repo.codes("theirs") == {}
    assert results(plain_repo, {"a": twice[2]}) == set()
    for wrong in (None, 2, 4, 5):
        assert results(plain_repo, {"a": edited(A, attempt=wrong)}) == {"TK221"}


def test_two_tasks_of_one_name_become_one_of_the_two(begun: PlainRepo) -> None:
    fork(begun, [{"c": a_task("c", title="One")}], [{"c": a_task("c", title="Two", priority=1)}])
    assert not git_merge(begun)
    assert results(begun, {"c": a_task("c", title="One")}) == {"TK221"}, "the priority is lost"
    assert results(begun, {"c": a_task("c", title="One", priority=1)}) == set()
