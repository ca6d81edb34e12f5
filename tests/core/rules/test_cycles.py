"""A cycle is told of once, in part if it is long, and its remedy takes it away."""

from __future__ import annotations

import shlex

import pytest

from tests.support.changes import a_task, commit, edit, ledger
from tkledger.core.change import change
from tkledger.core.rules import judge

KNOTS = {
    "parents": ("TK304", {"a": {"parent": "b"}, "b": {"parent": "c"}, "c": {"parent": "a"}}),
    "dependencies": (
        "TK305",
        {"a": {"depends_on": ["b", "d"]}, "b": {"depends_on": ["c"]}, "c": {"depends_on": ["a"]}},
    ),
    "a task on its parent": ("TK306", {"a": {"parent": "b", "depends_on": ["b"]}}),
    "a task on its grandparent": (
        "TK306",
        {"b": {"parent": "a"}, "c": {"parent": "b", "depends_on": ["a", "d"]}},
    ),
    "a parent on its child, too": (
        "TK306",
        {"b": {"parent": "a", "depends_on": ["c"]}, "a": {"depends_on": ["b"]},
         "c": {"depends_on": ["a"]}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", KNOTS)
def test_the_remedy_of_a_knot_unties_it(what: str) -> None:
    code, links = KNOTS[what]
    before = ledger(*(a_task(key) for key in "abcd"))
    after = ledger(*(a_task(key, **links.get(key, {})) for key in "abcd"))
    (found,) = (one for one in judge(change((before,), after)) if one.code == code)
    tk, edit, key, option, value = shlex.split(found.remedy)
    assert (tk, edit) == ("tk", "edit")
    task = after.task(key)
    assert task is not None
    if option == "--parent":
        untied = task._replace(parent=value or None)
    else:
        assert value in task.depends_on
        untied = task._replace(depends_on=tuple({*task.depends_on} - {value}))
    left = {one.code for one in judge(change((before,), after.put(untied)))}
    assert code not in left


def test_one_loop_is_told_of_once_and_shown() -> None:
    found = judge(
        edit(
            a_task("a"),
            a_task("a", depends_on=["b"]),
            among=(a_task("b", depends_on=["c"]), a_task("c", depends_on=["a"])),
        )
    )
    assert [violation.message for violation in found] == [
        "its dependencies lead back to it: a -> b -> c -> a"
    ]


def test_a_long_loop_is_shown_in_part() -> None:
    many = 1_000
    ring = [a_task(f"t{n:04}", depends_on=[f"t{(n + 1) % many:04}"]) for n in range(many)]
    (found,) = judge(commit(ledger(), ledger(*ring)))
    assert len(found.message) < 200
    assert "(988 more)" in found.message
