"""How work flows, out of moves that may be in any order and of any time."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tkledger.core.flow import (
    MOST_WEEKS,
    WEEK,
    Flow,
    Move,
    Spread,
    at_most,
    flow,
    settled,
    spread,
    week_of,
)
from tkledger.core.forecast import LATEST, RUNS, forecast
from tkledger.core.forecast import MOST_WEEKS as MOST_RUN
from tkledger.core.lifecycle import State, is_terminal
from tkledger.core.time import iso, seconds_of

TODO, AT_WORK, REVIEW = State.TODO, State.IN_PROGRESS, State.IN_REVIEW
BLOCKED, DONE, CANCELLED = State.BLOCKED, State.DONE, State.CANCELLED
DAY = 86_400
MONDAY = seconds_of("2026-01-05T00:00:00Z")


def at(day: float, source: State | None, target: State, actor: str = "ann") -> Move:
    return Move(MONDAY + int(day * DAY), source, target, actor)


WORK = {
    "a": [at(0, None, TODO), at(1, TODO, AT_WORK), at(3, AT_WORK, DONE)],
    "b": [
        at(1, None, TODO),
        at(2, TODO, AT_WORK),
        at(4, AT_WORK, REVIEW),
        at(5, REVIEW, AT_WORK),
        at(9, AT_WORK, REVIEW),
        at(11, REVIEW, DONE, "bob"),
    ],
    "c": [
        at(1, None, TODO),
        at(8, TODO, BLOCKED),
        at(9, BLOCKED, TODO),
        at(10, TODO, CANCELLED, "bob"),
    ],
    "d": [at(12, None, TODO)],
    "e": [at(13, None, DONE)],
}


def of_work(end: float = 14, begin: float = 0) -> Flow:
    return flow(WORK, MONDAY + int(end * DAY), MONDAY + int(begin * DAY) if begin else 0)


def test_weeks_have_what_happened_and_the_states_at_their_ends() -> None:
    first, second = of_work().weeks
    assert first == (MONDAY, 3, 1, 0, 1, {TODO: 1, AT_WORK: 1, DONE: 1})
    assert second == (MONDAY + WEEK, 2, 2, 1, 1, {TODO: 1, DONE: 3, CANCELLED: 1})


def test_times_are_of_what_was_finished() -> None:
    found = of_work()
    assert found.lead == Spread(2, 3 * DAY, 10 * DAY, 13 * DAY), "what was born done is left out"
    assert found.cycle == Spread(2, 2 * DAY, 9 * DAY, 11 * DAY)
    assert (found.sent_back, found.reworked) == ({"reject": 1, "requeue": 1}, 1)
    assert found.ended == {"ann": {DONE: 2}, "bob": {DONE: 1, CANCELLED: 1}}


def test_stays_in_a_state_are_summed_by_task_up_to_the_end() -> None:
    found = of_work().in_state
    assert found[TODO] == Spread(4, DAY, 8 * DAY, 12 * DAY)
    assert found[AT_WORK] == Spread(2, 2 * DAY, 6 * DAY, 8 * DAY)
    assert found[REVIEW] == Spread(1, 3 * DAY, 3 * DAY, 3 * DAY)
    assert found.keys() == {TODO, AT_WORK, REVIEW, BLOCKED}


def test_between_two_times_only_what_happened_then_counts() -> None:
    found = of_work(12, 8)
    assert [one.begin for one in found.weeks] == [MONDAY + WEEK]
    assert found.weeks[0][1:5] == (0, 1, 1, 1)
    assert found.lead == Spread(1, 10 * DAY, 10 * DAY, 10 * DAY), "it began earlier"
    assert found.in_state[REVIEW] == Spread(1, 2 * DAY, 2 * DAY, 2 * DAY)
    assert found.ended == {"bob": {DONE: 1, CANCELLED: 1}}


def test_a_time_is_in_the_week_of_its_monday() -> None:
    for day in range(7):
        assert week_of(MONDAY + day * DAY + DAY - 1) == MONDAY
    assert iso(week_of(0)) == "1969-12-29T00:00:00Z"


def test_of_a_long_history_the_newest_weeks_are_told() -> None:
    found = flow({"a": [Move(0, None, TODO, "ann")]}, MONDAY)
    assert len(found.weeks) == MOST_WEEKS
    assert found.weeks[-1].begin == MONDAY - WEEK
    assert found.weeks[0].states == {TODO: 1}


def test_nothing_is_nothing() -> None:
    found = flow({}, MONDAY)
    assert (found.weeks, found.lead, found.cycle, found.in_state) == ((), None, None, {})
    assert settled([], DONE, MONDAY) == []


def test_two_branches_are_settled_as_the_ledger_says() -> None:
    moves = [
        *(at(0, None, TODO), at(1, TODO, AT_WORK), at(3, AT_WORK, DONE)),
        *(at(2, TODO, AT_WORK), at(2, AT_WORK, BLOCKED)),
    ]
    found = settled(moves, DONE, MONDAY + 9 * DAY)
    assert found[-1] == at(3, BLOCKED, DONE, "")
    assert [one.target for one in found] == [TODO, AT_WORK, DONE, AT_WORK, BLOCKED, DONE]


STATES = st.sampled_from(list(State))
MOVES = st.lists(
    st.builds(Move, st.integers(-(10**9), 10**10), st.none() | STATES, STATES, st.just("x")),
    max_size=12,
)


@given(MOVES, STATES, st.integers(1, 10**9))
def test_whatever_commits_say_the_moves_are_one_chain(
    moves: list[Move], state: State, now: int
) -> None:
    found = settled(moves, state, now)
    assert all(one.target is two.source and one.at <= two.at for one, two in pairwise(found))
    assert all(0 <= one.at <= now for one in found)
    assert not moves or found[-1].target is state
    assert all(one.source is not one.target for one in found)


@given(st.lists(st.tuples(MOVES, STATES), max_size=6), st.integers(1, 10**9))
def test_the_last_week_has_the_states_of_the_ledger(
    tasks: list[tuple[list[Move], State]], now: int
) -> None:
    moves = {str(n): settled(own, state, now) for n, (own, state) in enumerate(tasks)}
    found = flow(moves, now + 1)
    there = [state for own, state in tasks if own]
    last = found.weeks[-1].states if found.weeks else {}
    assert sum(last.values()) == len(there)
    assert all(last.get(state, 0) == there.count(state) for state in State)
    assert all(number >= 0 for week in found.weeks for number in week.states.values())
    whole = sum(one.total for one in found.in_state.values())
    open_ = [own for own in moves.values() if own and not any(is_terminal(m.target) for m in own)]
    assert whole >= sum(now + 1 - own[0].at for own in open_)


@given(st.lists(st.integers(0, 1_000), min_size=1), st.integers(1, 100))
def test_so_many_percent_are_at_most_so_large(numbers: list[int], percent: int) -> None:
    ordered = sorted(numbers)
    found = at_most(ordered, percent)
    assert sum(number <= found for number in numbers) >= ceil(len(numbers) * percent / 100)
    assert sum(number < found for number in numbers) < len(numbers) * percent / 100
    assert spread(numbers) == (
        len(numbers),
        at_most(ordered, 50),
        at_most(ordered, 85),
        sum(numbers),
    )


# -- the forecast -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "open_", "weeks"),
    [
        ([5, 5, 5], 12, (3, 3, 3)),
        ([5, 5, 5], 1, (1, 1, 1)),
        ([4] * 40, 400, (100, 100, 100)),
        ([0, 0, 1], 100_000, (MOST_RUN, MOST_RUN, MOST_RUN)),
        ([5, 5], 12, ()),
        ([0, 0, 0], 12, ()),
        ([5, 5, 5], 0, ()),
        ([], 12, ()),
    ],
)
def test_a_forecast_of_what_is_certain_is_certain(
    done: list[int], open_: int, weeks: tuple[int, ...]
) -> None:
    assert forecast(done, open_).weeks == weeks


@given(st.lists(st.integers(0, 30), min_size=3, max_size=20), st.integers(1, 60))
def test_a_forecast_is_a_range_and_the_same_each_time(done: list[int], open_: int) -> None:
    found = forecast(done, open_)
    assert found == forecast(done, open_)
    assert found.sample == tuple(done[-LATEST:])
    if any(found.sample):
        half, most, nearly_all = found.weeks
        assert -(-open_ // max(found.sample)) <= half <= most <= nearly_all


def test_a_forecast_of_two_kinds_of_weeks_is_near_what_chance_would_say() -> None:
    """Of a coin that has to show heads ten times: 19 throws in half of the runs, by the negative binomial."""
    half, most, nearly_all = forecast([0, 1, 0, 1], 10).weeks
    assert RUNS == 1_000
    assert abs(half - 19) <= 1
    assert abs(most - 25) <= 1
    assert abs(nearly_all - 28) <= 2
