"""`tk list` and `tk ready`: one task a line; it neither filters nor sorts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow
from tkledger.core.task import DEFAULT_TYPE
from tkledger.views.style import BAD, DIM, ID, URGENCIES, title_colour, urgency
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
from tkledger.views.words import badge, counts, hindrance

TITLE = 4
FIXED, HEAD = 4, 3
"""How many columns are never cut, and how many of them lead a task over several lines."""
FLOORS = (26, 10, 10, 20)
"""The least cells for title, owner, labels and hindrance; a wider title is cut to no less."""
SHARES = ((0, 44), (3, 42), (1, 24), (2, 24), (0, 72), (3, 72), (1, 40), (2, 40), (0, 400))
"""Who gets what is left of a line, in turn: column after the fixed ones, and up to how much."""
NARROW = 22
INDENT = 4


def listing(rows: Iterable[TaskRow], ledger: Overview, hidden: Mapping[State, int]) -> Lines:
    """Tasks in their order; ``hidden`` counts the ended tasks that are left out.

    In a terminal a last line counts them all. Otherwise a task is a line: state, id, priority,
    type, owner, labels, what it waits for, title; two blanks between, ``-`` for nothing.
    """
    shown = tuple(rows)

    def draw(frame: Frame) -> Iterable[Line]:
        columns = _columns(shown, ledger, briefly=not frame.piped)
        if frame.piped:
            return piped_table([*columns[:TITLE], *columns[TITLE + 1 :], columns[TITLE]])
        table = _rows(_coloured(columns, shown), frame.width) if shown else ()
        return (*table, *_footer(shown, hidden, frame.width))

    return Lines(draw)


def _columns(rows: Sequence[TaskRow], ledger: Overview, *, briefly: bool) -> list[Sequence[str]]:
    """The texts of the table, column by column."""
    badges = {state: badge(state)[0] for state in State}
    urgencies = [urgency(value)[0] for value in range(len(URGENCIES))]
    owners = {name: safe(name) for name in {row.owner for row in rows}}
    return [
        [badges[row.state] for row in rows],
        [row.id for row in rows],
        [urgencies[row.urgency] for row in rows],
        ["" if row.kind == DEFAULT_TYPE else row.kind for row in rows],
        [safe(row.title) for row in rows],
        [owners[row.owner] for row in rows],
        [",".join(row.labels) if row.labels else "" for row in rows],
        [hindrance(row, ledger, briefly=briefly) for row in rows],
    ]


def _coloured(columns: Sequence[Sequence[str]], rows: Sequence[TaskRow]) -> list[Line]:
    colours = [
        (
            *(badge(row.state)[1], ID, urgency(row.urgency)[1], DIM, title_colour(row.state)),
            *("magenta", DIM, BAD if row.state is State.BLOCKED else "yellow"),
        )
        for row in rows
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


def _footer(tasks: Sequence[TaskRow], hidden: Mapping[State, int], width: int) -> Iterator[Line]:
    states = Counter(task.state for task in tasks)
    ended = Counter({state: n for state, n in states.items() if state in _ENDED})
    here = f"{len(tasks) - sum(ended.values()):,} open"
    parts = [", ".join(part for part in (here, counts(ended)) if part)]
    if counts(hidden):
        parts.append(f"{counts(hidden)} (tk list --all)")
    if tasks:
        yield ()
    for text in joined(parts, width):
        yield ((text, DIM),)


_ENDED = (State.DONE, State.CANCELLED)
