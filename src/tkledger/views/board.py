"""`tk board`: one column a state, as many side by side as the terminal holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow
from tkledger.views.style import BAD, DIM, ID, LOOKS, title_colour, urgency
from tkledger.views.text_layout import (
    Frame,
    Line,
    Lines,
    Span,
    aligned,
    cells,
    cut,
    piped_table,
    safe,
    wrap,
)
from tkledger.views.words import badge, hindrance

SHOWN = tuple(state for state in LOOKS if state is not State.CANCELLED)
LEAST, MOST = 22, 44
"""The narrowest and the widest a column may be, in cells."""
CARDS = 8
LATEST = 3
GUTTER = 2


def board(ledger: Overview, recent: Sequence[str] = ()) -> Lines:
    """Open tasks by state, most urgent first, and the latest of those done.

    ``recent`` holds ids of done tasks, the latest first. A terminal shows the first few of
    each state and how many more there are; anything else gets all, one task a line.
    """
    ranks = {name: rank for rank, name in enumerate(recent)}

    def latest(row: TaskRow) -> tuple[int, str]:
        return ranks.get(row.id, len(ranks)), row.id

    stacks: dict[State, list[TaskRow]] = {state: [] for state in LOOKS}
    for row in ledger.rows:
        if not row.is_mistake:
            stacks[row.state].append(row)
    stacks[State.DONE].sort(key=latest)
    cancelled = len(stacks.pop(State.CANCELLED))

    def draw(frame: Frame) -> Iterable[Line]:
        if frame.piped:
            return _listed([row for stack in stacks.values() for row in stack], ledger)
        return _bands(stacks, cancelled, ledger, frame.width)

    return Lines(draw)


def _listed(rows: Sequence[TaskRow], ledger: Overview) -> Iterable[Line]:
    badges = {state: badge(state)[0] for state in State}
    return piped_table(
        [
            [badges[row.state] for row in rows],
            [row.id for row in rows],
            [urgency(row.urgency)[0] for row in rows],
            [safe(row.owner) for row in rows],
            [hindrance(row, ledger, briefly=False) for row in rows],
            [safe(row.title) for row in rows],
        ]
    )


def _bands(
    stacks: Mapping[State, Sequence[TaskRow]], cancelled: int, ledger: Overview, width: int
) -> Iterator[Line]:
    """Columns side by side, in as many bands below each other as the width asks for."""
    states = [state for state in SHOWN if stacks[state]]
    if not states:
        yield (("nothing on the board (tk new TITLE)", DIM),)
    most = max(1, (width + GUTTER) // (LEAST + GUTTER))
    bands = -(-len(states) // most)
    per_band = -(-len(states) // max(1, bands))
    size = max(1, min(MOST, (width + GUTTER) // per_band - GUTTER))
    if per_band == 1:
        size = width
    for first in range(0, len(states), per_band):
        if first:
            yield ()
        drawn = [
            list(_column(state, stacks[state], ledger, size))
            for state in states[first : first + per_band]
        ]
        for row in zip_longest(*drawn, fillvalue=()):
            yield _beside(row, size)
    if cancelled:
        yield ()
        yield ((f"{cancelled:,} cancelled (tk list --all)", DIM),)


def _beside(row: Sequence[Line], size: int) -> Line:
    """The same line of each column, next to each other."""
    spans: list[Span] = []
    for line in row:
        used = sum(cells(text) for text, _ in line)
        spans += [*line, (" " * (size - used + GUTTER), "")]
    while spans and not spans[-1][0].strip():
        spans.pop()
    return spans


def _column(state: State, stack: Sequence[TaskRow], ledger: Overview, size: int) -> Iterator[Line]:
    text, colour = badge(state)
    yield ((f"{text} {len(stack):,}", f"bold {colour}".strip()),)
    yield (("─" * size, colour or DIM),)
    limit = LATEST if state is State.DONE else CARDS
    for number, task in enumerate(stack[:limit]):
        if number:
            yield ()
        yield from _card(task, ledger, size)
    if len(stack) > limit:
        yield ()
        yield ((cut(f"… {len(stack) - limit:,} more", size), DIM),)


def _card(row: TaskRow, ledger: Overview, size: int) -> Iterator[Line]:
    owner = cut(safe(row.owner), max(0, size - cells(row.id) - 6))
    head: Line = ((row.id, ID), urgency(row.urgency), (owner, "magenta"))
    yield aligned(head, (min(cells(row.id), size), 2, cells(owner)))
    for text in wrap(safe(row.title), size, 2):
        yield ((text, title_colour(row.state)),)
    why = hindrance(row, ledger)
    if why:
        colour = BAD if row.state is State.BLOCKED else "yellow"
        for text in wrap(why, size, 2):
            yield ((text, colour),)
