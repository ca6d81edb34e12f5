"""Which lines a tree of tasks has, whatever the links between them; nothing of how they look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import compress

from tkledger.core.graph import cycles
from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, in_turn
from tkledger.core.typing import NamedTuple

BRANCH, LAST, THROUGH, BLANK = "├─ ", "└─ ", "│  ", "   "


class TreeLine(NamedTuple):
    """A task, by its id, below its guides, ``under`` for its further lines; or how many more lie deeper."""

    guides: str
    under: str
    task: str | None
    mark: str = ""
    deeper: int = 0


def _roots(ledger: Overview) -> Iterator[tuple[str, str]]:
    """Where to begin, so that every task is reached, and what is odd about it."""
    ids, parents = ledger.column("id"), ledger.column("parent")
    known = {*ids}
    for key, parent in zip(ids, parents):
        if parent is None:
            yield key, ""
        elif parent not in known:
            yield key, f"parent {parent} is unknown"

    def above(node: str) -> tuple[str, ...]:
        parent = ledger.parent(node)
        return () if parent is None else (parent,)

    for loop in cycles(_rootless(ledger, {*parents} - {None}), above):
        yield loop[0], f"parent cycle: {' -> '.join(_brief([*loop, loop[0]]))}"


def _rootless(ledger: Overview, keys: Iterable[str | None]) -> list[str]:
    """Those of these tasks that no way up leads to a root from: mostly none."""
    rooted: dict[str | None, bool] = {None: True}
    for key in keys:
        way: list[str | None] = []
        node = key
        while node is not None and node not in rooted:
            rooted[node] = False  # until the end is known: on a circle it stays so
            way.append(node)
            node = ledger.parent(node)
        if rooted[node]:
            rooted.update(dict.fromkeys(way, True))
    return [key for key, is_rooted in rooted.items() if key is not None and not is_rooted]


def _brief(loop: list[str]) -> list[str]:
    return loop if len(loop) <= 6 else [*loop[:3], "…", *loop[-2:]]


def tree_lines(
    ledger: Overview,
    root: str | None,
    wanted: Container[str] | None,
    levels: int,
    turn: Mapping[str, int] = {},
) -> Iterator[TreeLine]:
    """The lines from top to bottom: a stack instead of recursion, nothing visited twice. Tasks below the same one
    come in their ``turn``, if they have any.
    """

    def below(node: str) -> Sequence[str]:
        children = in_turn(ledger.children(node), turn)
        if not children:
            return ()
        return [one for one in children if one not in seen and (wanted is None or one in wanted)]

    seen: set[str] = set()
    parents = {*ledger.column("parent")}
    starts = [(root, "")] if root else _roots(ledger)
    if turn:
        starts = sorted(starts, key=lambda one: turn.get(one[0], len(turn)))
    for start, mark in starts:
        if wanted is not None and start not in wanted:
            continue
        stack = [(start, "", "", 0)]
        seen.add(start)
        while stack:
            name, guide, inset, level = stack.pop()
            children = below(name) if name in parents else ()
            if not children:
                yield TreeLine(guide, inset + BLANK, name, mark if level == 0 else "", 0)
                continue
            seen.update(children)
            yield TreeLine(guide, inset + THROUGH, name, mark if level == 0 else "", 0)
            if level == levels:
                yield TreeLine(inset + LAST, "", None, name, _count(children, below, seen))
            else:
                last = (children[-1], inset + LAST, inset + BLANK, level + 1)
                there, under = inset + BRANCH, inset + THROUGH
                between = [(child, there, under, level + 1) for child in children[:-1]]
                stack += [last, *reversed(between)]


def _count(found: Sequence[str], below: Callable[[str], Sequence[str]], seen: set[str]) -> int:
    """How many there are from ``found`` downwards; they count as seen."""
    stack, total = list(found), 0
    while stack:
        total += 1
        children = below(stack.pop())
        seen.update(children)
        stack += children
    return total


def under_each(ledger: Overview) -> tuple[Counter[int | None], Counter[int | None]]:
    """How many tasks are below each one, at any depth, that are not cancelled, and how many of them are done; by
    places. In a circle of parents nothing is handed on.
    """
    above = [*map(ledger.places.get, ledger.column("parent"))]
    states = ledger.column("state")
    every = Counter(above)
    inner = [place for place in every if place is not None]
    every -= Counter(compress(above, map(State.CANCELLED.__eq__, states)))
    done = Counter(compress(above, map(State.DONE.__eq__, states)))
    waiting = Counter(map(above.__getitem__, inner))
    ready = [place for place in inner if place not in waiting]
    while ready:  # what is right below is counted; what is below that comes up
        place = ready.pop()
        parent = above[place]
        if parent is None:
            continue
        every[parent] += every[place]
        done[parent] += done[place]
        waiting[parent] -= 1
        if not waiting[parent]:
            ready.append(parent)
    return every, done
