"""`tk stats --prometheus`: the text format that Prometheus reads, where foreign text is a label's value only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from tkledger.core.charges import dollars
from tkledger.core.flow import Spread
from tkledger.core.forecast import PERCENT
from tkledger.core.lifecycle import State
from tkledger.core.statistics import BY, Stats, by
from tkledger.core.typing import NamedTuple
from tkledger.report import visible

MOST = 200
"""The series of one kind of spending or actor at most, the largest; the others together are one without a name."""

GAUGE, COUNTER = "gauge", "counter"

Labels = Mapping[str, str]


class Sample(NamedTuple):
    """A value, and the labels that tell it from others of its metric."""

    labels: Labels
    value: str


def exposition(found: Stats) -> Iterator[str]:
    """The lines of all metrics."""
    how = found.flow
    yield from _metric(
        ("tk_tasks", GAUGE, "Tasks by state, now."),
        [Sample({"state": one.value}, str(found.states.get(one, 0))) for one in State],
    )
    yield from _metric(
        ("tk_created_total", COUNTER, "Tasks that were created."),
        [Sample({}, str(sum(one.created for one in how.weeks)))],
    )
    yield from _metric(
        ("tk_ended_total", COUNTER, "Tasks that ended, by the state and who brought them there."),
        _ended(found),
    )
    yield from _metric(
        ("tk_sent_back_total", COUNTER, "How often work was sent back, by the event."),
        [Sample({"event": name}, str(number)) for name, number in sorted(how.sent_back.items())],
    )
    yield from _spreads("tk_lead_seconds", "From creation to done.", [({}, how.lead)])
    yield from _spreads("tk_cycle_seconds", "From the first start to done.", [({}, how.cycle)])
    stays = [({"state": state.value}, one) for state, one in how.in_state.items()]
    yield from _spreads("tk_state_seconds", "How long a task was in a state.", stays)
    yield from _spending(found)
    yield from _metric(
        ("tk_forecast_weeks", GAUGE, "After how many weeks all open tasks may be done."),
        [
            Sample({"quantile": str(percent / 100)}, str(weeks))
            for percent, weeks in zip(PERCENT, found.forecast.weeks)
        ],
    )


def _metric(head: tuple[str, str, str], samples: Iterable[Sample]) -> Iterator[str]:
    """A metric with its name, kind and help; nothing if it has no values."""
    name, kind, words = head
    lines = [f"{name}{_labels(one.labels)} {one.value}" for one in samples]
    if lines:
        yield from (f"# HELP {name} {words}", f"# TYPE {name} {kind}", *lines)


def _labels(labels: Labels) -> str:
    pairs = (f'{name}="{escaped(value)}"' for name, value in labels.items())
    return f"{{{','.join(pairs)}}}" if labels else ""


def escaped(text: str) -> str:
    """A label's value within its quotes."""
    text = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return text.replace("\n", "\\n")


def _ended(found: Stats) -> Iterator[Sample]:
    for state in (State.DONE, State.CANCELLED):
        counts = Counter({actor: ends.get(state, 0) for actor, ends in found.flow.ended.items()})
        for actor, number in _largest([(a, n) for a, n in counts.most_common() if n]):
            yield Sample({"state": state.value, "actor": actor}, str(number))


def _largest(rows: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """The first rows, and the sum of all others."""
    kept = [row for row in rows if row[0]][:MOST]
    names = {name for name, _ in kept}
    rest = sum(number for name, number in rows if name not in names)
    yield from kept
    if rest:
        yield "", rest


def _spreads(
    name: str, words: str, spreads: Iterable[tuple[Labels, Spread | None]]
) -> Iterator[str]:
    samples = [
        Sample({**labels, "quantile": quantile}, str(seconds))
        for labels, one in spreads
        if one is not None
        for quantile, seconds in (("0.5", one.half), ("0.85", one.most))
    ]
    yield from _metric((name, GAUGE, words), samples)


def _spending(found: Stats) -> Iterator[str]:
    for what in BY:
        rows = by(found.spent, what)
        cost = _largest([(name, used.cost) for name, used in rows if used.cost])
        yield from _metric(
            (f"tk_spent_dollars_by_{what}_total", COUNTER, f"US dollars spent, by {what}."),
            [Sample({what: name}, dollars(amount)) for name, amount in cost],
        )
        tokens = _largest([(name, used.tokens) for name, used in rows if used.tokens])
        yield from _metric(
            (f"tk_spent_tokens_by_{what}_total", COUNTER, f"Tokens spent, by {what}."),
            [Sample({what: name}, str(amount)) for name, amount in tokens],
        )
