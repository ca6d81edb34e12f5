"""`tk budget`: a bar for each limit that holds for a task, and when it will be used up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.budget import UNITS, Gauge, amount, exhaustion
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING
from tkledger.core.usage import Used
from tkledger.views.style import BAD, DIM, GOOD, ID
from tkledger.views.text_layout import Frame, Line, Lines, cells, cut, pad, safe
from tkledger.views.words import badge, duration, minute

if TYPE_CHECKING:
    from tkledger.core.quota import QuotaGauge

BAR = 20
NAME = 8
Row = tuple[Task, Used, Sequence[Gauge]]


def budget(rows: Sequence[Row], now: int, *, whole: bool) -> Lines:
    """Tasks with what they used and their limits; ``now`` in seconds since 1970.

    ``whole`` shows every limit, else those of the policy of which nothing is used are left out.
    """

    def draw(frame: Frame) -> Iterator[Line]:
        if not rows:
            yield (("no open task has used anything or has a limit (tk budget ID)", DIM),)
        for place, (task, used, gauges) in enumerate(rows):
            if place:
                yield ()
            yield _head(task, frame)
            yield ((f"  used: {_sum(used)}", DIM),)
            for gauge in gauges:
                if whole or gauge.used or not gauge.limit.own:
                    yield from _line(gauge, used, task, now)

    return Lines(draw)


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
            pattern = cut(safe(one.pattern), max(frame.width - 70, 20))
            yield (*bar, (f"  in {one.window}  quotas.{pattern}{again}", DIM))

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
    parts = [
        _shown(kind, value) + ("" if kind in ("seconds", "cost") else f" {UNITS[kind]}")
        for kind, value in used._asdict().items()
        if value
    ]
    return ", ".join(parts) or "nothing"


def _line(gauge: Gauge, used: Used, task: Task, now: int) -> Iterator[Line]:
    limit = gauge.limit
    left = limit.most - gauge.used
    whose = "" if limit.holder == task.id else f"  budget of {limit.holder}"
    whose = "  by the policy" if limit.own else whose
    at = exhaustion(gauge, used, task, now)
    end = f"  at this rate until {minute(at)}" if at is not None and left > 0 else ""
    bar = _bar(limit.kind, gauge.used, limit.most, near=gauge.near)
    yield (*bar, (whose + end, DIM))


def _bar(kind: str, used: int, most: int, *, near: bool) -> Line:
    """How much is used of a limit, as a bar and in figures."""
    colour = BAD if used > most else "yellow" if near else GOOD
    full = min(used * BAR // most, BAR) if most else BAR
    left = f", {_shown(kind, most - used)} left" if used <= most else ", exceeded"
    return (
        ("  ", ""),
        (pad(kind, NAME), ""),
        (" " + "▰" * full, colour),
        ("▱" * (BAR - full), DIM),
        (f" {_shown(kind, used)} of {_shown(kind, most)}{left}", colour if near else ""),
    )


def _shown(kind: str, value: int) -> str:
    if kind == "seconds":
        return duration(value)
    return f"${amount(kind, value)}" if kind == "cost" else f"{value:,}"
