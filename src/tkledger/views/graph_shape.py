"""Which lines a drawn graph has, each task once; nothing of how they look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.core.task_graph import BEFORE, Link, above
from tkledger.views.tree_shape import BLANK, BRANCH, LAST, THROUGH, TreeLine

NEXT = "→ "
"""Before a task that comes after the one above; what else ends a guide is before a part."""


def graph_lines(ids: Iterable[str], links: Mapping[str, Link], levels: int) -> Iterator[TreeLine]:
    """The lines from top to bottom: each task below the one that its link leads to, what comes first in order.

    A task that is the only one after another is in the same column, so that a chain goes straight down.
    """
    below: dict[str, list[str]] = {}
    for key in ids:
        below.setdefault(above(links[key]) if key in links else "", []).append(key)
    stack = [_Spot(key) for key in reversed(below.get("", ()))]
    while stack:
        spot = stack.pop()
        children = below.get(spot.key, ())
        if len(children) == 1 and links[children[0]].kind == BEFORE:
            yield TreeLine(spot.guide, spot.inset + BLANK, spot.key)
            stack.append(spot.next(children[0]))
        elif spot.level == levels and children:
            yield TreeLine(spot.guide, spot.inset + THROUGH, spot.key)
            yield TreeLine(spot.inset + LAST, "", None, deeper=_count(children, below))
        else:
            yield TreeLine(spot.guide, spot.inset + (THROUGH if children else BLANK), spot.key)
            stack += reversed([*spot.branches(children, links)])


class _Spot:
    """Where a task is drawn: after its ``guide``; a chain goes on in its ``column``, and branches at its inset."""

    def __init__(self, key: str, guide: str = "", column: str = "", level: int = 0) -> None:
        self.key, self.guide, self.column, self.level = key, guide, column, level
        self.inset = column

    def next(self, key: str) -> _Spot:
        """The only task that comes after this one."""
        found = _Spot(key, self.column + NEXT, self.column, self.level)
        found.inset = self.column + " " * len(NEXT)
        return found

    def branches(self, keys: Sequence[str], links: Mapping[str, Link]) -> Iterator[_Spot]:
        """The tasks below this one, side by side."""
        for key in keys:
            branch, under = (LAST, BLANK) if key == keys[-1] else (BRANCH, THROUGH)
            if links[key].kind == BEFORE:
                branch = branch[: -len(NEXT)] + NEXT
            yield _Spot(key, self.inset + branch, self.inset + under, self.level + 1)


def _count(keys: Iterable[str], below: Mapping[str, Sequence[str]]) -> int:
    """How many tasks there are from these downwards."""
    stack, total = list(keys), 0
    while stack:
        total += 1
        stack += below.get(stack.pop(), ())
    return total
