"""Walks over graphs that may be hostile: nothing recurses and nothing is visited twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

Edges = Callable[[str], Iterable[str]]


def walk(start: str, step: Callable[[str], str | None]) -> Iterator[str]:
    """What follows ``start`` by ``step``, up to the end or to a node already seen."""
    seen = {start}
    node = step(start)
    while node is not None and node not in seen:
        yield node
        seen.add(node)
        node = step(node)


def reachable(starts: Iterable[str], edges: Edges) -> Iterator[str]:
    """All that can be reached from ``starts``, themselves included, each once."""
    stack = list(starts)
    seen = set(stack)
    while stack:
        node = stack.pop()
        yield node
        for other in edges(node):
            if other not in seen:
                seen.add(other)
                stack.append(other)


def may_loop(start: str, edges: Edges, back: Edges) -> bool:
    """Whether ``start`` may lead back to itself. ``back`` is at least the edges the other way round.

    Both ways are walked in turns: if either ends without it, it is on no cycle.
    """
    ways = reachable(edges(start), edges), reachable(back(start), back)
    return any(start in met for met in zip(*ways))


Kinds = Callable[[str, str], int]
"""The kinds that a link is of, as bits: 1, 2 or both."""


def cycles(
    starts: Iterable[str], edges: Edges, known: Sequence[Edges] = (), kinds: Kinds | None = None
) -> list[tuple[str, ...]]:
    """One shortest cycle for each knot (strongly connected part) in reach of ``starts``.

    ``known`` are earlier graphs: a knot that is in one of them with all its links is left out, and
    of any other the cycle goes through a link that the first of them has not. If there are ``kinds``
    of links, both are on the cycle, which may pass a node more than once then; a knot of one kind only is
    left out. Each is a path that begins at the least of its nodes and does not repeat it at the end.
    Costs one visit of each node and edge in reach, four with kinds.
    """
    found = []
    for knot in _knots(starts, edges):
        members = set(knot)
        fresh = [_fresh_link(members, edges, old) for old in known]
        if None not in fresh:
            node, *first = (fresh[0] if fresh else None) or (min(knot),)
            path = _shortest_loop(node, first or edges(node), members, edges, kinds)
            turn = path.index(min(path)) if path else 0
            found += [(*path[turn:], *path[:turn])] if path else []
    return sorted(found)


def _fresh_link(members: set[str], edges: Edges, old: Edges) -> tuple[str, str] | None:
    """The least link within a knot that is not among the ``old`` ones."""
    for node in sorted(members):
        fresh = members.intersection(edges(node)).difference(old(node))
        if fresh:
            return node, min(fresh)
    return None


def _knots(starts: Iterable[str], edges: Edges) -> Iterator[list[str]]:
    """Strongly connected parts that hold a cycle (Tarjan 1972, with a stack of its own)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    looped: set[str] = set()
    for start in starts:
        if start in index:
            continue
        work: list[tuple[str, Iterator[str]]] = []

        def enter(node: str, work: list[tuple[str, Iterator[str]]] = work) -> None:
            index[node] = low[node] = len(index)
            path.append(node)
            on_path.add(node)
            work.append((node, iter(edges(node))))

        enter(start)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in index:
                    enter(other)
                    break
                if other in on_path:
                    low[node] = min(low[node], index[other])
                    if other == node:
                        looped.add(node)
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    knot = [path.pop()]
                    while knot[-1] != node:
                        knot.append(path.pop())
                    on_path.difference_update(knot)
                    if len(knot) > 1 or node in looped:
                        yield knot


def _shortest_loop(
    start: str, first: Iterable[str], members: set[str], edges: Edges, kinds: Kinds | None
) -> list[str]:
    """The shortest way from a node back to it, by one of some links to begin with; none only if there are
    kinds, and no way has both.
    """
    came: dict[tuple[str, int], tuple[str, int]] = {}
    all_kinds = 3 if kinds else 0
    queue = deque([(start, 0)])
    while queue:
        node, met = here = queue.popleft()
        for other in edges(node) if came else first:
            there = (other, met | kinds(node, other) if kinds else 0)
            if there == (start, all_kinds):
                path = [node]
                while here in came:
                    here = came[here]
                    path.append(here[0])
                return path[::-1]
            if other in members and there not in came:
                came[there] = here
                queue.append(there)
    return []
