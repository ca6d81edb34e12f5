"""How `tk stats` looks, and that a monitor reads foreign text as the values of labels."""

from __future__ import annotations

import re
from typing import Any

import pytest
from rich.cells import cell_len

from tests.support.golden import coloured, drawn, hold
from tkledger.core.flow import WEEK, Move, flow
from tkledger.core.forecast import forecast
from tkledger.core.lifecycle import State
from tkledger.core.statistics import SpentBy, Stats
from tkledger.core.time import seconds_of
from tkledger.core.usage import Used
from tkledger.views import prometheus
from tkledger.views.bars import bar, sparkline
from tkledger.views.prometheus import escaped, exposition
from tkledger.views.stats import stats

BEGIN = seconds_of("2026-01-05T00:00:00Z")
DAY = 86_400
ACTORS = ("ann", "所有者" * 5, "זואי", "agent-1", "b@example.org", "z")
STATES = (State.TODO, State.IN_PROGRESS, State.BLOCKED, State.IN_PROGRESS, State.IN_REVIEW)


def _moves(number: int) -> list[Move]:
    """A task that is moved every few days, until it is done."""
    at, source, found = BEGIN + number * DAY, None, []
    for step, state in enumerate((*STATES, State.IN_PROGRESS, State.IN_REVIEW, State.DONE)):
        target = State.CANCELLED if state is State.DONE and number % 9 == 0 else state
        found.append(Move(at, source, target, ACTORS[number % len(ACTORS)]))
        at, source = at + (1 + (number + step) % 4) * DAY, target
    return found


def _stats(tasks: int, weeks: int) -> Stats:
    end = BEGIN + weeks * WEEK - 3 * DAY
    moves = {f"t{n}": [one for one in _moves(n) if one.at < end] for n in range(tasks)}
    moves = {key: found for key, found in moves.items() if found}
    states = [found[-1].target for found in moves.values()]
    how = flow(moves, end)
    spent = {
        SpentBy(actor, kind, model, labels): Used(tokens=n * 1_234, cost=n * 345_678, calls=n)
        for n, (actor, kind, model, labels) in enumerate(
            (
                ("ann", "task", "large", ("ui", "docs")),
                ("所有者" * 5, "bug", "", ()),
                *((actor, "task", "small", ("ui",)) for actor in ACTORS[2:]),
            ),
            1,
        )
    }
    done = [one.done for one in how.weeks if one.begin + WEEK <= end]
    open_ = sum(state not in (State.DONE, State.CANCELLED) for state in states)
    counts = {state: states.count(state) for state in State}
    return Stats(how, counts, spent if tasks > 9 else {}, forecast(done, open_))


WHOLE = _stats(80, 14)
VIEWS = {
    "statistics": stats(WHOLE),
    "of a beginning": stats(_stats(3, 2)),
    "of a shallow clone": stats(_stats(5, 3)._replace(shallow=True)),
    "of nothing": stats(Stats(flow({}, BEGIN), {}, {}, forecast((), 0))),
}


def test_it_looks_so(terminal: Any, piped: Any) -> None:
    text = drawn(VIEWS, terminal, piped)
    text += f"== with colours\n{coloured(VIEWS['statistics'])}\n== for a monitor\n"
    hold(text + "\n".join([*exposition(WHOLE), ""]), "stats.txt")


@pytest.mark.parametrize(
    ("value", "most", "shown"),
    [(0, 8, ""), (1, 8, "█"), (8, 8, "████████"), (3, 64, "▍"), (1, 10**9, "▏"), (3, 0, "")],
)
def test_a_bar_is_in_eighths_of_a_cell(value: int, most: int, shown: str) -> None:
    assert bar(value, most, 8) == shown


def test_a_sparkline_has_a_cell_for_each_value() -> None:
    assert sparkline([0, 1, 4, 8]) == " ▁▄█"
    assert sparkline([0, 0]) == "  "
    assert {cell_len(one) for one in (*sparkline(range(1, 9)), *"▏▎▍▌▋▊▉█▓▒░")} == {1}


# -- for a monitor ------------------------------------------------------------------------------

_VALUE = r'"((?:[^"\\\n]|\\["\\n])*)"'
_SAMPLE = re.compile(rf"tk_[a-z_]+(?:\{{[a-z]+={_VALUE}(?:,[a-z]+={_VALUE})*\}})? [0-9.]+")
HOSTILE = (
    'x"} 1\ntk_evil 2',
    "\\",
    'a\\"',
    "{}=,# HELP",
    "line\u2028and \x1b[2J\r\u202e",
    "所有者 🎉",
)


def _read(text: str) -> str:
    return re.sub(r"\\(.)", lambda one: "\n" if one[1] == "n" else one[1], text)


def test_hostile_labels_are_values_and_nothing_else() -> None:
    ended = {actor: {State.DONE: n} for n, actor in enumerate(HOSTILE, 1)}
    found = WHOLE._replace(
        flow=WHOLE.flow._replace(ended=ended),
        spent={SpentBy(one, one, one, (one,)): Used(tokens=1, cost=1) for one in HOSTILE},
    )
    lines = list(exposition(found))
    told = {}
    for line in lines:
        assert re.fullmatch(r"# (HELP|TYPE) tk_[a-z_]+ [\w$%,. :]+", line) or _SAMPLE.fullmatch(
            line
        )
        if match := re.match(rf'tk_ended_total\{{state="done",actor={_VALUE}\}} (\d+)', line):
            told[int(match[2])] = _read(match[1])
    assert told[1] == HOSTILE[0]
    assert told[5] == "line\\u2028and \\u001b[2J\\u000d\\u202e"
    assert (told[2], told[3], told[6]) == (HOSTILE[1], HOSTILE[2], HOSTILE[5])
    kinds = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(kinds) == len({*kinds}), "each metric is there once"


def test_of_many_series_the_largest_are_told_and_the_sum_of_the_others() -> None:
    many = prometheus.MOST + 7
    ended = {f"a{n}": {State.DONE: n + 1} for n in range(many)}
    found = WHOLE._replace(flow=WHOLE.flow._replace(ended=ended))
    lines = [line for line in exposition(found) if line.startswith("tk_ended_total")]
    assert len(lines) == prometheus.MOST + 1
    assert lines[0] == f'tk_ended_total{{state="done",actor="a{many - 1}"}} {many}'
    assert lines[-1] == f'tk_ended_total{{state="done",actor=""}} {sum(range(1, 8))}'


def test_a_label_has_one_line() -> None:
    assert escaped('a"\\\n') == r"a\"\\\n"
