"""`tk log`: what happened, one event a line; it does not order or choose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.core.history import HistoryEntry, Joint
from tkledger.core.lifecycle import State
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.views.style import BAD, DIM, GOOD, ID, LOOKS, PERSON, STRONG
from tkledger.views.text_layout import (
    GAP,
    Frame,
    Line,
    Lines,
    Span,
    aligned,
    cells,
    columns,
    cut_line,
    led,
    padded,
    safe,
    safe_lines,
    table,
    wrap,
)
from tkledger.views.words import day_name, local_minute, minute, short_names

if TYPE_CHECKING:
    from tkledger.core.ancestry import Links

SHORT = 8
MERGE = "merge"
"""What a commit did that joins others and changed no task."""
LEAST_MESSAGE, LEAST = 36, 16
"""The cells below which words do not stand beside an entry, and those that they have below it."""
START, WIDEST, MOST_LINES = 9, 24, 3
"""Where an entry begins after its time, the most cells of its columns, and the most lines of its words."""


def timeline(entries: Iterable[HistoryEntry]) -> Lines:
    """``entries`` in their order: when (UTC), commit, task, event, states, actor, words.

    A narrow terminal has commit and message on a line of their own.
    """
    shown = tuple(entries)

    def draw(frame: Frame) -> Iterable[Line | str]:
        rows = [*map(_row, shown)]
        if not rows and not frame.piped:
            return _nothing("nothing happened yet", frame)
        widths = columns(rows)
        room = frame.width - sum(width + 2 for width in widths[:-1])
        if frame.piped or room >= min(LEAST_MESSAGE, *widths[-1:]):
            return table(rows, frame)
        return _stacked(rows, frame.width)

    return Lines(draw)


def days(
    entries: Sequence[HistoryEntry],
    now: int,
    *,
    one: bool,
    chosen: bool,
    patches: Sequence[str] = (),
) -> Lines:
    """On a terminal the newest entry first, under its day; else a timeline. ``one`` says that all are of one task,
    whose title is left out then, ``chosen`` that there may be others; ``patches`` are shown below their entries.
    """
    changed = patches or [""] * len(entries)

    def draw(frame: Frame) -> Iterable[Line | str]:
        if frame.piped:
            return _lines(_piped(entries, changed, frame))
        if not entries:
            return _nothing("nothing that matches" if chosen else "nothing happened yet", frame)
        return _lines(_by_day(entries[::-1], changed[::-1], now, frame, one=one))

    return Lines(draw)


def graphed(
    entries: Sequence[HistoryEntry],
    joints: Sequence[Joint],
    links: Links,
    now: int,
    *,
    one: bool,
    patches: Sequence[str],
) -> Lines:
    """The entries of commits, and the merges that join these, beside the graph of all, in its order: the newest
    first, through a pipe, too.
    """
    from tkledger.views import commit_graph  # most often not asked for

    place = {commit: number for number, commit in enumerate(links)}
    told: list[tuple[Event, str]] = [*zip(entries, patches or [""] * len(entries))]
    pairs = [*told[::-1], *((joint, "") for joint in joints)]
    pairs.sort(key=lambda pair: place[pair[0].commit])
    shown, changed = [entry for entry, _ in pairs], [patch for _, patch in pairs]

    def draw(frame: Frame) -> Iterable[Line | str]:
        rows = [*commit_graph.rows(links)]
        taken = commit_graph.room(rows, frame)
        less = frame._replace(width=frame.width - taken - commit_graph.SPACE)
        blocks = (
            _piped(shown, changed, less)
            if frame.piped
            else _by_day(shown, changed, now, less, one=one)
        )
        return commit_graph.beside(rows, [entry.commit for entry in shown], blocks, taken, frame)

    return Lines(draw)


Event = HistoryEntry | Joint
"""What a log has a line for."""


def _nothing(words: str, frame: Frame) -> Iterator[Line]:
    for line in wrap(words, frame.width):
        yield ((line, DIM),)


class EntryLines(NamedTuple):
    """The lines of one entry, and the heading above it, if there is one."""

    heading: Sequence[Line]
    lines: Sequence[Line | str]


def _lines(blocks: Iterable[EntryLines]) -> Iterator[Line | str]:
    for heading, lines in blocks:
        yield from heading
        yield from lines


def _piped(entries: Sequence[Event], patches: Sequence[str], frame: Frame) -> Iterator[EntryLines]:
    for row, patch in zip(table([*map(_row, entries)], frame), patches):
        yield EntryLines((), [row, *_patch(patch, frame)])


def _patch(text: str, frame: Frame) -> Iterator[Line]:
    """The lines of a patch: what went and what came."""
    start = _start(frame.width, LEAST)
    for line in safe_lines(text) if text else ():
        style = _PATCH.get(line[:1], "")
        for part in [line] if frame.piped else wrap(line, frame.width - start):
            yield cut_line([(" " * start, ""), (part, style)], frame.width)


def _start(width: int, least: int) -> int:
    """Where words below an entry begin, so that they have at ``least`` so many cells, if that can be."""
    return START if width >= START + least else min(len(GAP), max(width - least, 0))


_PATCH = {"+": GOOD, "-": BAD, "@": DIM}
"""How the lines of a patch look, by their first letter."""


def _by_day(
    entries: Sequence[Event], patches: Sequence[str], now: int, frame: Frame, *, one: bool
) -> Iterator[EntryLines]:
    """The entries under their days, each with its words beside it, or below where there is little room."""
    width = frame.width
    names = short_names(entry.actor for entry in entries)
    rows = [_brief(entry, names[entry.actor], one=one) for entry in entries]
    texts = [safe(_words(entry, one=one)) for entry in entries]
    widths = [min(cell, WIDEST) for cell in columns(rows)]
    beside = width - START - sum(cell + len(GAP) for cell in widths if cell)
    if beside < min(LEAST_MESSAGE, max(map(cells, texts))):
        beside = 0
    last = ""
    for entry, row, text, patch in zip(entries, rows, texts, patches):
        day, _, clock = local_minute(entry.at).partition(" ")
        heading: list[Line] = []
        if day != last:
            named = cut_line([(day_name(day, now), STRONG)], width)
            heading = [*([()] if last else []), named]
        last = day
        head: list[Span] = [(f"  {clock:<5}{GAP}", DIM)]
        if beside:
            lines = [*_beside([*head, *padded(row, widths)], text, beside)]
        else:
            brief = aligned([*row[1:], *row[: not text]], [*widths[1:], SHORT])
            lines = [cut_line([*head, *brief], width)]
            lines += _below(row[0], text, width) if text else ()
        yield EntryLines(heading, [*lines, *_patch(patch, frame)])


def _words(entry: Event, *, one: bool) -> str:
    if isinstance(entry, Joint):
        return entry.subject
    return entry.said if one else words(entry)


def _brief(entry: Event, actor: str, *, one: bool) -> Line:
    """The commit, the task unless all are of one, what was done to it, and by whom."""
    commit = (safe(entry.commit)[:SHORT], DIM)
    if isinstance(entry, Joint):
        return commit, ("", ""), (MERGE, ""), (actor, PERSON)
    did = f"{entry.source} -> {entry.target}" if entry.event == "jump" else entry.event
    return (
        commit,
        ("" if one else safe(entry.task), ID),
        (safe(did), LOOKS[entry.target].colour),
        (actor, PERSON),
    )


def _beside(head: list[Span], text: str, room: int) -> Iterator[Line]:
    yield from led(head, [((line, ""),) for line in wrap(text, room, MOST_LINES)])


def _below(commit: Span, text: str, width: int) -> Iterator[Line]:
    lead, style = commit
    taken = SHORT + len(GAP)
    start = _start(width, taken + LEAST)
    if width < start + taken + LEAST:  # then they go below the commit
        yield cut_line([(" " * start, ""), commit], width)
        lead, taken = "", 0
    for line in wrap(text, width - start - taken, MOST_LINES):
        yield cut_line([(" " * start, ""), (lead.ljust(taken), style), (line, "")], width)
        lead = ""


def _row(entry: Event) -> Line:
    when, commit = (minute(entry.at), DIM), (safe(entry.commit)[:SHORT], DIM)
    if isinstance(entry, Joint):
        who = (safe(entry.actor), PERSON)
        return when, commit, ("", ""), (MERGE, ""), ("", ""), who, (safe(entry.subject), "")
    colour = LOOKS[entry.target].colour
    return (
        when,
        commit,
        (safe(entry.task), ID),
        (safe(entry.event), ""),
        (_move(entry.source, entry.target), colour),
        (safe(entry.actor), PERSON),
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
            yield cut_line([("  ", ""), lead, ("  ", ""), (text, "")], width)
            lead = (" " * cells(lead[0]), "")
