"""`tk board`: one column a state, as many side by side as the terminal holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow, picked
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple
from tkledger.views.style import DIM, ID, LOOKS, PERSON, title_colour, urgency
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
from tkledger.views.words import all_safe, badge, each, hindrance, hindrance_colour, hindrances

if TYPE_CHECKING:
    from tkledger.views.fields import Texts

SHOWN = tuple(state for state in LOOKS if state is not State.CANCELLED)
LEAST, MOST = 22, 44
"""The narrowest and the widest a column may be, in cells."""
CARDS, DONE_CARDS = 8, 3
"""How many tasks of a state a terminal shows, and how many that are done."""
GUTTER = 2


def board(
    ledger: Overview,
    found: Sequence[int],
    whole: Sequence[int],
    limit: int | None = None,
    texts: Texts | None = None,
) -> Lines:
    """The tasks at the places ``found``, in that order, by state; of the ``whole`` that there are without filters.

    A terminal shows the first few of each state, or up to ``limit``, and how many more there are; anything else
    gets all, or up to that, one task a line. ``texts`` are shown of the tasks instead, by their places.
    """
    states = ledger.column("state")
    counts = Counter(picked(states, whole))
    stacks: dict[State, list[int]] = {state: [] for state in LOOKS}
    for place in found:
        stacks[states[place]].append(place)
    columns = {
        state: _Column(state, stack, counts[state], limit) for state, stack in stacks.items()
    }
    cancelled = columns.pop(State.CANCELLED)

    def draw(frame: Frame) -> Iterable[Line | str]:
        if frame.piped:
            places = [place for one in columns.values() for place in one.shown]
            if texts is not None:
                return piped_table([*zip(*map(texts.__getitem__, places))])
            return _listed(places, ledger)
        return _bands(columns, cancelled, _Cards(ledger, texts), frame.width)

    return Lines(draw)


class _Column(NamedTuple):
    """A state, the places of its tasks, how many there are without filters, and how many are shown at most."""

    state: State
    stack: Sequence[int]
    whole: int
    limit: int | None

    @property
    def shown(self) -> Sequence[int]:
        """Those that are shown where there is room for all."""
        return self.stack[: self.limit]

    @property
    def number(self) -> str:
        """How many there are, and of how many."""
        number = f"{len(self.stack):,}"
        return number if len(self.stack) == self.whole else f"{number} of {self.whole:,}"


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
    columns: Mapping[State, _Column], cancelled: _Column, cards: _Cards, width: int
) -> Iterator[Line]:
    """Columns side by side, in as many bands below each other as the width asks for."""
    states = [state for state in SHOWN if columns[state].stack]
    if not states and not cancelled.stack:
        there = any(one.whole for one in columns.values())
        words = "no task matches (tk board)" if there else "nothing on the board (tk new TITLE)"
        yield ((words, DIM),)
    if states:
        yield from _columns(columns, states, cards, width)
    if cancelled.stack:
        if states:
            yield ()
        number = cancelled.number
        yield ((f"{number} cancelled (tk list --all)", DIM),)


def _columns(
    columns: Mapping[State, _Column], states: Sequence[State], cards: _Cards, width: int
) -> Iterator[Line]:
    most = max(1, (width + GUTTER) // (LEAST + GUTTER))
    bands = -(-len(states) // most)
    per_band = -(-len(states) // bands)
    size = max(1, min(MOST, (width + GUTTER) // per_band - GUTTER))
    if per_band == 1:
        size = width
    for first in range(0, len(states), per_band):
        if first:
            yield ()
        drawn = [
            list(_column(columns[state], cards, size)) for state in states[first : first + per_band]
        ]
        for row in zip_longest(*drawn, fillvalue=()):
            yield _beside(row, size)


def _beside(row: Sequence[Line], size: int) -> Line:
    """The same line of each column, next to each other."""
    spans: list[Span] = []
    for line in row:
        used = sum(cells(text) for text, _ in line)
        spans += [*line, (" " * (size - used + GUTTER), "")]
    while spans and not spans[-1][0].strip():
        spans.pop()
    return spans


def _column(column: _Column, cards: _Cards, size: int) -> Iterator[Line]:
    text, colour = badge(column.state)
    yield ((cut(f"{text} {column.number}", size), f"bold {colour}".strip()),)
    yield (("─" * size, colour or DIM),)
    shown = column.stack[: column.limit or (DONE_CARDS if column.state is State.DONE else CARDS)]
    for number, place in enumerate(shown):
        if number:
            yield ()
        yield from cards.card(place, size)
    left = len(column.stack) - len(shown)
    if left:
        yield ()
        yield ((cut(f"… {left:,} more", size), DIM),)


class _Cards(NamedTuple):
    """What is shown of each task."""

    ledger: Overview
    texts: Texts | None

    def card(self, place: int, size: int) -> Iterator[Line]:
        """The lines of one, in so many cells."""
        if self.texts is None:
            yield from card_of(self.ledger.at(place), self.ledger, size)
            return
        for text in filter(None, self.texts[place]):
            yield from (((line, ""),) for line in wrap(text, size, 2))


def card_of(row: TaskRow, ledger: Overview, size: int) -> Iterator[Line]:
    """The lines of one task, in so many cells."""
    owner = cut(safe(row.owner), max(0, size - cells(row.id) - 6))
    head: Line = ((row.id, ID), urgency(row.urgency), (owner, PERSON))
    yield aligned(head, (min(cells(row.id), size), 2, cells(owner)))
    for text in wrap(safe(row.title), size, 2):
        yield ((text, title_colour(row.state)),)
    why = hindrance(row, ledger)
    if why:
        colour = hindrance_colour(row.state)
        for text in wrap(why, size, 2):
            yield ((text, colour),)
