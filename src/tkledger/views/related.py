"""The tasks around one, a line each: its parts, what it waits for, and what waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.history import Details, Related
from tkledger.core.lifecycle import TERMINAL, State
from tkledger.core.task import Task
from tkledger.views.style import BAD, DIM, ID, PERSON, STRONG, title_colour
from tkledger.views.text_layout import GAP, Frame, Line, Span, aligned, columns, safe
from tkledger.views.words import Names, badge, glyph

INSET = "  "
MOST = 12
"""How many are shown on a terminal, open ones first."""

WIDEST = 24
"""The most cells of an id and of an owner, and those of a title that stay if there is an owner."""


def around(task: Task, known: Details, names: Names, frame: Frame) -> Iterator[Line]:
    """What a task waits for, what waits for it, and its parts."""
    graph = f"tk graph {task.id}"
    waits = "waits for" if known.blocked_by else "depends on"
    yield from _related(waits, known.depends_on, graph, names, frame)
    yield from _related("needed by", known.needed_by, graph, names, frame)
    yield from _related("children", known.children, f"tk tree {task.id}", names, frame)


def _related(
    name: str, tasks: Sequence[Related], way: str, names: Names, frame: Frame
) -> Iterator[Line]:
    """A heading with how many are done of those that are not cancelled, and a line for each; ``way`` is the
    command that shows them all.
    """
    if not tasks:
        return
    yield ()
    wanted = [one for one in tasks if one.state is not State.CANCELLED]
    done = sum(one.state is State.DONE and not one.branch for one in wanted)
    yield ((name, STRONG), (f"{GAP}{done} of {len(wanted)} done" if wanted else "", DIM))
    shown = tasks
    if not frame.piped and len(tasks) > MOST:
        shown = sorted(tasks, key=lambda one: one.state in TERMINAL)[:MOST]
    yield from _rows(shown, names, frame)
    if len(shown) < len(tasks):
        yield ((f"{INSET}and {len(tasks) - len(shown):,} more: {way}", DIM),)


def _rows(tasks: Sequence[Related], names: Names, frame: Frame) -> Iterator[Line]:
    rows = [
        (_state(one, brief=frame.narrow), (one.id, ID), _title(one), (names(one.owner), PERSON))
        for one in tasks
    ]
    widths = columns(rows)
    if frame.piped:
        for row in rows:
            head = aligned(row[:2], widths)
            yield (
                (INSET, ""),
                *head,
                *(part for span in row[2:] if span[0] for part in ((GAP, ""), span)),
            )
        return
    widths[1] = min(widths[1], WIDEST)
    left = frame.width - len(INSET) - sum(width + len(GAP) for width in widths[:2])
    owner = min(widths[3], WIDEST)
    widths[3] = owner if left - owner - len(GAP) >= min(widths[2], WIDEST) else 0
    widths[2] = min(widths[2], max(left - (widths[3] + len(GAP) if widths[3] else 0), 1))
    yield from ([(INSET, ""), *aligned(row, widths)] for row in rows)


def _state(one: Related, *, brief: bool) -> Span:
    if one.state is None:
        return ("?" if brief else "? unknown"), BAD
    return glyph(one.state) if brief else badge(one.state)


def _title(one: Related) -> Span:
    """The title, after where the task stands if that is not here."""
    where = f"on {safe(one.branch)}, not merged: " if one.branch else ""
    return where + safe(one.title), title_colour(one.state) if one.state else ""
