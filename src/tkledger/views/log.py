"""`tk log`: what happened, one event a line; it does not order or choose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.core.history import HistoryEntry
from tkledger.core.lifecycle import State
from tkledger.views.style import DIM, ID, LOOKS
from tkledger.views.text_layout import (
    Frame,
    Line,
    Lines,
    aligned,
    cells,
    columns,
    cut_line,
    safe,
    table,
    wrap,
)
from tkledger.views.words import minute

SHORT = 8
LEAST_MESSAGE = 28


def timeline(entries: Iterable[HistoryEntry]) -> Lines:
    """``entries`` in their order: when (UTC), commit, task, event, states, actor, words.

    A narrow terminal has commit and message on a line of their own.
    """
    shown = tuple(entries)

    def draw(frame: Frame) -> Iterable[Line | str]:
        rows = [_row(entry) for entry in shown]
        if not rows and not frame.piped:
            return ((("nothing happened yet", DIM),),)
        widths = columns(rows)
        room = frame.width - sum(width + 2 for width in widths[:-1])
        if frame.piped or room >= min(LEAST_MESSAGE, *widths[-1:]):
            return table(rows, frame)
        return _stacked(rows, frame.width)

    return Lines(draw)


def _row(entry: HistoryEntry) -> Line:
    colour = LOOKS[entry.target].colour
    return (
        (minute(entry.at), DIM),
        (safe(entry.commit)[:SHORT], "yellow"),
        (safe(entry.task), ID),
        (safe(entry.event), ""),
        (_move(entry.source, entry.target), colour),
        (safe(entry.actor), "magenta"),
        (safe(words(entry)), ""),
    )


def words(entry: HistoryEntry) -> str:
    """The task's title, and what is to be said of what happened."""
    return f"{entry.title} ({entry.said})" if entry.said else entry.title


def _move(source: State | None, target: State) -> str:
    """``todo -> in_progress``; ``-> todo`` for a birth; nothing where no state changed."""
    if source is target:
        return ""
    return " ".join(str(part) for part in (source, "->", target) if part)


def _stacked(rows: Sequence[Line], width: int) -> Iterator[Line]:
    heads = [(row[0], row[2], row[4] if row[4][0] else row[3], row[5]) for row in rows]
    widths = columns(heads)
    for row, head in zip(rows, heads):
        yield cut_line(aligned(head, widths), width)
        lead, (message, _) = row[1], row[6]
        for text in wrap(message, max(width - SHORT - 4, 8), 2):
            yield (("  ", ""), lead, ("  ", ""), (text, ""))
            lead = (" " * cells(lead[0]), "")
