"""`tk list` and `tk ready`: one task a line; it neither filters nor sorts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.core.lifecycle import State
from tkledger.core.overview import Chosen, Overview, picked
from tkledger.core.task_parts import DEFAULT_TYPE
from tkledger.core.typing import Any
from tkledger.views.style import BAD, DIM, ID, title_colour, urgency
from tkledger.views.text_layout import (
    GAP,
    Frame,
    Line,
    Lines,
    aligned,
    cells,
    columns,
    cut,
    joined,
    piped_table,
    safe,
    wrap,
)
from tkledger.views.words import all_safe, badge, counts, each, hindrances, total

TITLE = 4
FIXED, HEAD = 4, 3
"""How many columns are never cut, and how many of them lead a task over several lines."""
FLOORS = (26, 10, 10, 20)
"""The least cells for title, owner, labels and hindrance; a wider title is cut to no less."""
SHARES = ((0, 44), (3, 42), (1, 24), (2, 24), (0, 72), (3, 72), (1, 40), (2, 40), (0, 400))
"""Who gets what is left of a line, in turn: column after the fixed ones, and up to how much."""
NARROW = 22
INDENT = 4


def listing(
    ledger: Overview, chosen: Chosen, hidden: Mapping[State, int], noun: str = "open"
) -> Lines:
    """The chosen tasks, and what those are that they are chosen of; ``hidden`` counts the ended tasks that are
    left out.

    In a terminal a last line counts them all. Otherwise a task is a line: state, id, priority,
    type, owner, labels, what it waits for, title; two blanks between, ``-`` for nothing.
    """
    places = chosen.places

    def draw(frame: Frame) -> Iterable[Line | str]:
        columns = _columns(ledger, places, briefly=not frame.piped)
        if frame.piped:
            return piped_table([*columns[:TITLE], *columns[TITLE + 1 :], columns[TITLE]])
        states = picked(ledger.column("state"), places)
        urgencies = picked(ledger.column("urgency"), places)
        table = _rows(_coloured(columns, states, urgencies), frame.width) if states else ()
        return (*table, *_footer(chosen, states, hidden, noun, frame.width))

    return Lines(draw)


def _columns(ledger: Overview, places: Sequence[int], *, briefly: bool) -> list[Sequence[str]]:
    """The texts of the table, column by column."""

    def column(name: str) -> Sequence[Any]:
        return picked(ledger.column(name), places)

    return [
        each(column("state"), lambda state: badge(state)[0]),
        column("id"),
        each(column("urgency"), lambda value: urgency(value)[0]),
        each(column("kind"), lambda kind: "" if kind == DEFAULT_TYPE else kind),
        all_safe(column("title")),
        each(column("owner"), safe),
        each(column("labels"), ",".join),
        hindrances(ledger, places, briefly=briefly),
    ]


def _coloured(
    columns: Sequence[Sequence[str]], states: Sequence[State], urgencies: Sequence[int]
) -> list[Line]:
    colours = [
        (
            *(badge(state)[1], ID, urgency(value)[1], DIM, title_colour(state)),
            *("magenta", DIM, BAD if state == State.BLOCKED else "yellow"),
        )
        for state, value in zip(states, urgencies)
    ]
    return [tuple(zip(texts, styles)) for texts, styles in zip(zip(*columns), colours)]


def _rows(rows: Sequence[Line], width: int) -> Iterator[Line]:
    natural = columns(rows)
    widths = _fitted(natural, width)
    for row in rows:
        if widths:
            yield aligned(row, widths)
        else:
            yield from _stacked(row, natural[:HEAD], width)


def _fitted(natural: Sequence[int], width: int) -> list[int] | None:
    """The columns' widths in ``width`` cells; None if they do not fit side by side."""
    wanted = natural[FIXED:]
    given = [min(want, floor) for want, floor in zip(wanted, FLOORS)]
    used = [*natural[:FIXED], *given]
    left = width - sum(size + len(GAP) for size in used if size) + len(GAP)
    if left < 0:
        return None
    for column, most in SHARES:
        more = max(0, min(wanted[column], most) - given[column])
        given[column] += min(more, left)
        left -= min(more, left)
    return [*natural[:FIXED], *given]


def _stacked(row: Line, widths: Sequence[int], width: int) -> Iterator[Line]:
    """A task over several lines, for narrow terminals: title, then what else there is."""
    head = aligned(row[:HEAD], widths)
    start = sum(size + len(GAP) for size in widths if size)
    title, colour = row[TITLE]
    if width - start >= NARROW:
        first, *rest = wrap(title, width - start, 2)
        gap = " " * (start - sum(cells(text) for text, _ in head))
        yield (*head, (gap, ""), (first, colour))
    else:
        start = INDENT
        yield head
        rest = wrap(title, width - start, 3)
    for text in rest:
        yield ((" " * start, ""), (text, colour))
    details = [text for text, _ in (row[HEAD], *row[TITLE + 1 :]) if text]
    for text in joined(details, width - start) if details else ():
        yield ((" " * start, ""), (cut(text, width - start), DIM))


def _footer(
    chosen: Chosen, states: Sequence[State], hidden: Mapping[State, int], noun: str, width: int
) -> Iterator[Line]:
    if chosen.is_cut or noun != "tasks":
        parts = [total(chosen, noun)]
    else:
        ended = Counter(state for state in states if state in _ENDED)
        here = f"{len(states) - sum(ended.values()):,} open"
        parts = [", ".join(part for part in (here, counts(ended)) if part)]
    if counts(hidden):
        parts.append(f"{counts(hidden)} ({_with_ended(chosen)})")
    if states:
        yield ()
    for text in joined(parts, width):
        yield ((text, DIM),)


def _with_ended(chosen: Chosen) -> str:
    """What shows ended tasks as well."""
    return "add --all" if chosen.filtered else "tk list --all"


def nothing(ledger: Overview, chosen: Chosen, hidden: Mapping[State, int]) -> str:
    """What to say in place of a list that is empty."""
    if not len(ledger):
        return "no tasks yet: tk new TITLE"
    if not hidden:
        return "no task matches: tk list --all"
    match = " matches" if chosen.filtered else ""
    return f"no open task{match}, {counts(hidden)}: {_with_ended(chosen)}"


_ENDED = (State.DONE, State.CANCELLED)
