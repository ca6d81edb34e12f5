"""`tk budget`: a bar for each limit that holds for a task, and when it will be used up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.core.budget import UNITS, Gauge, amount, exhaustion
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING
from tkledger.core.usage import Used
from tkledger.views.style import BAD, DIM, GOOD, ID, STRONG
from tkledger.views.text_layout import (
    Frame,
    Line,
    Lines,
    Span,
    cells,
    cut,
    led,
    line_cells,
    pad,
    safe,
    table,
    wrap,
)
from tkledger.views.words import badge, duration, minute

if TYPE_CHECKING:
    from tkledger.core.quota import QuotaGauge

BAR, SHORT = 20, 10
"""The cells of a bar, and of one in a list."""
NAME = 8
USED = "  used: "
WIDEST = 24
"""The most cells of an id in a list."""
MOST_SHARE = 99.99
"""The greatest share that is shown; a larger one is shown as this."""
LEAST, LEAST_FIGURES = 16, 30
"""The least cells for words, and for figures beside a bar."""
Row = tuple[Task, Used, Sequence[Gauge]]


def budget(rows: Sequence[Row], now: int, *, whole: bool) -> Lines:
    """Tasks with what they used and their limits; ``now`` in seconds since 1970.

    ``whole`` shows every limit of each; else each is a line with the limit that is nearest to its end, the worst
    first.
    """

    def draw(frame: Frame) -> Iterable[Line | str]:
        if not rows:
            nothing = "no open task has used anything or has a limit (tk budget ID)"
            return [((text, DIM),) for text in wrap(nothing, frame.width)]
        if whole:
            return (line for row in rows for line in _in_full(row, now, frame))
        return _in_short(rows, frame)

    return Lines(draw)


def _in_full(row: Row, now: int, frame: Frame) -> Iterator[Line]:
    task, used, gauges = row
    yield _head(task, frame)
    texts = wrap(_sum(used), max(frame.width - len(USED), LEAST))
    yield from led([(USED, DIM)], [((text, DIM),) for text in texts])
    for gauge in gauges:
        yield from _line(gauge, used, task, now, frame)


def _in_short(rows: Sequence[Row], frame: Frame) -> Iterable[Line | str]:
    """A line for each task: how much is used of the limit of its own that is nearest to its end, and of what;
    those without a limit come last.
    """
    worst = sorted(((_worst(row), row) for row in rows), key=_badness, reverse=True)
    bars = not (frame.piped or frame.narrow)
    lines = [_short(gauge, row, frame, bars=bars) for gauge, row in worst]
    return table([line[not bars :] for line in lines], frame)


def _badness(one: tuple[Gauge | None, Row]) -> tuple[float, int, int]:
    """How near a task is to the end of its limit, or how much it used if it has none."""
    gauge, (_, used, _) = one
    return (_share(gauge), 0, 0) if gauge else (-1, used.cost, used.seconds)


def _worst(row: Row) -> Gauge | None:
    own = [one for one in row[2] if one.limit.holder == row[0].id]
    return max(own, key=_share, default=None)


def _share(gauge: Gauge) -> float:
    """How much of a limit is used, as a part of one; nothing is allowed of what is at zero."""
    return gauge.used / gauge.limit.most if gauge.limit.most else MOST_SHARE if gauge.used else 1


def _short(gauge: Gauge | None, row: Row, frame: Frame, *, bars: bool) -> Line:
    task, used, _ = row
    bar, share, colour = "", "", DIM
    if gauge is None:
        kinds = ("seconds", "cost" if used.cost else "tokens")
        parts = [_amount(kind, value) for kind in kinds if (value := getattr(used, kind))]
        figures = f"used {', '.join(parts) or _sum(used)}"
    else:
        limit, part = gauge.limit, _share(gauge)
        colour = _colour(gauge.used, limit.most, near=gauge.near)
        full = min(int(part * SHORT), SHORT)
        bar = ("▰" * full + "▱" * (SHORT - full)) if bars else ""
        share = f"{min(part, MOST_SHARE):.0%}"
        figures = f"{_shown(limit.kind, gauge.used)} of {_amount(limit.kind, limit.most)}"
    return (
        *((bar, colour), (share if frame.piped else f"{share:>4}", colour)),
        (task.id if frame.piped else cut(task.id, WIDEST), ID),
        *((figures, colour), (safe(task.title), "")),
    )


def sums(rows: Sequence[tuple[str, Used]], by: str) -> Lines:
    """Names with what was used: tokens, cost and, if there are any, calls."""

    def draw(frame: Frame) -> Iterator[Line]:
        names = [cut(safe(name or f"no {by}"), max(frame.width - 40, 20)) for name, *_ in rows]
        width = max(map(cells, names))
        for name, (_, one) in zip(names, rows):
            used = f"  {one.tokens:>15,} tokens  {'$' + amount('cost', one.cost):>12}"
            used += f"  {one.calls:>9,} calls" if one.calls else ""
            yield ((pad(name, width), ID), (used, ""))

    return Lines(draw)


def quotas(gauges: Sequence[QuotaGauge]) -> Lines:
    """The amounts of the quotas that hold for an actor, with what it used."""

    def draw(frame: Frame) -> Iterator[Line]:
        for one in gauges:
            bar = _bar(one.kind, one.used, one.most, near=one.near)
            again = f"  until {minute(one.again)}" if one.again is not None else ""
            rest = f"  in {one.window}  quotas.{safe(one.pattern)}{again}"
            yield from _with_rest(bar, rest, frame)

    return Lines(draw)


def _head(task: Task, frame: Frame) -> Line:
    room = max(frame.width - len(task.id) - 20, 20)
    return (
        badge(task.state),
        (" ", ""),
        (task.id, ID),
        (" ", ""),
        (cut(safe(task.title), room), ""),
    )


def _sum(used: Used) -> str:
    parts = [_amount(kind, value) for kind, value in used._asdict().items() if value]
    return ", ".join(parts) or "nothing"


def _amount(kind: str, value: int) -> str:
    """An amount with its unit, which is one or several."""
    if kind in ("seconds", "cost"):
        return _shown(kind, value)
    unit = UNITS[kind]
    return f"{value:,} {ONE.get(unit, unit.removesuffix('s')) if value == 1 else unit}"


ONE = {UNITS["rework"]: "round of rework"}
"""What one of a unit is called, if an s is not all."""


def _line(gauge: Gauge, used: Used, task: Task, now: int, frame: Frame) -> Iterator[Line]:
    limit = gauge.limit
    left = limit.most - gauge.used
    whose = "" if limit.holder == task.id else f"  budget of {limit.holder}"
    whose = "  by the policy" if limit.own else whose
    at = exhaustion(gauge, used, task, now)
    end = f"  at this rate until {minute(at)}" if at is not None and left > 0 else ""
    bar = _bar(limit.kind, gauge.used, limit.most, near=gauge.near)
    yield from _with_rest(bar, whose + end, frame)


def _with_rest(bar: Sequence[Span], rest: str, frame: Frame) -> Iterator[Line]:
    """A bar with its figures and what else is to be said, in as many lines as that takes."""
    *head, (figures, colour) = bar
    if not frame.piped and line_cells(head) + LEAST_FIGURES > frame.width:
        head = head[:2]
    start = line_cells(head)
    room = frame.width - start
    if cells(figures) + cells(rest) <= room:
        yield (*head, (figures, colour), (rest, DIM))
        return
    for text, style in ((figures, colour), (rest, DIM)):
        for line in wrap(text.strip(), room - 1) if text.strip() else ():
            yield (*head, (f" {line}", style))
            head = [(" " * start, "")]


def _bar(kind: str, used: int, most: int, *, near: bool) -> Sequence[Span]:
    """How much is used of a limit, as a bar and in figures."""
    full = min(used * BAR // most, BAR) if most else BAR
    left = f", {_shown(kind, most - used)} left" if used <= most else ", exceeded"
    colour = _colour(used, most, near=near)
    return (
        ("  ", ""),
        (pad(kind, NAME), ""),
        (" " + "▰" * full, colour),
        ("▱" * (BAR - full), DIM),
        (f" {_shown(kind, used)} of {_shown(kind, most)}{left}", colour if near else ""),
    )


def _colour(used: int, most: int, *, near: bool) -> str:
    return BAD if used > most else STRONG if near else GOOD


def _shown(kind: str, value: int) -> str:
    if kind == "seconds":
        return duration(value)
    return f"${amount(kind, value)}" if kind == "cost" else f"{value:,}"
