"""Which lines a tree of tasks has, whatever the links between them; nothing of how they look."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tkledger.core.graph import cycles
from tkledger.core.snapshot import Snapshot, rank
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple

BRANCH, LAST, THROUGH, BLANK = "├─ ", "└─ ", "│  ", "   "


class TreeLine(NamedTuple):
    """A task below its guides, ``under`` for its further lines; or how many more lie deeper."""

    guides: str
    under: str
    task: Task | None
    mark: str = ""
    deeper: int = 0


def on_show(snapshot: Snapshot, root: str | None, *, ended: bool) -> set[str]:
    """What is open, or also what has ended but is not a mistake; and all that is above it."""
    wanted = {root} if root else set()
    for task in snapshot.tasks():
        shown = not snapshot.is_over(task) or (ended and not task.is_mistake)
        node: str | None = task.id if shown else None
        while node is not None and node not in wanted:
            wanted.add(node)
            node = snapshot.parent(node)
    if root:
        wanted.update(snapshot.ancestors(root))
    return wanted


def _roots(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Where to begin, so that every task is reached, and what is odd about it."""
    tasks = sorted(snapshot.tasks(), key=rank)
    for task in tasks:
        if task.parent is None:
            yield task.id, ""
        elif snapshot.task(task.parent) is None:
            yield task.id, f"parent {task.parent} is unknown"

    def above(node: str) -> tuple[str, ...]:
        parent = snapshot.parent(node)
        return () if parent is None else (parent,)

    for loop in cycles((task.id for task in tasks), above):
        yield loop[0], f"parent cycle: {' -> '.join(_brief([*loop, loop[0]]))}"


def _brief(loop: list[str]) -> list[str]:
    return loop if len(loop) <= 6 else [*loop[:3], "…", *loop[-2:]]


def tree_lines(
    snapshot: Snapshot, root: str | None, wanted: set[str] | None, levels: int
) -> Iterator[TreeLine]:
    """The lines from top to bottom: a stack instead of recursion, nothing visited twice."""

    def below(node: str) -> list[str]:
        found = [
            task
            for task in map(snapshot.task, snapshot.children(node))
            if task and task.id not in seen and (wanted is None or task.id in wanted)
        ]
        return [task.id for task in sorted(found, key=rank)]

    seen: set[str] = set()
    for start, mark in [(root, "")] if root else _roots(snapshot):
        if wanted is not None and start not in wanted:
            continue
        stack = [(start, "", "", 0)]
        seen.add(start)
        while stack:
            name, guide, inset, level = stack.pop()
            children = below(name)
            seen.update(children)
            under = inset + (THROUGH if children else BLANK)
            yield TreeLine(guide, under, snapshot.task(name), mark if level == 0 else "")
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
