"""The newest commits of work on a walk are those that a naive look at all histories finds."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tkledger.ledger.counting import NewestWork

Dag = list[tuple[frozenset[int], bool]]
"""Of each commit its parents and whether it is work."""


@st.composite
def dags(draw: st.DrawFn) -> Dag:
    size = draw(st.integers(1, 14))
    parents = [
        draw(st.frozensets(st.integers(0, number - 1), max_size=3)) if number else frozenset[int]()
        for number in range(size)
    ]
    return [(some, draw(st.booleans())) for some in parents]


def behind(dag: Dag, one: int) -> set[int]:
    found = {one}
    for parent in dag[one][0]:
        found |= behind(dag, parent)
    return found


def newest(dag: Dag, some: set[int]) -> set[int]:
    work = {one for one in some if dag[one][1]}
    return {one for one in work if not any(one in behind(dag, n) for n in work - {one})}


@given(dags(), st.integers(0, 7), st.randoms(use_true_random=False))
def test_on_any_walk_and_in_any_order(dag: Dag, below: int, random: Random) -> None:
    """The walk begins above the first commits; there it says at which bounds others may be as new."""
    known = NewestWork()
    begun = range(min(below, len(dag)), len(dag))
    masks: dict[int, int] = {}
    bounds: dict[int, frozenset[str]] = {}
    for one in begun:
        masks[one], bounds[one] = 0, frozenset()
        for parent in dag[one][0]:
            masks[one] |= masks.get(parent, 0)
            bounds[one] |= bounds.get(parent, frozenset({str(parent)}))
        if dag[one][1]:
            known.add("a", str(one), one, masks[one], bounds[one])
            masks[one] |= 1 << one
    order = list(begun)
    random.shuffle(order)
    for one in order:
        on_walk = {other for other in behind(dag, one) if other in begun}
        found = known.at("a", masks[one])
        assert {*map(int, found)} == newest(dag, on_walk)
        left = known.uncovered(found, bounds[one])
        assert left <= bounds[one]
        there = {other for bound in left for other in newest(dag, behind(dag, int(bound)))}
        assert newest(dag, behind(dag, one)) <= {*map(int, found), *there}
        if not left:
            assert newest(dag, behind(dag, one)) == {*map(int, found)}
