"""`tk list` and `tk ready`: one task a line; it neither filters nor sorts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import DEFAULT_TYPE, Task
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
from tkledger.views.words import FEW, badge, counts, hindrance

TITLE = 4
FIXED, HEAD = 4, 3
"""How many columns are never cut, and how many of them lead a task over several lines."""
FLOORS = (26, 10, 10, 20)
"""The least cells for title, owner, labels and hindrance; a wider title is cut to no less."""
SHARES = ((0, 44), (3, 42), (1, 24), (2, 24), (0, 72), (3, 72), (1, 40), (2, 40), (0, 400))
"""Who gets what is left of a line, in turn: column after the fixed ones, and up to how much."""
NARROW = 22
INDENT = 4


def listing(tasks: Iterable[Task], snapshot: Snapshot, hidden: Mapping[State, int]) -> Lines:
    """``tasks`` in their order; ``hidden`` counts the ended tasks that are left out.

    In a terminal a last line counts them all. Otherwise a task is a line: state, id, priority,
    type, owner, labels, what it waits for, title; two blanks between, ``-`` for nothing.
    """
    shown = tuple(tasks)

    def draw(frame: Frame) -> Iterable[Line]:
        rows = [_row(task, snapshot, frame.piped) for task in shown]
        if frame.piped:
            return piped_table([(*row[:TITLE], *row[TITLE + 1 :], row[TITLE]) for row in rows])
        table = _rows(rows, frame.width) if rows else ()
        return (*table, *_footer(shown, hidden, frame.width))

    return Lines(draw)


def _row(task: Task, snapshot: Snapshot, piped: bool) -> Line:
    return (
        badge(task.state),
        (task.id, ID),
        urgency(task.urgency),
        ("" if task.kind == DEFAULT_TYPE else task.kind, DIM),
        (safe(task.title), title_colour(task.state)),
        (safe(task.owner or ""), "magenta"),
        (",".join(task.labels), DIM),
        (
            hindrance(task, snapshot, None if piped else FEW),
            BAD if task.state is State.BLOCKED else "yellow",
        ),
    )


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


def _footer(tasks: Sequence[Task], hidden: Mapping[State, int], width: int) -> Iterator[Line]:
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
