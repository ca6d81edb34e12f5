"""The lifecycle of a task as one table; it knows nothing of tasks, files or who is asking."""

from __future__ import annotations

from collections import deque
from enum import Enum
from functools import lru_cache

from tkledger.core.typing import NamedTuple


class State(str, Enum):
    """The state of a task. The value is the word written in the file."""

    __str__, __hash__ = str.__str__, str.__hash__  # an enum's own hash is slow

    BACKLOG = "backlog"
    TODO = "todo"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    BLOCKED = "blocked"
    DONE = "done"
    CANCELLED = "cancelled"


class Event(str, Enum):
    """What moves a task. The value is the command's verb."""

    __str__ = str.__str__

    NEW = "new"
    ADMIT = "admit"
    START = "start"
    SUBMIT = "submit"
    FINISH = "done"
    APPROVE = "approve"
    REJECT = "reject"
    BLOCK = "block"
    RESUME = "resume"
    REQUEUE = "requeue"
    CANCEL = "cancel"


class Transition(NamedTuple):
    """One edge of the table, with the sentence that says what happened."""

    source: State
    event: Event
    target: State
    reason: str


INITIAL = (State.TODO, State.BACKLOG)
TERMINAL = frozenset({State.DONE, State.CANCELLED})

TRANSITIONS = (
    Transition(State.BACKLOG, Event.ADMIT, State.TODO, "Ready for work"),
    Transition(State.TODO, Event.START, State.IN_PROGRESS, "Work started"),
    Transition(State.TODO, Event.BLOCK, State.BLOCKED, "Blocked before start"),
    Transition(State.TODO, Event.CANCEL, State.CANCELLED, "Cancelled before start"),
    Transition(State.IN_PROGRESS, Event.SUBMIT, State.IN_REVIEW, "Sent for review"),
    Transition(State.IN_PROGRESS, Event.FINISH, State.DONE, "Work completed"),
    Transition(State.IN_PROGRESS, Event.BLOCK, State.BLOCKED, "Blocked during work"),
    Transition(State.IN_PROGRESS, Event.CANCEL, State.CANCELLED, "Cancelled during work"),
    Transition(State.IN_REVIEW, Event.APPROVE, State.DONE, "Review approved"),
    Transition(State.IN_REVIEW, Event.REJECT, State.IN_PROGRESS, "Changes requested"),
    Transition(State.IN_REVIEW, Event.BLOCK, State.BLOCKED, "Blocked during review"),
    Transition(State.IN_REVIEW, Event.CANCEL, State.CANCELLED, "Cancelled during review"),
    Transition(State.BLOCKED, Event.RESUME, State.IN_PROGRESS, "Unblocked, resuming work"),
    Transition(State.BLOCKED, Event.REQUEUE, State.TODO, "Unblocked, needs fresh start"),
    Transition(State.BLOCKED, Event.CANCEL, State.CANCELLED, "Cancelled while blocked"),
)

TARGETS: dict[Event, State] = {
    event: edge.target for event in Event for edge in TRANSITIONS if edge.event is event
}
"""Where each event leads; an event leads to one state, wherever it begins."""


class Lifecycle(NamedTuple):
    """The edges in force: the table, or what a policy leaves of it.

    ``guarded`` names the events that need a decision and so cannot be reconstructed
    from a jump over several states (a squashed branch).
    """

    transitions: tuple[Transition, ...] = TRANSITIONS
    guarded: frozenset[Event] = frozenset()

    def event_between(self, source: State, target: State) -> Transition | None:
        """The one edge from ``source`` to ``target``, if there is one."""
        return _edges(self).get((source, target))

    def legal_events(self, state: State) -> tuple[Transition, ...]:
        """The edges out of ``state``, in the order of the table."""
        return tuple(edge for edge in self.transitions if edge.source is state)

    def path(
        self, source: State, target: State, *, unguarded: bool = False
    ) -> tuple[Transition, ...] | None:
        """The shortest way from ``source`` to ``target``; None if there is none."""
        return _path(self, source, target, unguarded)

    def reaches(self, source: State, target: State) -> bool:
        """Whether ``target`` can be reached from ``source``; a state reaches itself."""
        return self.path(source, target) is not None


@lru_cache(maxsize=64)
def _edges(lifecycle: Lifecycle) -> dict[tuple[State, State], Transition]:
    return {(edge.source, edge.target): edge for edge in lifecycle.transitions}


@lru_cache(maxsize=1024)
def _path(
    lifecycle: Lifecycle, source: State, target: State, unguarded: bool
) -> tuple[Transition, ...] | None:
    queue: deque[tuple[State, tuple[Transition, ...]]] = deque([(source, ())])
    seen = {source}
    while queue:
        state, way = queue.popleft()
        if state is target:
            return way
        for edge in lifecycle.legal_events(state):
            if edge.target not in seen and not (unguarded and edge.event in lifecycle.guarded):
                seen.add(edge.target)
                queue.append((edge.target, (*way, edge)))
    return None


@lru_cache(maxsize=64)
def narrowed(forbidden: tuple[str, ...], *, review: bool, approvals: bool = False) -> Lifecycle:
    """The lifecycle without the ``forbidden`` edges (``"todo->cancelled"``).

    With ``review`` nothing is finished without an approval; with it, or if anything is asked of
    ``approvals``, an approval is guarded.
    """
    kept = tuple(
        edge
        for edge in TRANSITIONS
        if edge_name(edge.source, edge.target) not in forbidden
        and not (review and edge.event is Event.FINISH)
    )
    return Lifecycle(kept, frozenset({Event.APPROVE} if review or approvals else ()))


def edge_name(source: State, target: State) -> str:
    """How a policy names an edge: ``"todo->cancelled"``."""
    return f"{source.value}->{target.value}"


def is_terminal(state: State) -> bool:
    """Whether nothing leaves this state."""
    return state in TERMINAL
