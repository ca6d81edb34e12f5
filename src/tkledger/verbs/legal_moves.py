"""Which verbs are legal now, and what prevents the others; tried without writing anything."""

from __future__ import annotations

from collections.abc import Callable

from tkledger.core.change import Change, Refused, Violation, change
from tkledger.core.lifecycle import TARGETS, Event, State
from tkledger.core.rules import judge
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple
from tkledger.verbs.moves import moved

CLAIMED = "claimed"
"""The name of what hinders a start while another has the task: not a rule, it will pass."""


class Outlook(NamedTuple):
    """One verb, and what hinders it; without hindrances it is legal now."""

    event: Event
    target: State
    reason: str
    hindrances: tuple[Violation, ...]
    more: str = ""
    """Why it leads no further, if it does not."""

    @property
    def held_back(self) -> list[str]:
        """Who has claimed the task, if that is what hinders a start, and the way on."""
        return [f"{one.message}: {one.remedy}" for one in self.hindrances if one.name == CLAIMED]


Counted = Callable[[Change], Change]
"""Adds to a change who makes it and what is used up."""


def outlooks(ledger: Snapshot, task: Task, counted: Counted) -> list[Outlook]:
    """Every verb, in the order of the lifecycle, and what hinders it."""
    return [outlook(ledger, task, event, counted) for event in TARGETS]


def outlook(ledger: Snapshot, task: Task, event: Event, counted: Counted) -> Outlook:
    """Try a verb on the ledger, without writing anything."""
    assert ledger.policy is not None
    target = TARGETS[event]
    edge = ledger.policy.lifecycle.event_between(task.state, target)
    reason = edge.reason if edge and edge.event is event else ""
    try:
        if task.state is State.IN_REVIEW and event in (Event.APPROVE, Event.REJECT):
            return _review(ledger, task, event, counted)._replace(reason=reason)
        actor = task.owner or "anyone"
        if event is Event.REQUEUE:  # which writes who makes it into the task
            actor = counted(change((ledger,), ledger)).actor or actor
        after = moved(ledger, task, event, actor=actor, reason="other")
    except Refused as refused:
        return Outlook(event, target, reason, refused.violations)
    return Outlook(event, target, reason, _hindering(ledger, after, counted))


def _hindering(ledger: Snapshot, after: Snapshot, counted: Counted) -> tuple[Violation, ...]:
    made = counted(change((ledger,), after))
    return judge(made._replace(message=""))  # nothing that hinders is set aside


def _review(ledger: Snapshot, task: Task, event: Event, counted: Counted) -> Outlook:
    """Try a verdict of the one who asks; an approval may leave the task in review."""
    from tkledger.core.approvals import OpenReview
    from tkledger.verbs.review import approved, rejected

    assert ledger.policy is not None
    now = counted(change((ledger,), ledger))
    actor = now.actor or "anyone"  # who asks is found out only if the law depends on it
    review = OpenReview(ledger.policy, task, lambda: now.usage)
    if event is Event.REJECT:
        after = rejected(ledger, task, review, actor)
        return Outlook(event, TARGETS[event], "", _hindering(ledger, after, counted))
    found = review.approved_by(actor)
    after = approved(ledger, task, found, actor)
    violations = _hindering(ledger, after, counted)
    if found.ends:
        return Outlook(event, TARGETS[event], "", violations)
    more = f"{found.now.words} with yours; then {found.now.others}"
    return Outlook(event, task.state, "", violations, more)
