"""`tk board`: one column a state, as many side by side as the terminal holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow, picked
from tkledger.core.typing import Any
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
from tkledger.views.words import all_safe, badge, each, hindrance, hindrances

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
    ids = ledger.column("id")

    def latest(place: int) -> tuple[int, str]:
        return ranks.get(ids[place], len(ranks)), ids[place]

    stacks: dict[State, list[int]] = {state: [] for state in LOOKS}
    mistakes = zip(ledger.column("state"), ledger.column("is_mistake"))
    for place, (state, is_mistake) in enumerate(mistakes):
        if not is_mistake:
            stacks[state].append(place)
    stacks[State.DONE].sort(key=latest)
    cancelled = len(stacks.pop(State.CANCELLED))

    def draw(frame: Frame) -> Iterable[Line | str]:
        if frame.piped:
            return _listed([place for stack in stacks.values() for place in stack], ledger)
        return _bands(stacks, cancelled, ledger, frame.width)

    return Lines(draw)


def _listed(places: Sequence[int], ledger: Overview) -> Iterable[str]:
    def column(name: str) -> Sequence[Any]:
        return picked(ledger.column(name), places)

    return piped_table(
        [
            each(column("state"), lambda state: badge(state)[0]),
            column("id"),
            each(column("urgency"), lambda value: urgency(value)[0]),
            each(column("owner"), safe),
            hindrances(ledger, places, briefly=False),
            all_safe(column("title")),
        ]
    )


def _bands(
    stacks: Mapping[State, Sequence[int]], cancelled: int, ledger: Overview, width: int
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


def _column(state: State, stack: Sequence[int], ledger: Overview, size: int) -> Iterator[Line]:
    text, colour = badge(state)
    yield ((f"{text} {len(stack):,}", f"bold {colour}".strip()),)
    yield (("─" * size, colour or DIM),)
    limit = LATEST if state is State.DONE else CARDS
    for number, place in enumerate(stack[:limit]):
        if number:
            yield ()
        yield from _card(ledger.at(place), ledger, size)
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
