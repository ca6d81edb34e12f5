"""`tk diff --since`: what changed, person by person, for a terminal, for programs and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.core.since import (
    BLOCKED,
    CANCELLED,
    EDITED,
    GONE,
    KINDS,
    MOVED,
    NEW,
    REPARENTED,
    TaskChange,
)
from tkledger.core.trailers import folded
from tkledger.exchange.markdown import code, plain_text
from tkledger.views.style import BAD, DIM, ID, LOOKS, STRONG, title_colour
from tkledger.views.text_layout import (
    GAP,
    Frame,
    Line,
    Lines,
    Span,
    cells,
    joined,
    led,
    line_cells,
    pad,
    piped_table,
    safe,
    wrap,
)

NOT_SAID = "no commit says who"
LEAST = 24
"""The least cells for a title beside what became of its task; in less room it is below."""
INDENT = 4
MOST_WORDS = 3
"""The lines of words that are shown of one task at most."""

People = Mapping[str, Sequence[TaskChange]]


def changes(people: People, head: str) -> Lines:
    """Below a ``head`` each person, and what became of which tasks. Through a pipe it is a line a task: who, what,
    id, words and title, two blanks between, ``-`` for nothing.
    """

    def draw(frame: Frame) -> Iterable[Line | str]:
        if frame.piped:
            rows = [(who, one) for who, found in people.items() for one in found]
            return piped_table([*zip(*(_row(who, one) for who, one in rows))])
        return _drawn(people, head, frame.width)

    return Lines(draw)


def _row(who: str, one: TaskChange) -> tuple[str, ...]:
    return (safe(who), one.kinds[0], one.id, words(one), _title(one))


def _title(one: TaskChange) -> str:
    return safe(one.task.title) if one.task else ""


def words(one: TaskChange) -> str:
    """What is to be said of a change beyond its leading kind: states, parents, fields, why, and who else."""
    parts = []
    if MOVED in one.kinds and one.old and one.new:
        parts.append(f"{one.old.state} -> {one.new.state}")
    elif one.old is None and one.new and one.kinds[0] != NEW:
        parts.append("new")
    if REPARENTED in one.kinds and one.old and one.new:
        parts.append(f"{one.old.parent or 'no parent'} -> {one.new.parent or 'no parent'}")
    parts += [", ".join(name for name in one.fields if name != "parent")]
    if one.kinds == (EDITED,) and not one.fields:
        parts.append("more was said")
    parts.append(_why(one))
    if one.by[1:]:
        parts.append(f"with {', '.join(one.by[1:])}")
    return safe("; ".join(filter(None, parts)))


def _why(one: TaskChange) -> str:
    """Why a task is blocked, or was cancelled."""
    if one.new is None:
        return ""
    if BLOCKED in one.kinds:
        return folded(": ".join(one.new.wait.words))
    return folded(one.new.error.message or "") if CANCELLED in one.kinds else ""


def tally(found: Iterable[TaskChange]) -> str:
    """``3 finished, 1 blocked``."""
    counts = Counter(one.kinds[0] for one in found)
    return ", ".join(f"{counts[kind]:,} {kind}" for kind in KINDS if counts[kind])


# -- for a terminal -----------------------------------------------------------------------------


def _drawn(people: People, head: str, width: int) -> Iterator[Line]:
    yield from (((text, DIM),) for text in wrap(head, width))
    every = [one for found in people.values() for one in found]
    widths = (max(cells(_kind(one)[0]) for one in every), max(cells(one.id) for one in every))
    for who, found in people.items():
        yield ()
        for number, text in enumerate(joined([safe(who) or NOT_SAID, tally(found)], width)):
            yield ((text, STRONG if not number else DIM),)
        for one in found:
            yield from _change(one, widths, width)


def _kind(one: TaskChange) -> Span:
    """The state as its sign, and what became of the task."""
    sign = LOOKS[one.new.state].glyph if one.new else " "
    colour = LOOKS[one.new.state].colour if one.new else BAD
    return f"{sign} {one.kinds[0]}", "" if one.kinds[0] in (REPARENTED, EDITED) else colour


def _change(one: TaskChange, widths: Sequence[int], width: int) -> Iterator[Line]:
    """A task in one line if it fits; else title and words go on below."""
    kind, colour = _kind(one)
    head: list[Span] = [("  ", ""), (pad(kind, widths[0]), colour)]
    head += [(GAP, ""), (one.id.ljust(widths[1]), ID), (GAP, "")]
    start = line_cells(head)
    if width - start < LEAST:
        yield head[:-1]
        head, start = [(" " * INDENT, "")], INDENT
    room = max(width - start, 1)
    titled = title_colour(one.new.state) if one.new else DIM
    lines: list[list[Span]] = [[(text, titled)] for text in wrap(_title(one), room, 2)]
    said = words(one)
    if said and cells(lines[-1][0][0]) + cells(GAP) + cells(said) <= room:
        lines[-1] += [(GAP, ""), (said, DIM)]
    elif said:
        lines += [[(text, DIM)] for text in wrap(said, room, MOST_WORDS)]
    yield from led(head, lines)


# -- as Markdown --------------------------------------------------------------------------------


def markdown(people: People, head: str) -> Iterator[str]:
    """The lines of a note for a stand-up."""
    yield f"## {plain_text(head)}"
    for who, found in people.items():
        yield from ("", f"### {plain_text(safe(who) or NOT_SAID)}", "")
        for one in found:
            said = words(one)
            more = f": {plain_text(said)}" if said else ""
            gone = one.kinds[0] == GONE
            title = f" {plain_text(_title(one))}" if _title(one) else ""
            yield f"- **{one.kinds[0]}**{title} ({code(one.id)}){'' if gone else more}"
