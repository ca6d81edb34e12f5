"""How far the ledger may grow: where a limit is counted from, and that a task is told of once."""

from __future__ import annotations

import pytest

from tests.support.changes import a_task, birth, codes, ledger
from tkledger.core.change import Change, change
from tkledger.core.policy import DEFAULT
from tkledger.core.rules import judge
from tkledger.core.task import Task

SELF = DEFAULT._replace(loops={"identity": "refuse"})
FAR = DEFAULT._replace(loops={"ancestors": "refuse"})
AGAIN = DEFAULT._replace(loops={"respawn": "refuse"})


def told(made: Change) -> list[str]:
    return [one.message for one in judge(made)]


def line(length: int, link: str, **fields: str) -> list[Task]:
    """Tasks of which each is linked to the one before."""
    return [a_task(f"t{n}", **fields, **({link: f"t{n - 1}"} if n else {})) for n in range(length)]


def test_the_commit_that_begins_a_ledger_is_asked_for_depths_as_well() -> None:
    flat = DEFAULT._replace(depth=1)
    assert codes(change((), ledger(*line(2, "parent"), policy=flat))) == set()
    assert told(change((), ledger(*line(3, "parent"), policy=flat))) == [
        "is at depth 2, the limit is 1"
    ]


def test_a_depth_is_that_below_the_root_whichever_task_is_looked_at_first() -> None:
    flat = DEFAULT._replace(depth=1)
    down = (a_task("d"), a_task("c", parent="d"), a_task("b", parent="c"), a_task("a", parent="b"))
    up = (a_task("a"), a_task("b", parent="a"), a_task("c", parent="b"), a_task("d", parent="c"))
    for tasks, deep, deeper in ((down, "b", "a"), (up, "c", "d")):
        found = {one.task: one.message for one in judge(change((), ledger(*tasks, policy=flat)))}
        assert found == {
            deep: "is at depth 2, the limit is 1",
            deeper: "is at depth 3, the limit is 1",
        }


def test_all_of_a_ring_are_at_one_depth_and_what_hangs_on_it_below() -> None:
    flat = DEFAULT._replace(depth=1)
    ring = (a_task("b", parent="c"), a_task("c", parent="b"))
    for hanging in ("a", "d"):
        made = change((), ledger(*ring, a_task(hanging, parent="b"), policy=flat))
        deep = {one.task: one.message for one in judge(made) if "depth" in one.message}
        assert deep == {hanging: "is at depth 2, the limit is 1"}


def test_identity_looks_at_the_parent_alone_and_ancestors_at_all_but_tells_once() -> None:
    mine, theirs = ({"owner": name, "type": "bug"} for name in ("me", "you"))
    child = a_task("c", parent="p", creator="me", type="bug")
    for owners, near, far in (
        ((mine, theirs), 0, 1),
        ((theirs, mine), 1, 1),
        ((mine, mine), 1, 1),
        (({"type": "bug"}, theirs), 0, 0),
    ):
        among = (a_task("g", **owners[0]), a_task("p", parent="g", **owners[1]))
        assert len(told(birth(child, among=among, policy=SELF))) == near
        assert len(told(birth(child, among=among, policy=FAR))) == far
    assert codes(birth(child, policy=FAR)) == {"TK301"}


def test_work_that_comes_again_is_told_once() -> None:
    among = tuple(line(3, "origin", title="The same"))
    born = a_task("b", title="the SAME!", origin="t2")
    assert told(birth(born, among=among, policy=AGAIN)) == ["is t2 again, which it came out of"]


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (2, "b <- t1 <- t0"),
        (5, "b <- t4 <- t3 <- t2 <- t1 <- t0"),
        (6, "b <- t5 <- t4 <- t3 <- t2 <- t1 (1 more)"),
        (9, "b <- t8 <- t7 <- t6 <- t5 <- t4 (4 more)"),
    ],
)
def test_a_long_chain_of_origins_is_shown_by_its_six_last(length: int, shown: str) -> None:
    among = tuple(line(length, "origin"))
    born, policy = a_task("b", origin=f"t{length - 1}"), DEFAULT._replace(chain=1)
    fact = f"is {length} tasks away from what was asked for, the limit is 1: {shown}"
    assert told(birth(born, among=among, policy=policy)) == [fact]
    assert told(birth(born, among=among, policy=policy._replace(chain=length))) == []


def test_origins_that_lead_back_to_each_other_are_walked_once() -> None:
    ring = (a_task("x", origin="y"), a_task("y", origin="x"))
    for origin in ("x", "b"):
        born = a_task("b", origin=origin, title="Title of y")
        policy = AGAIN._replace(chain=2, discovered=2)
        assert codes(birth(born, among=ring, policy=policy)) == (
            {"TK310"} if origin == "x" else set()
        )
    assert codes(birth(*ring, policy=AGAIN._replace(chain=1, discovered=1))) == set()


def test_as_much_as_is_allowed_may_be_discovered_and_each_root_names_a_task_of_its_own() -> None:
    among = (a_task("r"), a_task("s"), a_task("r1", origin="r"), a_task("s1", origin="s"))
    born = (a_task("a", origin="r"), a_task("b", origin="s1"))
    assert judge(birth(*born, among=among, policy=DEFAULT._replace(discovered=2))) == ()
    found = judge(birth(*born, among=among, policy=DEFAULT._replace(discovered=1)))
    assert sorted((one.task, one.message[:41]) for one in found) == [
        ("a", "is one of 2 tasks that came out of r, the"),
        ("b", "is one of 2 tasks that came out of s, the"),
    ]


def test_what_has_ended_is_done_again_only_by_reopening_it() -> None:
    ended = a_task("e", title="The same", state="done")
    for link, broken in (("origin", {"TK310"}), ("reopens", set())):
        born = a_task("b", title="The same", **{link: "e"})
        assert codes(birth(born, among=(ended,), policy=AGAIN)) == broken
