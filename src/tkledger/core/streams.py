"""Streams of work: the tasks that name one, and the state that they add up to; it reads no branches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview
from tkledger.core.ref_names import branch_name, stream_branch
from tkledger.core.typing import NamedTuple


class StreamBranch(NamedTuple):
    """The branch of a stream by its short name, the commit that it is at, and how many commits it has that
    HEAD lacks, and HEAD has that it lacks.
    """

    name: str
    commit: str
    ahead: int
    behind: int


class Stream(NamedTuple):
    """A stream, the state of all its tasks together, how many are in each state, and the ids of those that
    are in progress; and its branch, if it has one. Mistakes do not count.
    """

    name: str
    state: State
    counts: Mapping[State, int]
    active: tuple[str, ...] = ()
    branch: StreamBranch | None = None

    @property
    def total(self) -> int:
        """How many of its tasks are to be done, or are."""
        return sum(self.counts.values()) - self.counts.get(State.CANCELLED, 0)


def streams(ledger: Overview, now: int) -> list[Stream]:
    """All streams by their names; ``now`` in seconds since 1970 says which waits are over."""
    counts: dict[str, Counter[State]] = {}
    active: dict[str, list[str]] = {}
    columns = map(ledger.column, ("stream", "state", "id", "is_mistake"))
    for name, state, key, mistake in zip(*columns):
        if name and not mistake:
            counts.setdefault(name, Counter())[State(state)] += 1
            if state == State.IN_PROGRESS:
                active.setdefault(name, []).append(key)
    names = ledger.column("stream")
    startable = {
        names[place] for place in (*ledger.ready(), *ledger.due(now), *_ready_there(ledger))
    }
    return [
        Stream(name, _state(counts[name], name, startable), counts[name], (*active.get(name, ()),))
        for name in sorted(counts)
    ]


def _ready_there(ledger: Overview) -> Iterator[int]:
    """The places of tasks that can be started on the branch of their stream: what HEAD's lacks is done there."""
    if not ledger.elsewhere:
        return
    columns = map(ledger.column, ("stream", "state", "depends_on"))
    for place, (name, state, needs) in enumerate(zip(*columns)):
        branch = branch_name(stream_branch(name))
        found = [ledger.elsewhere[one].branch for one in needs if one in ledger.elsewhere]
        there = bool(name) and state == State.TODO and {*found} == {branch}
        if there and all((row := ledger.task(one)) and row.state is State.DONE for one in needs):
            yield place


def _state(counts: Mapping[State, int], name: str, startable: Collection[str]) -> State:
    """In progress as soon as one task is; blocked if no open one can be begun, and none is in review."""
    for state in (State.IN_PROGRESS, State.IN_REVIEW):
        if counts.get(state):
            return state
    if name in startable:
        return State.TODO
    for state in (State.TODO, State.BLOCKED):  # they wait for each other, or for others
        if counts.get(state):
            return State.BLOCKED
    for state in (State.BACKLOG, State.DONE):
        if counts.get(state):
            return state
    return State.CANCELLED
