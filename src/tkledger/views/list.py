"""`tk list` and `tk ready`: one task a line; it neither filters nor sorts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from tkledger.core.lifecycle import State
from tkledger.core.overview import Chosen, Overview, picked
from tkledger.core.task_parts import DEFAULT_TYPE
from tkledger.core.typing import Any
from tkledger.views.style import DIM, ID, PERSON, STRONG, title_colour, urgency
from tkledger.views.text_layout import (
    GAP,
    JOINT,
    Frame,
    Line,
    Lines,
    aligned,
    cells,
    columns,
    joined,
    line_cells,
    piped_table,
    safe,
    wrap,
)
from tkledger.views.words import (
    Ages,
    age,
    all_safe,
    badge,
    counts,
    each,
    hindrance,
    hindrance_colour,
    hindrances,
    shared_remarks,
    short_names,
    total,
)

TITLE = 5
"""Before the title are the columns that are never cut, which lead a task over several lines but for its type."""
HEAD = 4
FLOORS = (26, 10, 10, 20)
"""The least cells for title, owner, labels and hindrance; a wider title is cut to no less."""
SHARES = ((1, 16), (0, 44), (3, 42), (1, 24), (2, 24), (0, 72), (3, 72), (1, 40), (2, 40), (0, 400))
"""Who gets what is left of a line, in turn: column from the title on, and up to how much."""
NARROW = 22
INDENT = 4

NAMES = ("state", "id", "P", "age", "type", "title", "owner", "labels", "waits for")
"""What the columns of a terminal are called: the age is that of the state."""

GROUPS = (
    *(State.IN_PROGRESS, State.IN_REVIEW, State.BLOCKED, State.TODO, State.BACKLOG),
    *(State.DONE, State.CANCELLED),
)
"""The states in the order in which a terminal shows them: what is under way comes first."""


def listing(
    ledger: Overview,
    chosen: Chosen,
    hidden: Mapping[State, int],
    noun: str = "open",
    ages: Ages = dict,
) -> Lines:
    """The chosen tasks, and what those are that they are chosen of; ``hidden`` counts the ended tasks that are
    left out.

    A terminal has them by state, unless another order was asked for, and counts them all in a last line. Otherwise
    a task is a line: state, id, priority, type, owner, labels, what it waits for, title; two blanks between, ``-``
    for nothing.
    """
    places = chosen.places

    def draw(frame: Frame) -> Iterable[Line | str]:
        if frame.piped:
            return piped_table(_columns(ledger, places))
        shared = shared_remarks(ledger, places)
        rows = _Rows(ledger, places, shared, ages()) if places else None
        table = rows.drawn(frame.width, grouped=not chosen.reordered) if rows else ()
        states = picked(ledger.column("state"), places)
        return (*table, *_footer(chosen, states, hidden, noun, shared, frame.width))

    return Lines(draw)


def _columns(ledger: Overview, places: Sequence[int]) -> list[Sequence[str]]:
    """The texts of the table for programs, column by column."""

    def column(name: str) -> Sequence[Any]:
        return picked(ledger.column(name), places)

    return [
        each(column("state"), lambda state: badge(state)[0]),
        column("id"),
        each(column("urgency"), lambda value: urgency(value)[0]),
        each(column("kind"), _kind),
        each(column("owner"), safe),
        each(column("labels"), ",".join),
        hindrances(ledger, places),
        all_safe(column("title")),
    ]


def _kind(kind: str) -> str:
    return "" if kind == DEFAULT_TYPE else kind


class _Rows:
    """The tasks as a terminal shows them: below each other's columns, or over several lines each."""

    def __init__(
        self,
        ledger: Overview,
        places: Sequence[int],
        shared: Container[str],
        ages: Mapping[str, int],
    ) -> None:
        names = short_names(ledger.column("owner"))
        self._states: list[State] = []
        self._rows: list[Line] = []
        for row in ledger.some(places):
            old = ages.get(row.id)
            why = hindrance(row, ledger, without=shared)
            self._states.append(row.state)
            self._rows.append(
                (
                    *(badge(row.state), (row.id, ID), urgency(row.urgency)),
                    *(("" if old is None else age(old), DIM), (_kind(row.kind), DIM)),
                    *((safe(row.title), title_colour(row.state)), (names[row.owner], PERSON)),
                    *((",".join(row.labels), DIM), (why, hindrance_colour(row.state))),
                )
            )

    def drawn(self, width: int, *, grouped: bool) -> Iterator[Line]:
        """The lines; if they are grouped by state, no line says it."""
        rows = [(("", ""), *row[1:]) for row in self._rows] if grouped else self._rows
        natural = columns(rows)
        titled = [max(size, cells(name)) if size else 0 for size, name in zip(natural, NAMES)]
        widths = _fitted(titled, width)
        if widths:
            yield aligned([(name, DIM) for name in NAMES], widths)
        groups: dict[State | None, list[Line]] = {}
        for state, row in zip(self._states, rows):
            groups.setdefault(state if grouped else None, []).append(row)
        for number, key in enumerate(one for one in (*GROUPS, None) if one in groups):
            if number or (key and widths):
                yield ()
            if key:
                text, colour = badge(key)
                yield ((f"{text} {len(groups[key]):,}", f"bold {colour}".strip()),)
            for row in groups[key]:
                if widths:
                    yield aligned(row, widths)
                else:
                    yield from _stacked(row, natural[:HEAD], width)


def _fitted(natural: Sequence[int], width: int) -> list[int] | None:
    """The columns' widths in ``width`` cells; None if they do not fit side by side."""
    wanted = natural[TITLE:]
    given = [min(want, floor) for want, floor in zip(wanted, FLOORS)]
    used = [*natural[:TITLE], *given]
    left = width - sum(size + len(GAP) for size in used if size) + len(GAP)
    if left < 0:
        return None
    for column, most in SHARES:
        more = max(0, min(wanted[column], most) - given[column])
        given[column] += min(more, left)
        left -= min(more, left)
    return [*natural[:TITLE], *given]


def _stacked(row: Line, widths: Sequence[int], width: int) -> Iterator[Line]:
    """A task for narrow terminals: title, then what else there is, which goes below if it does not fit."""
    head = aligned(row[:HEAD], widths)
    start = sum(size + len(GAP) for size in widths if size)
    title, colour = row[TITLE]
    details = [text for text, _ in (*row[HEAD:TITLE], *row[TITLE + 1 :]) if text]
    if width - start >= NARROW:
        first, *rest = wrap(title, width - start, 2)
        gap = " " * (start - line_cells(head))
        beside = GAP + JOINT.join(details) if details else ""
        if not rest and cells(first) + cells(beside) <= width - start:
            yield (*head, (gap, ""), (first, colour), (beside, DIM))
            return
        yield (*head, (gap, ""), (first, colour))
    else:
        start = INDENT
        yield head
        rest = wrap(title, width - start, 3)
    for text in rest:
        yield ((" " * start, ""), (text, colour))
    for text in joined(details, width - start) if details else ():
        yield ((" " * start, ""), (text, DIM))


def _footer(
    chosen: Chosen,
    states: Sequence[State],
    hidden: Mapping[State, int],
    noun: str,
    shared: Mapping[str, int],
    width: int,
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
    for remark, number in shared.items():
        for text in wrap(f"{number:,} tasks: {safe(remark)}", width):
            yield ((text, STRONG),)


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
