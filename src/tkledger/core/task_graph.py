"""What of tasks comes before what, and what is part of what: chains, layers and counts; nothing of how it looks.

The links may form circles, as the files of a repository may say anything: nothing here goes round in one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush

from tkledger.core.overview import Overview
from tkledger.core.typing import NamedTuple

BEFORE, PART = "before", "part_of"
"""The kinds of a link: it has to be done before the other can be begun, or is a part of it."""

_AT_ONCE = 4_096
"""Of how many tasks at once it is found which others unblock them: a bit each."""


class Link(NamedTuple):
    """A link between two tasks, in the order in which they end."""

    source: str
    target: str
    kind: str


class TaskGraph(NamedTuple):
    """Some tasks of a ledger, in its order, and the links between them.

    unlinked: how many of those that were chosen have no link to another one of them
    critical: the longest chain of open tasks each of which has to be done before the next
    unblocks: how many open tasks of the whole ledger wait for each, directly or through others; those with none
        are left out
    """

    ids: tuple[str, ...]
    links: tuple[Link, ...]
    unlinked: int = 0
    critical: tuple[str, ...] = ()
    unblocks: Mapping[str, int] = {}


Before = Mapping[str, Collection[str]]
"""What comes before each node; a node that nothing comes before may be left out."""


def task_graph(overview: Overview, places: Sequence[int], root: str = "") -> TaskGraph:
    """The graph of the tasks at these places, without those that have no link, but with the ``root``."""
    ids = [overview.column("id")[place] for place in places]
    links = _links(overview, ids)
    linked = {one for link in links for one in link[:2]} | {root}
    kept = [key for key in ids if key in linked]
    open_ = [key for key in kept if not _ended(overview, key)]
    chain = _longest(open_, _before(links, BEFORE))
    return TaskGraph(
        tuple(kept), tuple(links), len(ids) - len(kept), chain, unblocks(overview, kept)
    )


def cut(graph: TaskGraph, most: int | None) -> TaskGraph:
    """The first tasks of a graph, at most so many, without those whose links then lead nowhere."""
    if most is None or len(graph.ids) <= most:
        return graph
    first = {*graph.ids[:most]}
    links = tuple(one for one in graph.links if one.source in first and one.target in first)
    linked = {key for link in links for key in link[:2]}
    return graph._replace(ids=tuple(key for key in graph.ids if key in linked), links=links)


def around(overview: Overview, root: str) -> set[str]:
    """A task, all below it, all that these wait for and all that waits for them, each through others as well."""
    from tkledger.core.graph import reachable

    below = {*reachable([root], overview.children)}
    needs = dict(zip(overview.column("id"), overview.column("depends_on")))
    needed_by: dict[str, list[str]] = {}
    for key, others in needs.items():
        for other in others:
            needed_by.setdefault(other, []).append(key)
    ways = (lambda key: needs.get(key, ()), lambda key: needed_by.get(key, ()))
    return below.union(*(reachable(below, way) for way in ways))


def _ended(overview: Overview, key: str) -> bool:
    row = overview.task(key)
    return row is None or overview.is_over(row)


def _links(overview: Overview, ids: Sequence[str]) -> list[Link]:
    """The links among some tasks, in their order."""
    shown, found = {*ids}, []
    parents, needs = overview.column("parent"), overview.column("depends_on")
    for key in ids:
        place = overview.places[key]
        found += [Link(other, key, BEFORE) for other in needs[place] if other in shown]
        if parents[place] in shown:
            found.append(Link(key, parents[place], PART))
    return found


def _before(links: Iterable[Link], *kinds: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for link in links:
        if link.kind in kinds and link.source != link.target:
            found.setdefault(link.target, []).append(link.source)
    return found


def in_order(nodes: Sequence[str], before: Before) -> list[str]:
    """The nodes, each after what comes before it, else in their order. In a circle the first node comes first."""
    place = {node: number for number, node in enumerate(nodes)}
    after: dict[str, list[str]] = {}
    waits = dict.fromkeys(nodes, 0)
    for node in nodes:
        for other in before.get(node, ()):
            if other in place:
                after.setdefault(other, []).append(node)
                waits[node] += 1
    free = [place[node] for node in nodes if not waits[node]]
    heapify(free)
    found: list[str] = []
    placed: set[str] = set()
    rest = iter(nodes)
    while len(found) < len(nodes):
        # without a free one, what is left is on circles, or behind one
        node = nodes[heappop(free)] if free else next(one for one in rest if one not in placed)
        if node in placed:
            continue
        placed.add(node)
        found.append(node)
        for other in after.get(node, ()):
            waits[other] -= 1
            if not waits[other] and other not in placed:
                heappush(free, place[other])
    return found


def layers(nodes: Sequence[str], before: Before) -> dict[str, int]:
    """How many nodes come before each in the longest chain, by the order of `in_order`."""
    found: dict[str, int] = {}
    for node in in_order(nodes, before):
        found[node] = 1 + max((found.get(one, -1) for one in before.get(node, ())), default=-1)
    return found


def layers_of(graph: TaskGraph) -> dict[str, int]:
    """The layers of a graph, in which a part comes before its whole."""
    return layers(graph.ids, _before(graph.links, BEFORE, PART))


def _longest(nodes: Sequence[str], before: Before) -> tuple[str, ...]:
    """The longest chain; none if nothing comes before anything."""
    depth = layers(nodes, before)
    node = max(depth, key=lambda one: depth[one], default="")
    chain = [node]
    while depth.get(node):
        node = max(
            (one for one in before[node] if depth.get(one, -1) < depth[node]),
            key=lambda one: depth.get(one, -1),
        )
        chain.append(node)
    return tuple(reversed(chain)) if len(chain) > 1 else ()


def unblocks(overview: Overview, ids: Iterable[str]) -> dict[str, int]:
    """How many open tasks wait for each of these that is open itself, directly or through others."""
    open_ = [key for key in overview.column("id") if not _ended(overview, key)]
    known = {*open_}
    needs = overview.column("depends_on")
    before = {
        key: [one for one in needs[overview.places[key]] if one in known and one != key]
        for key in open_
    }
    order = in_order(open_, before)
    waiting = [key for key in order if before[key]]
    found = dict.fromkeys(open_, 0)
    for first in range(0, len(waiting), _AT_ONCE):
        bits = {key: 1 << n for n, key in enumerate(waiting[first : first + _AT_ONCE])}
        met = dict.fromkeys(open_, 0)
        for key in reversed(order):
            mine = met[key] | bits.get(key, 0)
            if mine:
                for one in before[key]:
                    met[one] |= mine
        for key, seen in met.items():
            if seen:
                found[key] += (seen & ~bits.get(key, 0)).bit_count()
    return {key: found[key] for key in ids if found.get(key)}


# -- as a forest --------------------------------------------------------------------------------


def placed(graph: TaskGraph) -> dict[str, Link]:
    """Where each task is drawn in a forest that has it once: below the one before it with the longest chain, else
    below the whole that it is a part of. The link that puts it there, by its id; roots are left out.
    """
    before, wholes = _before(graph.links, BEFORE), _before(graph.links, PART)
    depth = layers(graph.ids, before)
    parent = {part: whole for whole, parts in wholes.items() for part in parts}
    found: dict[str, Link] = {}
    for key in graph.ids:
        first = [one for one in before.get(key, ()) if depth[one] < depth[key]]
        if first:
            found[key] = Link(max(first, key=lambda one: depth[one]), key, BEFORE)
        elif key in parent:
            found[key] = Link(key, parent[key], PART)
    return _without_circles(found)


def above(link: Link) -> str:
    """The task that another is drawn below."""
    return link.source if link.kind == BEFORE else link.target


def _without_circles(found: dict[str, Link]) -> dict[str, Link]:
    rooted: set[str] = set()
    for start in list(found):
        way: list[str] = []
        node = start
        while node in found and node not in rooted:
            rooted.add(node)
            way.append(node)
            node = above(found[node])
        if node in way:
            del found[node]
    return found
