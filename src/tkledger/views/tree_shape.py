"""Which lines a tree of tasks has, whatever the links between them; nothing of how they look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tkledger.core.graph import cycles, walk
from tkledger.core.overview import Overview, TaskRow
from tkledger.core.typing import NamedTuple

BRANCH, LAST, THROUGH, BLANK = "├─ ", "└─ ", "│  ", "   "


class TreeLine(NamedTuple):
    """A task below its guides, ``under`` for its further lines; or how many more lie deeper."""

    guides: str
    under: str
    task: TaskRow | None
    mark: str = ""
    deeper: int = 0


def on_show(ledger: Overview, root: str | None, *, ended: bool) -> set[str]:
    """What is open, or also what has ended but is not a mistake; and all that is above it."""
    wanted = {root} if root else set()
    for row in ledger.rows:
        if not ledger.is_over(row) or (ended and not row.is_mistake):
            _climb(ledger, row, wanted)
    if root:
        wanted.update(walk(root, ledger.parent))
    return wanted


def _climb(ledger: Overview, row: TaskRow, known: set[str]) -> None:
    """Add a task and what is above it to those ``known``, up to the first that is."""
    node: str | None = row.id
    while node is not None and node not in known:
        known.add(node)
        node = ledger.parent(node)


def _roots(ledger: Overview) -> Iterator[tuple[str, str]]:
    """Where to begin, so that every task is reached, and what is odd about it."""
    below: list[str] = []
    for row in ledger.rows:
        if row.parent is None:
            yield row.id, ""
        elif ledger.task(row.parent) is None:
            yield row.id, f"parent {row.parent} is unknown"
        else:
            below.append(row.id)

    def above(node: str) -> tuple[str, ...]:
        parent = ledger.parent(node)
        return () if parent is None else (parent,)

    for loop in cycles(_rootless(ledger, below), above):
        yield loop[0], f"parent cycle: {' -> '.join(_brief([*loop, loop[0]]))}"


def _rootless(ledger: Overview, below: Iterable[str]) -> list[str]:
    """The tasks of ``below`` that no way up leads to a root from: mostly none."""
    rooted: dict[str | None, bool] = {None: True}
    for key in below:
        way: list[str] = []
        node: str | None = key
        while node not in rooted:
            assert node is not None
            rooted[node] = False  # until the end is known: on a circle it stays so
            way.append(node)
            node = ledger.parent(node)
        if rooted[node]:
            rooted.update(dict.fromkeys(way, True))
    return [key for key in below if not rooted[key]]


def _brief(loop: list[str]) -> list[str]:
    return loop if len(loop) <= 6 else [*loop[:3], "…", *loop[-2:]]


def tree_lines(
    ledger: Overview, root: str | None, wanted: set[str] | None, levels: int
) -> Iterator[TreeLine]:
    """The lines from top to bottom: a stack instead of recursion, nothing visited twice."""

    def below(node: str) -> list[str]:
        return [
            row.id
            for row in ledger.children(node)
            if row.id not in seen and (wanted is None or row.id in wanted)
        ]

    seen: set[str] = set()
    for start, mark in [(root, "")] if root else _roots(ledger):
        if wanted is not None and start not in wanted:
            continue
        stack = [(start, "", "", 0)]
        seen.add(start)
        while stack:
            name, guide, inset, level = stack.pop()
            children = below(name)
            seen.update(children)
            under = inset + (THROUGH if children else BLANK)
            yield TreeLine(guide, under, ledger.task(name), mark if level == 0 else "")
            if children and level == levels:
                yield TreeLine(inset + LAST, "", None, name, _count(children, below, seen))
            elif children:
                rungs = [(BRANCH, THROUGH)] * (len(children) - 1) + [(LAST, BLANK)]
                stack += [
                    (child, inset + here, inset + further, level + 1)
                    for child, (here, further) in reversed(list(zip(children, rungs)))
                ]


def _count(found: list[str], below: Callable[[str], list[str]], seen: set[str]) -> int:
    """How many there are from ``found`` downwards; they count as seen."""
    stack, total = list(found), 0
    while stack:
        total += 1
        children = below(stack.pop())
        seen.update(children)
        stack += children
    return total
