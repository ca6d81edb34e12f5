"""Chains, layers, counts and the forest of a graph, also where its links go round in circles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.views.test_lists import made
from tkledger.core import task_graph as graphs
from tkledger.core.graph import reachable
from tkledger.core.overview import Overview
from tkledger.core.rows import overview
from tkledger.core.snapshot import Snapshot
from tkledger.core.task_graph import BEFORE, PART, Link, TaskGraph, task_graph


def shown(
    needs: Mapping[str, str], parents: Mapping[str, str] = {}, done: Iterable[str] = ()
) -> Overview:
    """Tasks of one letter each, what each depends on, and parents."""
    names = sorted({*needs, *"".join(needs.values()), *parents, *parents.values()})
    return overview(
        Snapshot().put(
            *(
                made(
                    name,
                    name.upper(),
                    "done" if name in done else "todo",
                    depends_on=sorted(needs.get(name, "")),
                    **({"parent": parents[name]} if name in parents else {}),
                )
                for name in names
            )
        )
    )


def graph_of(one: Overview, ids: str | None = None) -> TaskGraph:
    places = [one.places[key] for key in ids] if ids is not None else range(len(one))
    return task_graph(one, places)


def test_links_are_in_the_order_in_which_tasks_end() -> None:
    found = graph_of(shown({"b": "a"}, {"c": "b", "d": "b"}))
    assert {*found.links} == {
        Link("a", "b", BEFORE),
        Link("c", "b", PART),
        Link("d", "b", PART),
    }


def test_what_has_no_link_is_counted_only_but_for_the_root() -> None:
    one = shown({"b": "a", "x": "", "y": ""})
    assert (graph_of(one).ids, graph_of(one).unlinked) == (("a", "b"), 2)
    assert graph_of(one, "ax").ids == ()
    assert task_graph(one, range(len(one)), "x").ids == ("a", "b", "x")


def test_the_longest_chain_is_of_open_tasks() -> None:
    needs = {"b": "a", "c": "b", "d": "c", "x": "a", "y": "x"}
    assert graph_of(shown(needs)).critical == ("a", "b", "c", "d")
    assert graph_of(shown(needs, done="abc")).critical == ("x", "y")
    assert graph_of(shown(needs), "cdxy").critical in (("c", "d"), ("x", "y"))
    assert graph_of(shown({}, {"p": "w"})).critical == ()


def test_unblocked_are_open_tasks_of_the_whole_ledger() -> None:
    needs = {"b": "a", "c": "b", "d": "bc", "e": "d"}
    found = graph_of(shown(needs, done="e"), "ab")
    assert found.unblocks == {"a": 3, "b": 2}
    assert graph_of(shown(needs, done="ab")).unblocks == {"c": 2, "d": 1}


def test_a_circle_is_gone_through_once() -> None:
    found = graph_of(shown({"a": "b", "b": "a", "c": "b", "s": "s"}, {"p": "q", "q": "p"}))
    assert len(found.critical) <= 4
    assert {*graphs.in_order(found.ids, {"a": "b", "b": "a"})} == {*found.ids}
    drawn = graphs.placed(found)
    for key in found.ids:
        way = [key]
        while way[-1] in drawn:
            way.append(graphs.above(drawn[way[-1]]))
            assert len(way) == len({*way})


def test_a_task_is_drawn_below_the_longest_chain_else_in_its_whole() -> None:
    found = graph_of(shown({"b": "a", "c": "ab"}, {"a": "w", "c": "w", "d": "w"}))
    drawn = graphs.placed(found)
    assert drawn["c"] == Link("b", "c", BEFORE)
    assert drawn["a"] == Link("a", "w", PART)
    assert graphs.above(drawn["d"]) == "w"
    assert "w" not in drawn


def test_a_whole_that_waits_for_its_part_is_drawn_once() -> None:
    drawn = graphs.placed(graph_of(shown({"w": "p"}, {"p": "w"})))
    assert len(drawn) == 1


def test_around_a_task_is_what_it_is_tied_to() -> None:
    one = shown({"b": "a", "c": "b", "d": "k", "x": "y"}, {"k": "b", "o": "a"})
    assert graphs.around(one, "b") == {*"abckd"}
    assert graphs.around(one, "x") == {*"xy"}


def test_a_cut_leaves_no_link_that_leads_nowhere() -> None:
    one = shown({"b": "a", "d": "c", "e": "d"})
    found = graphs.cut(graph_of(one), 3)
    assert (found.ids, found.links) == (("a", "b"), (Link("a", "b", BEFORE),))
    assert graphs.cut(graph_of(one), 5) == graphs.cut(graph_of(one), None) == graph_of(one)


PAIRS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40)


def _needs(pairs: Sequence[tuple[int, int]]) -> dict[str, str]:
    found: dict[str, set[str]] = {"abcdefghijkl"[n]: set() for n in range(12)}
    for one, other in pairs:
        if one > other:
            found["abcdefghijkl"[one]].add("abcdefghijkl"[other])
    return {key: "".join(sorted(others)) for key, others in found.items()}


@given(PAIRS, st.integers(1, 5))
def test_counts_are_those_of_a_plain_search(pairs: list[tuple[int, int]], at_once: int) -> None:
    needs = _needs(pairs)
    after = {key: [one for one, others in needs.items() if key in others] for key in needs}
    plain = {key: len({*reachable([key], lambda one: after[one])}) - 1 for key in needs}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(graphs, "_AT_ONCE", at_once)
        found = graphs.unblocks(shown(needs), needs)
    assert found == {key: count for key, count in plain.items() if count}


@given(PAIRS)
def test_a_layer_is_one_more_than_the_highest_before_it(pairs: list[tuple[int, int]]) -> None:
    needs = _needs(pairs)
    found = graphs.layers([*needs], needs)
    for key, others in needs.items():
        assert found[key] == 1 + max((found[one] for one in others), default=-1)
    chain = graph_of(shown(needs)).critical
    deepest = max(found.values())
    assert len(chain) == (deepest + 1 if deepest else 0)
    assert all(one in needs[other] for one, other in pairwise(chain))


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40))
def test_whatever_the_links_each_node_comes_once(pairs: list[tuple[int, int]]) -> None:
    nodes = [*"abcdefghijkl"]
    before: dict[str, list[str]] = {}
    for one, other in pairs:
        before.setdefault(nodes[one], []).append(nodes[other])
    assert sorted(graphs.in_order(nodes, before)) == nodes
    assert graphs.layers(nodes, before).keys() == {*nodes}


def test_a_long_chain_and_a_wide_fan_are_no_matter() -> None:
    chain = {f"t{n}": (f"t{n - 1}",) for n in range(1, 10_000)}
    nodes = [f"t{n}" for n in range(10_000)]
    assert graphs.layers(nodes, chain)["t9999"] == 9_999
