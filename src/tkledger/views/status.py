"""`tk status`: what needs one now, a line each; it chooses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.core.typing import NamedTuple
from tkledger.views.style import DIM, ID, STRONG, urgency
from tkledger.views.text_layout import (
    Frame,
    Line,
    Lines,
    Span,
    cells,
    cut,
    line_cells,
    pad,
    safe,
    wrap,
)

INSET = "  "
SIDE = 13
"""The cells of a section's name beside its rows."""
WIDE_TITLE, WIDEST_ID = 60, 24


class Row(NamedTuple):
    """One line of a section: the id, the priority if it has one, the title, and what is to be known of it."""

    id: str
    title: str
    note: str = ""
    priority: int | None = None


class Block(NamedTuple):
    """A section: its rows, and the words that stand for those left out."""

    name: str
    rows: Sequence[Row]
    more: str = ""


def overview(head: str, blocks: Sequence[Block], end: Sequence[str]) -> Lines:
    """A heading, the sections, and advice at the end; each row is a line, two on a narrow terminal.

    What is not a terminal gets the same, with nothing cut.
    """

    def draw(frame: Frame) -> Iterable[Line]:
        for text in wrap(safe(head), frame.width):
            yield ((text, STRONG),)
        rows = [row for block in blocks for row in block.rows]
        start = max((cells(row.id) for row in rows), default=0)
        width = min(start, WIDEST_ID)
        for number, block in enumerate(blocks):
            if not number or frame.narrow:
                yield ()
            yield from _stacked(block, frame) if frame.narrow else _beside(block, width, frame)
        if end:
            yield ()
        for text in end:
            yield from (((line, ""),) for line in wrap(safe(text), frame.width))

    return Lines(draw)


def _head(row: Row, width: int) -> list[Span]:
    """The id and the priority of a row, in columns."""
    if not row.id:
        return []
    spans: list[Span] = [(pad(row.id, width), ID), (INSET, "")]
    if row.priority is not None:
        spans += [urgency(row.priority), (INSET, "")]
    return spans


def _beside(block: Block, width: int, frame: Frame) -> Iterator[Line]:
    """Each row in one line, the section's name before the first; a note that does not fit goes below."""
    name = block.name
    titles = [safe(row.title) for row in block.rows]
    column = min(max(map(cells, titles), default=0), WIDE_TITLE)
    for row, title in zip(block.rows, titles):
        head = [(pad(name, SIDE), STRONG), *_head(row, width)]
        name, note = "", safe(row.note)
        start = line_cells(head)
        room = max(frame.width - start, 1)
        if note and (frame.piped or max(column, cells(title)) + len(INSET) + cells(note) <= room):
            title = title if cells(title) > column else pad(title, column)
            yield (*head, (title, ""), (INSET, ""), (note, DIM))
        elif note and cells(title) + len(INSET) + cells(note) <= room:
            yield (*head, (title, ""), (INSET, ""), (note, DIM))
        else:
            yield (*head, (title if frame.piped else cut(title, room), ""))
            for text in wrap(note, room, 2) if note else ():
                yield ((" " * start, ""), (text, DIM))
    if block.more:
        more = block.more if frame.piped else cut(block.more, frame.width - SIDE)
        yield ((" " * SIDE, ""), (more, DIM))


def _stacked(block: Block, frame: Frame) -> Iterator[Line]:
    """Each row in two lines or more, the section's name above them."""
    yield ((block.name, STRONG),)
    for row in block.rows:
        head = _head(row, 0)
        room = frame.width - len(INSET) - line_cells(head)
        if row.id:
            yield ((INSET, ""), *head, (cut(safe(row.title), max(room, 1)), ""))
        else:  # a sentence
            yield from (((INSET, ""), (text, "")) for text in wrap(safe(row.title), max(room, 8)))
        for text in (
            wrap(safe(row.note), max(frame.width - 2 * len(INSET), 8), 2) if row.note else ()
        ):
            yield ((INSET * 2, ""), (text, DIM))
    for text in wrap(block.more, max(frame.width - len(INSET), 8)) if block.more else ():
        yield ((INSET, ""), (text, DIM))
