"""Walks over graphs, hostile ones included, against a naive reading of what they promise."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task, birth, codes, commit, edit, ledger
from tkledger.core.graph import cycles, may_loop, reachable, walk
from tkledger.core.rules import judge
from tkledger.core.snapshot import Snapshot

MANY = 100_000

nodes = st.sampled_from("abcdefgh")
graphs = st.dictionaries(nodes, st.lists(nodes, max_size=3, unique=True), max_size=8)
Graph = dict[str, list[str]]


def _reach(graph: Graph, start: str) -> set[str]:
    """What can be reached in one step or more, by the plainest means."""
    found: set[str] = set(graph.get(start, ()))
    while True:
        more = found | {other for node in found for other in graph.get(node, ())}
        if more == found:
            return found
        found = more


def _knots(graph: Graph, starts: list[str]) -> set[frozenset[str]]:
    """The sets of nodes in reach of ``starts`` that reach each other and themselves."""
    all_nodes = set(starts) | {node for start in starts for node in _reach(graph, start)}
    return {
        frozenset(
            other for other in all_nodes if other in _reach(graph, node) and node in _reach(graph, other)
        )
        for node in all_nodes
        if node in _reach(graph, node)
    }  # fmt: skip


def _shortest(graph: Graph, node: str) -> int:
    """The length of the shortest cycle through ``node``."""
    length, front = 1, set(graph.get(node, ()))
    while node not in front:
        front = {other for one in front for other in graph.get(one, ())}
        length += 1
    return length


@given(graphs, st.lists(nodes, max_size=4, unique=True))
def test_cycles_finds_one_shortest_cycle_of_each_knot(graph: Graph, starts: list[str]) -> None:
    def edges(node: str) -> list[str]:
        return graph.get(node, [])

    found = cycles(starts, edges)
    knots = _knots(graph, starts)
    assert len(found) == len(knots)
    assert found == sorted(found)
    for path in found:
        (knot,) = (one for one in knots if path[0] in one)
        assert set(path) <= knot
        assert len(set(path)) == len(path)
        assert path[0] == min(path)
        assert all(following in graph[node] for node, following in pairwise((*path, path[0])))
        assert min(knot) in path
        assert len(path) == _shortest(graph, min(knot))


@given(graphs, st.lists(nodes, max_size=4, unique=True))
def test_reachable_is_everything_in_reach_each_once(graph: Graph, starts: list[str]) -> None:
    found = list(reachable(starts, lambda node: graph.get(node, [])))
    assert len(found) == len(set(found))
    assert set(found) == set(starts) | {node for start in starts for node in _reach(graph, start)}


@given(st.dictionaries(nodes, nodes, max_size=8), nodes)
def test_walk_follows_one_link_until_it_ends_or_comes_back(
    steps: dict[str, str], start: str
) -> None:
    found = list(walk(start, steps.get))
    assert len(found) == len(set(found))
    assert start not in found
    assert set(found) == _reach({node: [to] for node, to in steps.items()}, start) - {start}
    for node, following in pairwise((start, *found)):
        assert steps[node] == following


@given(graphs, st.lists(nodes, max_size=4, unique=True), st.randoms(use_true_random=False))
def test_the_cycles_found_do_not_depend_on_where_the_search_begins(
    graph: Graph, starts: list[str], random: object
) -> None:
    shuffled = list(starts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert cycles(shuffled, lambda node: graph.get(node, [])) == cycles(
        starts, lambda node: graph.get(node, [])
    )


def test_a_chain_of_a_hundred_thousand_is_walked() -> None:
    def following(node: str) -> str | None:
        return str(int(node) + 1) if int(node) < MANY else None

    def edges(node: str) -> list[str]:
        return [one] if (one := following(node)) else []

    assert sum(1 for _ in walk("0", following)) == MANY
    assert sum(1 for _ in reachable(["0"], edges)) == MANY + 1
    assert cycles(["0"], edges) == []


def test_a_ring_of_a_hundred_thousand_is_one_cycle() -> None:
    def edges(node: str) -> list[str]:
        return [f"{(int(node) + 1) % MANY:06}"]

    (path,) = cycles(["000005"], edges)
    assert len(path) == MANY
    assert path[0] == "000000"
    assert sum(1 for _ in walk("000005", lambda node: edges(node)[0])) == MANY - 1


def test_a_fan_of_a_hundred_thousand_is_walked() -> None:
    leaves = [str(n) for n in range(MANY)]

    def edges(node: str) -> list[str]:
        return leaves if node == "root" else []

    assert sum(1 for _ in reachable(["root"], edges)) == MANY + 1
    assert cycles(["root"], edges) == []
    assert cycles(leaves, edges) == []


def test_a_fan_back_to_its_root_is_one_knot() -> None:
    leaves = [f"leaf{n}" for n in range(MANY)]

    def edges(node: str) -> list[str]:
        return leaves if node == "root" else ["root"]

    (path,) = cycles(["root"], edges)
    assert path == ("leaf0", "root")


def test_two_tasks_that_are_each_other_s_parents_hang_nothing() -> None:
    hostile = ledger(a_task("a", parent="b"), a_task("b", parent="a"))
    assert list(hostile.ancestors("a")) == ["b"]
    assert list(hostile.descendants("a")) == ["b"]
    assert hostile.depth("a") == 1
    assert codes(commit(ledger(), hostile)) == {"TK304"}
    born_below = hostile.put(a_task("c", parent="a"))
    assert judge(commit(hostile, born_below)) == ()
    assert list(born_below.ancestors("c")) == ["a", "b"]


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_a_depth_is_counted_on_a_cycle_too(size: int) -> None:
    ring = [a_task(f"t{n}", parent=f"t{(n + 1) % size}") for n in range(size)]
    found = codes(birth(*ring, a_task("leaf", parent="t0")))
    assert found == ({"TK304", "TK307"} if size > 10 else {"TK304"})


def _chain(length: int) -> Snapshot:
    return ledger(
        *(a_task(f"t{n}", **({"parent": f"t{n - 1}"} if n else {})) for n in range(length))
    )


def test_a_chain_of_twenty_thousand_tasks_is_judged_in_one_pass() -> None:
    deep = _chain(20_000)
    found = judge(commit(ledger(), deep))
    assert {violation.code for violation in found} == {"TK307"}
    assert len(found) == 20_000 - 11
    (deepest,) = (one for one in found if one.task == "t19999")
    assert deepest.message == "is at depth 19999, the limit is 10"


@pytest.mark.parametrize("count", [20_000, pytest.param(MANY, marks=pytest.mark.long)])
def test_many_children_are_judged(count: int) -> None:
    some = a_task("p")
    wide = ledger(some, *(some._replace(id=f"c{n}", parent="p") for n in range(count)))
    assert judge(commit(ledger(), wide)) == ()
    assert judge(commit(wide, wide.put(a_task("new", parent="p")))) == ()


OLD_LOOP = (a_task("a", depends_on=["b"]), a_task("b", depends_on=["a"]))


def test_a_task_that_leads_to_an_old_loop_is_not_the_loop() -> None:
    assert judge(birth(a_task("c", depends_on=["a"]), among=OLD_LOOP)) == ()


def test_a_new_loop_does_not_hide_behind_an_old_one_it_is_tied_to() -> None:
    waiting = a_task("c", depends_on=["b"])
    tied = (OLD_LOOP[0], a_task("b", depends_on=["a", "c"]))
    (found,) = judge(edit(OLD_LOOP, tied, among=(waiting,)))
    assert (found.code, found.message) == ("TK305", "its dependencies lead back to it: b -> c -> b")


def test_a_knot_may_be_untied_one_link_at_a_time() -> None:
    tied = (
        a_task("a", depends_on=["b", "c"]),
        a_task("b", depends_on=["a"]),
        a_task("c", depends_on=["a"]),
    )
    for looser in (a_task("a", depends_on=["c"]), a_task("a", depends_on=["b"])):
        assert judge(edit(tied[0], looser, among=tied[1:])) == ()


@given(graphs, graphs)
def test_known_knots_are_left_out_and_new_links_are_shown(old: Graph, new: Graph) -> None:
    def edges_of(graph: Graph) -> Callable[[str], list[str]]:
        return lambda node: graph.get(node, [])

    found = cycles(sorted(new), edges_of(new), [edges_of(old)])
    links = {(node, other) for node, others in old.items() for other in others}
    fresh = [
        knot
        for knot in _knots(new, sorted(new))
        if any((a, b) not in links for a in knot for b in new.get(a, ()) if b in knot)
    ]
    assert len(found) == len(fresh)
    for path in found:
        assert any(pair not in links for pair in pairwise((*path, path[0])))
        assert all(b in new[a] for a, b in pairwise((*path, path[0])))


@given(st.dictionaries(st.sampled_from("abcde"), st.lists(st.sampled_from("abcde"), max_size=3)))
def test_what_is_on_a_cycle_may_loop_and_what_may_not_is_on_none(
    edges: dict[str, list[str]],
) -> None:
    back = {node: [one for one in edges if node in edges[one]] for node in "abcde"}
    for start in "abcde":
        ahead = set(reachable(edges.get(start, []), lambda node: edges.get(node, [])))
        assert may_loop(start, lambda node: edges.get(node, []), back.__getitem__) == (
            start in ahead
        )


def test_the_shorter_way_decides() -> None:
    seen: list[str] = []
    long = {str(n): [str(n + 1)] for n in range(1000)}
    edges = lambda node: (seen.append(node), long.get(node, []))[1]  # noqa: E731
    assert not may_loop("0", edges, lambda node: ["p"] if node == "0" else [])
    assert len(seen) < 5


@pytest.mark.parametrize(
    ("lacks", "shown"),
    [
        ([], ("a", "b")),
        ([("b", "a")], ("a", "b")),
        ([("c", "a")], ("a", "c")),
        ([("c", "a"), ("b", "a")], ("a", "c")),
        ([("b", "a"), ("c", "a")], ("a", "b")),
        ([("a", "c"), ("a", "b")], ("a", "c")),
        ([("a", "b"), ("a", "c")], ("a", "b")),
    ],
)
def test_a_cycle_goes_through_what_the_first_of_earlier_graphs_lacks(
    lacks: list[tuple[str, str]], shown: tuple[str, ...]
) -> None:
    links = {"a": ["b", "c"], "b": ["a"], "c": ["a"]}

    def without(link: tuple[str, str]) -> Callable[[str], list[str]]:
        return lambda node: [other for other in links[node] if (node, other) != link]

    assert cycles(["a"], links.__getitem__, [without(link) for link in lacks]) == [shown]
