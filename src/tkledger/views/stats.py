"""`tk stats`: how work flows, in figures and small plots; it computes nothing but widths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.core.charges import dollars
from tkledger.core.flow import WEEK, Spread, Week
from tkledger.core.forecast import LEAST, PERCENT
from tkledger.core.lifecycle import State
from tkledger.core.quoting import many
from tkledger.core.statistics import BY, WIP, Stats, by, total
from tkledger.core.time import iso, week
from tkledger.core.usage import Used
from tkledger.views.bars import Layer, bar, sparkline, stacked
from tkledger.views.style import DIM, LOOKS, PERSON, STRONG
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
from tkledger.views.words import NO_ACTOR, UNSHALLOW, counts, duration

SHOWN_WEEKS = 12
"""The weeks that are told one by one."""
SHOWN_SUMS = 5
"""The most costly of each kind that are named."""
SO_FAR = " so far"
HEIGHT = 8
"""The lines of a plot."""
WIDEST_BAR = 50
LEAST_NAME = 12
"""The cells of a name that is cut, with the blanks before it."""

SIGNS = {
    **{State.DONE: "█", State.IN_REVIEW: "▓", State.IN_PROGRESS: "▒", State.BLOCKED: "x"},
    **{State.TODO: "░", State.BACKLOG: "·"},
}
"""How states are drawn in stacked columns, from the bottom; without colours as well."""


def stats(found: Stats) -> Lines:
    """The figures and plots. Through a pipe it is a line for each figure: its name, and its value."""

    def draw(frame: Frame) -> Iterable[Line | str]:
        if frame.piped:
            return piped_table([*zip(*_figures(found))])
        return _drawn(found, frame.width)

    return Lines(draw)


# -- for a terminal -----------------------------------------------------------------------------


def _drawn(found: Stats, width: int) -> Iterator[Line]:
    yield from _texts(_head(found), width)
    for head, lines in _parts(found, width):
        shown = [*lines]
        if shown:
            yield ()
            yield from (((text, STRONG),) for text in wrap(head, width))
            yield from shown


def _head(found: Stats) -> Iterator[str]:
    yield many(sum(found.states.values()), "task")
    yield from filter(None, (counts(found.states),))
    yield f"{iso(found.flow.begin)[:10]} to {iso(found.flow.end - 1)[:10]}"
    if found.shallow:
        yield f"this clone is shallow: what happened before is missing: {UNSHALLOW}"


def _texts(parts: Iterable[str], width: int) -> Iterator[Line]:
    return (((text, DIM),) for text in joined(parts, width))


def _parts(found: Stats, width: int) -> Iterator[tuple[str, Iterable[Line]]]:
    """The parts below their heads; what has nothing to say is empty."""
    weeks = found.flow.weeks
    yield "done a week", _done(found, width)
    yield "how long it takes: half of the tasks at most, 85 % at most", _spreads(found, width)
    yield "at work now, and at the end of each week", _wip(found, width)
    yield "sent back for more work", _rework(found, width)
    yield "ended by", _ended(found, width)
    yield "spent", _spending(found, width)
    yield "burn-up: done, of all that is wanted", _burn_up(weeks, width)
    yield "cumulative flow: the states at the end of each week", _flow(weeks, width)
    yield "forecast", _forecast(found, width)


def _done(found: Stats, width: int) -> Iterator[Line]:
    shown, end = found.flow.weeks[-SHOWN_WEEKS:], found.flow.end
    most = max((one.done for one in shown), default=0)
    numbers = max((len(f"{one.done:,}") for one in shown), default=0)
    room = min(width - 2 - len("2026-W01") - numbers - 2 * len(GAP) - len(SO_FAR), WIDEST_BAR)
    for one in shown if most else ():
        done = bar(one.done, most, max(room, 1))
        head = (f"  {week(one.begin)}{GAP}", DIM), (f"{one.done:>{numbers},}{GAP}", "")
        tail = SO_FAR if end < one.begin + WEEK else ""
        yield (*head, (done, LOOKS[State.DONE].colour), (tail, DIM))


def _spreads(found: Stats, width: int) -> Iterator[Line]:
    how = found.flow
    rows: list[tuple[str, str, Spread]] = []
    rows += [("lead time", "", how.lead)] if how.lead else []
    rows += [("cycle time", "", how.cycle)] if how.cycle else []
    rows += [(state.value, LOOKS[state].colour, one) for state, one in how.in_state.items()]
    table: list[Line] = [
        ((f"  {name}", colour), (duration(one.half), ""), (duration(one.most), ""), _of(one))
        for name, colour, one in rows
    ]
    yield from _table(table, width)


def _of(one: Spread) -> tuple[str, str]:
    return many(one.tasks, "task"), DIM


def _table(rows: Sequence[Line], width: int) -> Iterator[Line]:
    """Rows below each other, the first column cut if need be; in too little room it has a line of its own."""
    widths = columns(rows)
    over = sum(widths) + len(GAP) * (len(widths) - 1) - width
    if widths and widths[0] - over >= min(widths[0], LEAST_NAME):
        widths[0] -= max(over, 0)
        yield from (aligned(row, widths) for row in rows)
        return
    for (name, colour), *values in rows:
        yield ((cut(name, width), colour),)
        indent = " " * (len(name) - len(name.lstrip()) + 2)
        told = ", ".join(text for text, _ in values)
        yield from (((indent, ""), (text, DIM)) for text in wrap(told, width - len(indent)))


def _wip(found: Stats, width: int) -> Iterator[Line]:
    values = [sum(one.states.get(state, 0) for state in WIP) for one in found.flow.weeks]
    if not any(values):
        return
    number = f"{found.wip:,}"
    room = max(width - 2 - len(number) - len(GAP), 1)
    plot = sparkline(values[-room:]).rstrip()
    yield (("  ", ""), (number, ""), (GAP, ""), (plot, LOOKS[State.IN_PROGRESS].colour))


def _rework(found: Stats, width: int) -> Iterator[Line]:
    how = found.flow
    done = sum(one.done for one in how.weeks)
    if not any(how.sent_back.values()):
        return
    back = [(how.sent_back.get(name, 0), words) for name, words in _BACK]
    parts = [f"{number:,} {words}" for number, words in back if number]
    parts += [f"{how.reworked:,} of {done:,} done were sent back"] if done else []
    yield from ((("  ", ""), (text, "")) for text in joined(parts, width - 2))


_BACK = (("reject", "rejected in review"), ("requeue", "sent back from blocked"))
"""The events after which work is done once more, in words."""


def _ended(found: Stats, width: int) -> Iterator[Line]:
    rows = sorted(found.flow.ended.items(), key=lambda row: (-sum(row[1].values()), row[0]))
    table: list[Line] = [
        ((f"  {safe(actor) or NO_ACTOR}", PERSON), (counts(ends), ""))
        for actor, ends in rows[:SHOWN_SUMS]
    ]
    yield from _table(table, width)
    yield from _more(len(rows), "  ")


def _more(number: int, indent: str) -> Iterator[Line]:
    if number > SHOWN_SUMS:
        yield ((f"{indent}and {number - SHOWN_SUMS:,} more", DIM),)


def _spending(found: Stats, width: int) -> Iterator[Line]:
    if not found.spent:
        return
    yield (("  ", ""), (cut(_used(total(found.spent)), width - 2), ""))
    for what in BY:
        rows = by(found.spent, what)
        if len(rows) < 2 and not any(name for name, _ in rows):
            continue
        yield ((f"  by {what}", DIM),)
        table: list[Line] = [
            ((f"    {safe(name) or '-'}", ""), (_used(used), ""))
            for name, used in rows[:SHOWN_SUMS]
        ]
        yield from _table(table, width)
        yield from _more(len(rows), "    ")


def _used(used: Used) -> str:
    parts = [f"${_cents(used.cost)}"] if used.cost else []
    parts += [many(used.tokens, "token")] if used.tokens else []
    parts += [many(used.calls, "call")] if used.calls else []
    return ", ".join(parts)


def _cents(micro: int) -> str:
    """Dollars, with cents from one dollar on."""
    return f"{micro / 1_000_000:,.2f}" if micro >= 1_000_000 else dollars(micro)


def _burn_up(weeks: Sequence[Week], width: int) -> Iterator[Line]:
    wanted = [
        sum(n for state, n in one.states.items() if state is not State.CANCELLED) for one in weeks
    ]
    done = [one.states.get(State.DONE, 0) for one in weeks]
    if len(weeks) < 2 or not any(wanted):
        return
    rest = [all_ - some for all_, some in zip(wanted, done)]
    layers = {
        "done": Layer(done, "█", LOOKS[State.DONE].colour),
        "open": Layer(rest, "░", DIM),
    }
    yield from _plot(weeks, layers, width)


def _flow(weeks: Sequence[Week], width: int) -> Iterator[Line]:
    layers = {
        state.value: Layer(values, sign, LOOKS[state].colour)
        for state, sign in SIGNS.items()
        if any(values := [one.states.get(state, 0) for one in weeks])
    }
    if len(weeks) > 1 and layers:
        yield from _plot(weeks, layers, width)


def _plot(weeks: Sequence[Week], layers: Mapping[str, Layer], width: int) -> Iterator[Line]:
    """Stacked columns, a cell or more for each of the newest weeks, and what the signs mean."""
    most = max(sum(values) for values in zip(*layers.values()))
    before = 2 + cells(f"{most:,}") + 1
    room = max(width - before, 1)
    shown = min(len(weeks), room)
    wide = max(min(room // shown, 4), 1)
    cut_ = [
        Layer([one for one in layer[-shown:] for _ in range(wide)], layer.sign, layer.colour)
        for layer in layers.values()
    ]
    for line in stacked(cut_, HEIGHT):
        yield [("  ", ""), *line]
    first, last = week(weeks[-shown].begin), week(weeks[-1].begin)
    ends = f"{first}{last:>{shown * wide - len(first)}}" if shown * wide > 18 else last
    yield ((cut(f"{' ' * before}{ends}", width), DIM),)
    legend = [f"{layer.sign} {name}" for name, layer in layers.items()]
    yield from (((f"  {text}", DIM),) for text in joined(legend, width - 2))


def _forecast(found: Stats, width: int) -> Iterator[Line]:
    ahead = found.forecast
    if not ahead.open:
        return
    if not ahead.weeks:
        words = f"{ahead.open:,} open; it takes {LEAST} whole weeks, and some task done in them"
    else:
        ways = [
            f"{percent} % by {iso(found.flow.end + weeks * WEEK)[:10]} ({many(weeks, 'week')})"
            for percent, weeks in zip(PERCENT, ahead.weeks)
        ]
        weeks = len(ahead.sample)
        how = f"if each week is like one of the last {weeks} whole ones, and no task is added"
        words = f"{ahead.open:,} open, all done: {', '.join(ways)}; {how}"
    yield from ((("  ", ""), (text, "")) for text in wrap(words, width - 2))


# -- through a pipe -----------------------------------------------------------------------------


def _figures(found: Stats) -> Iterator[tuple[str, str]]:
    how = found.flow
    yield "tasks", str(sum(found.states.values()))
    yield from ((state.value, str(n)) for state, n in found.states.items() if n)
    yield "at work", str(found.wip)
    for name, spread in (("lead", how.lead), ("cycle", how.cycle)):
        if spread:
            yield f"{name} median", duration(spread.half)
            yield f"{name} 85 %", duration(spread.most)
    for state, stay in how.in_state.items():
        yield f"in {state.value} median", duration(stay.half)
        yield f"in {state.value} 85 %", duration(stay.most)
    yield from (
        (words, str(how.sent_back[name])) for name, words in _BACK if how.sent_back.get(name)
    )
    for actor, ends in sorted(how.ended.items()):
        yield f"ended by {safe(actor)}", counts(ends)
    if found.spent:
        yield "spent", _used(total(found.spent))
    for what in BY:
        yield from (
            (f"spent by {what} {safe(name) or '-'}", _used(used))
            for name, used in by(found.spent, what)
        )
    for one in how.weeks:
        yield (
            f"week {week(one.begin)}",
            f"{one.created} created, {one.done} done, {one.cancelled} cancelled",
        )
    for percent, weeks in zip(PERCENT, found.forecast.weeks):
        yield f"forecast {percent} %", iso(how.end + weeks * WEEK)[:10]
