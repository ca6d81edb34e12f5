"""What commits did to a task, as values: entries in, counts and times out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tkledger.core.budget import Gauge
from tkledger.core.lifecycle import TRANSITIONS, Event, State
from tkledger.core.trailers import REASON, trailers
from tkledger.core.usage import Used


class HistoryEntry(NamedTuple):
    """What one commit did to one task; ``at`` in seconds since 1970 by the committer's clock.

    ``source`` is None for a birth; ``event`` is the verb, ``edit`` where the state stayed.
    """

    commit: str
    at: int
    actor: str
    task: str
    title: str
    event: str
    source: State | None
    target: State
    message: str

    @property
    def words(self) -> str:
        """What a person wants to read of it: the task's title, and the reason or, of a commit
        not made by tk, its subject.
        """
        subject, _, rest = self.message.partition("\n")
        if not subject.startswith("tk: "):
            return f"{self.title} ({subject})"
        reason = trailers(rest).get(REASON)
        return self.title if reason is None else f"{self.title} ({reason})"


def event_name(source: State | None, target: State) -> str:
    """The verb for what a commit did to the state; ``jump`` where no edge leads there."""
    if source is None:
        return Event.NEW.value
    if source is target:
        return "edit"
    for edge in TRANSITIONS:
        if (edge.source, edge.target) == (source, target):
            return edge.event.value
    return "jump"


class Times(NamedTuple):
    """When a task was made, last changed and first started, in seconds since 1970."""

    created_at: int | None
    updated_at: int | None
    started_at: int | None


def times(entries: Iterable[HistoryEntry]) -> Times:
    """The times of one task out of its entries, oldest first; time never runs backwards."""
    created = started = None
    clock = 0
    for entry in entries:
        clock = max(clock, entry.at)
        created = clock if created is None else created
        if started is None and entry.target is State.IN_PROGRESS:
            started = clock
    return Times(created, clock if created is not None else None, started)


class Child(NamedTuple):
    """A task below another, and its state."""

    id: str
    state: State
    title: str = ""


class Details(NamedTuple):
    """What is known of a task beyond its file, out of the commits and of its neighbours.

    Times are ISO 8601 in UTC; ``legal`` holds the verbs that are legal now, ``claim`` its claim by
    the names of its JSON. ``gauges`` are the limits that hold for it, as of ``at``, in seconds since 1970.
    ``place`` says on which other branch it is shown as of, and the way on from here; ``shallow`` that
    older history is missing, so that times may be absent and more may have been used.
    """

    created_at: str | None = None
    updated_at: str | None = None
    started_at: str | None = None
    used: Used = Used()
    depth: int = 0
    children: tuple[Child, ...] = ()
    blocked_by: tuple[str, ...] = ()
    legal: tuple[str, ...] | None = None
    claim: Mapping[str, object] | None = None
    reopened_as: tuple[str, ...] = ()
    gauges: tuple[Gauge, ...] = ()
    at: int = 0
    place: tuple[str, str] | None = None
    shallow: bool = False
