"""`tk graph` on a terminal: a forest in which each task is below the one that it waits for the longest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview
from tkledger.core.quoting import few, many
from tkledger.core.task_graph import BEFORE, PART, Link, TaskGraph, placed
from tkledger.views.graph_shape import graph_lines
from tkledger.views.style import DIM, ID, STRONG, title_colour, urgency
from tkledger.views.text_layout import GAP, Frame, Line, Lines, Span, beside, cut_line, joined, safe
from tkledger.views.tree import DEEPEST, levels
from tkledger.views.tree_shape import TreeLine
from tkledger.views.words import badge, glyph

FEW = 3
"""How many of the other tasks that one waits for are named."""


class _Drawing:
    """The graph as a forest, and what is said of each task in it."""

    def __init__(self, ledger: Overview, graph: TaskGraph) -> None:
        self.ledger, self.graph = ledger, graph
        self.links = placed(graph)
        self.critical = {key: number for number, key in enumerate(graph.critical, 1)}

    def details(self, key: str) -> list[Span]:
        """What links there are beyond the one that is drawn, and what the task is to others."""
        row = self.ledger.task(key)
        assert row is not None
        drawn = self.links.get(key, Link("", "", ""))
        parts: list[Span] = []
        over = {*islice(self._over(key), DEEPEST)} if row.depends_on[1:] else {drawn.source}
        others = [one for one in row.depends_on if one not in over and not self._is_done(one)]
        if others:
            also = "also after" if drawn.kind == BEFORE else "after"
            parts.append((f"{also} {few(others, FEW)}", ""))
        if row.parent and drawn.kind != PART and not self._is_beside(drawn, row.parent):
            parts.append((f"in {safe(row.parent)}", DIM))
        if number := self.graph.unblocks.get(key):
            parts.append((f"unblocks {number:,}", ""))
        if key in self.critical:
            parts.append((f"critical {self.critical[key]}/{len(self.critical)}", STRONG))
        return parts

    def _is_done(self, key: str) -> bool:
        row = self.ledger.task(key)
        return row is not None and row.state is State.DONE and key not in self.ledger.elsewhere

    def _over(self, key: str) -> Iterator[str]:
        """The tasks that one is drawn below because it comes after them, the nearest first."""
        while (link := self.links.get(key)) and link.kind == BEFORE:
            key = link.source
            yield key

    def _is_beside(self, drawn: Link, parent: str) -> bool:
        """Whether the drawing shows that a task is in its parent: the one that it comes after is."""
        return drawn.source == parent or self.ledger.parent(drawn.source) == parent


NOTHING = "no task waits for another, or is a part of one"
"""What to say in place of a graph without links."""


def graph(ledger: Overview, found: TaskGraph, whole: int) -> Lines:
    """Each task below what it waits for, or else in what it is a part of; what else it waits for in words; and of
    how many linked tasks, the ``whole``, these are. Through a pipe each is one line of state, id, priority,
    title and those words.
    """

    def draw(frame: Frame) -> Iterable[Line | str]:
        drawing = _Drawing(ledger, found)
        for node in graph_lines(found.ids, drawing.links, levels(frame)):
            yield from _task(node, drawing, frame)
        if not frame.piped:
            yield from _legend(drawing, whole, frame.width)

    return Lines(draw)


def _task(node: TreeLine, drawing: _Drawing, frame: Frame) -> Iterator[Line | str]:
    row = drawing.ledger.task(node.task) if node.task is not None else None
    if row is None:
        deeper = ((node.guides, DIM), (f"… {node.deeper:,} deeper (add --format svg)", DIM))
        yield deeper if frame.piped else cut_line(deeper, frame.width)
        return
    details = drawing.details(row.id)
    if frame.piped:
        head = f"{node.guides}{badge(row.state)[0]} {row.id} {urgency(row.urgency)[0]}"
        yield GAP.join([f"{head} {safe(row.title)}", *(text for text, _ in details)])
        return
    colour = STRONG if row.id in drawing.critical else title_colour(row.state)
    head_: list[Span] = [(node.guides, DIM), glyph(row.state), (" ", ""), (row.id, ID), (" ", "")]
    head_ += [urgency(row.urgency), (" ", "")]
    title = (safe(row.title), colour)
    parts: list[Line] = [[part] for part in details]
    yield from beside(head_, title, (), parts, (node.under, DIM), frame.width)


def _legend(drawing: _Drawing, whole: int, width: int) -> Iterator[Line]:
    """How many tasks there are, what the guides mean, and the longest chain."""
    graph = drawing.graph
    shown = f"{len(graph.ids):,} of " if len(graph.ids) < whole else ""
    parts = [shown + many(whole, "task")]
    parts = parts if whole else [NOTHING]
    kinds: Mapping[str, str] = {BEFORE: "→ after the one above", PART: "─ part of it"}
    drawn = {link.kind for link in drawing.links.values()}
    parts += [words for kind, words in kinds.items() if kind in drawn]
    if graph.critical:
        chain = graph.critical if len(graph.critical) < 7 else (*graph.critical[:5], "…")
        last = () if chain is graph.critical else graph.critical[-1:]
        parts.append(f"longest chain, {len(graph.critical)}: {' → '.join((*chain, *last))}")
    if graph.unlinked:
        parts.append(f"{graph.unlinked:,} without a link")
    if graph.ids:
        yield ()
    for text in joined(parts, width):
        yield ((text, DIM),)
