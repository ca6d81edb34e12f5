"""How work flows, out of the moves of tasks: how many a week, how long they take, where they wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.core.history import event_name
from tkledger.core.lifecycle import Event, State, is_terminal
from tkledger.core.typing import NamedTuple

WEEK = 7 * 86_400
MOST_WEEKS = 520
"""The newest weeks that are listed one by one: ten years."""

SENT_BACK = (Event.REJECT.value, Event.REQUEUE.value)
"""The events after which work is done once more."""

_MONDAY = 3 * 86_400
"""From the Monday before it to the first day of 1970, a Thursday; in seconds."""


class Move(NamedTuple):
    """How a task came to another state, at a time in seconds since 1970; ``source`` is None for a creation."""

    at: int
    source: State | None
    target: State
    actor: str


class Week(NamedTuple):
    """What happened in a week, which begins on Monday in UTC; ``states`` as they were at its end, or at that of
    what was looked at.
    """

    begin: int
    created: int
    done: int
    cancelled: int
    sent_back: int
    states: Mapping[State, int]


class Spread(NamedTuple):
    """How long something took, in seconds, of so many tasks: half of them, and 85 %, at most; and together."""

    tasks: int
    half: int
    most: int
    total: int


class Flow(NamedTuple):
    """How work flowed between two times, in seconds since 1970.

    lead: from creation to done; cycle: from the first start; both of what was finished, if anything was
    in_state: of the tasks that were in each state
    ended: by actor, how many tasks it brought to each end; ``sent_back`` by event, how often
    reworked: how many of the finished tasks were ever sent back
    """

    begin: int
    end: int
    weeks: tuple[Week, ...]
    lead: Spread | None
    cycle: Spread | None
    in_state: Mapping[State, Spread]
    ended: Mapping[str, Mapping[State, int]]
    sent_back: Mapping[str, int]
    reworked: int


Moves = Mapping[str, Sequence[Move]]
"""The moves of tasks by their ids, oldest first."""


def settled(moves: Sequence[Move], state: State, now: int) -> list[Move]:
    """The moves as one chain up to the state that the ledger has, in times that do not run backwards, nor beyond
    ``now``: of two branches that moved a task, the merge says which counts.
    """
    found: list[Move] = []
    clock = 0
    for one in [*moves, *([Move(0, None, state, "")] if moves else [])]:
        clock = min(max(clock, one.at), now)
        source = found[-1].target if found else one.source
        if source is not one.target:
            found.append(Move(clock, source, one.target, one.actor))
    return found


def week_of(at: int) -> int:
    """When the week of a time begins; both in seconds since 1970."""
    return (at + _MONDAY) // WEEK * WEEK - _MONDAY


def flow(moves: Moves, end: int, begin: int = 0) -> Flow:
    """How work flowed from ``begin``, or from the first move on, to before ``end``."""
    begin = begin or min((found[0].at for found in moves.values() if found), default=end)
    finished = [found for found in moves.values() if _ends_in(found, State.DONE, begin, end)]
    within = [one for found in moves.values() for one in found if begin <= one.at < end]
    leads = [found[-1].at - found[0].at for found in finished if _was_born_open(found)]
    return Flow(
        begin,
        end,
        tuple(_weeks(moves, begin, end)),
        spread(leads),
        spread([found[-1].at - at for found in finished if (at := _started(found)) is not None]),
        _in_states(moves.values(), begin, end),
        _ended(within),
        Counter(name for one in within if (name := _event(one)) in SENT_BACK),
        sum(any(_event(one) in SENT_BACK for one in found) for found in finished),
    )


def _ends_in(found: Sequence[Move], state: State, begin: int, end: int) -> bool:
    return bool(found) and found[-1].target is state and begin <= found[-1].at < end


def _was_born_open(found: Sequence[Move]) -> bool:
    """Whether it is known when a task was created, and that it had not ended then."""
    return found[0].source is None and not is_terminal(found[0].target)


def _started(found: Sequence[Move]) -> int | None:
    return next((one.at for one in found if one.target is State.IN_PROGRESS), None)


def _event(one: Move) -> str:
    return _EVENTS[one.source, one.target]


_EVENTS = {
    (source, target): event_name(source, target) for source in (None, *State) for target in State
}


def _ended(within: Iterable[Move]) -> dict[str, Counter[State]]:
    found: dict[str, Counter[State]] = {}
    for one in within:
        if is_terminal(one.target):
            found.setdefault(one.actor, Counter())[one.target] += 1
    return found


def spread(seconds: Sequence[int]) -> Spread | None:
    """How long things took; None without any."""
    found = sorted(seconds)
    if not found:
        return None
    return Spread(len(found), at_most(found, 50), at_most(found, 85), sum(found))


def at_most(ordered: Sequence[int], percent: int) -> int:
    """What so many percent of some numbers in their order are at most."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _in_states(timelines: Iterable[Sequence[Move]], begin: int, end: int) -> dict[State, Spread]:
    """How long tasks were in each state that is not an end, each its stays together."""
    stays: dict[State, list[int]] = {}
    for moves in timelines:
        own: Counter[State] = Counter()
        for one, until in zip(moves, [*(later.at for later in moves[1:]), end]):
            if not is_terminal(one.target) and one.at < end and until >= begin:
                own[one.target] += max(min(until, end) - max(one.at, begin), 0)
        for state, seconds in own.items():
            stays.setdefault(state, []).append(seconds)
    return {state: found for state in State if (found := spread(stays.get(state, ()))) is not None}


def _weeks(moves: Moves, begin: int, end: int) -> Iterator[Week]:
    """The weeks one by one, the newest ones of many."""
    changes = sorted((one for found in moves.values() for one in found), key=lambda one: one.at)
    states = Counter(found[0].source for found in moves.values() if found and found[0].source)
    if not changes:
        return
    first = max(week_of(begin), week_of(end - 1) - (MOST_WEEKS - 1) * WEEK)
    place = 0
    for start in range(first, end, WEEK):
        stop, did = min(start + WEEK, end), Counter[str]()
        while place < len(changes) and changes[place].at < stop:
            one = changes[place]
            if one.source:
                states[one.source] -= 1
            states[one.target] += 1
            if one.at >= max(start, begin):
                for kind in _KINDS[one.source, one.target]:
                    did[kind] += 1
            place += 1
        now = {state: states[state] for state in State if states[state]}
        yield Week(start, did["created"], did["done"], did["cancelled"], did["sent_back"], now)


def _kinds(source: State | None, target: State) -> Iterator[str]:
    """What such a move counts as in its week."""
    if source is None:
        yield "created"
    if is_terminal(target):
        yield target.value
    if event_name(source, target) in SENT_BACK:
        yield "sent_back"


_KINDS = {key: [*_kinds(*key)] for key in _EVENTS}
