"""What each command proposes: a ledger and arguments in, the ledger as it should be out.

Whether it may be so is not asked here but by the gate; only a verb that does not fit the task's
state is refused at once, since the change alone could not tell it from another verb.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tkledger.core.change import Violation
from tkledger.core.lifecycle import TRANSITIONS, Event, State
from tkledger.core.policy import Policy
from tkledger.core.rules import RULES
from tkledger.core.rules.lifecycle import illegal
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed, task


class Refused(Exception):
    """A proposal that breaks rules; nothing was written."""

    def __init__(self, *violations: Violation) -> None:
        super().__init__("; ".join(one.message for one in violations))
        self.violations = violations


TARGETS: dict[Event, State] = {
    event: edge.target for event in Event for edge in TRANSITIONS if edge.event is event
}
"""Where each verb leads, by the table."""


def new(ledger: Snapshot, fields: Mapping[str, Any]) -> Snapshot:
    """A task more. ``fields`` by their names; the state is todo unless given."""
    return ledger.put(task({"state": State.TODO.value, **fields}))


def edit(ledger: Snapshot, before: Task, fields: Mapping[str, Any]) -> Snapshot:
    """Other values for some fields; None takes a field out."""
    return ledger.put(changed(before, **fields))


def note(ledger: Snapshot, before: Task, text: str) -> Snapshot:
    """One more note."""
    return ledger.put(changed(before, notes=(*before.notes, text)))


def concern(ledger: Snapshot, before: Task, words: str) -> Snapshot:
    """One more concern, ``design: TEXT`` or ``ops: TEXT``."""
    return ledger.put(changed(before, concerns=(*before.concerns, words)))


def settle(ledger: Snapshot, before: Task, words: str, text: str | None) -> Snapshot:
    """A concern that is none any more, and as a note how that came about."""
    said = (f"settled {words}\n{text}",) if text else ()
    return ledger.put(
        changed(before, settled=(*before.settled, words), notes=(*before.notes, *said))
    )


def move(
    ledger: Snapshot,
    before: Task,
    event: Event,
    policy: Policy,
    *,
    actor: str,
    reason: str | None = None,
    resolution: str | None = None,
    text: str | None = None,
    place: Mapping[str, str] | None = None,
) -> Snapshot:
    """The task after ``event``, with the fields that go with the state it comes to.

    ``place`` is the branch it is worked on from now on, and the base that it left.

    ``text`` says what a blocked task waits for or what went wrong, and is a note elsewhere.
    Raises Refused if the event does not begin at the task's state.
    """
    target = TARGETS[event]
    if not any(edge.event is event for edge in policy.lifecycle.legal_events(before.state)):
        raise Refused(_illegal_move(before, event, policy))
    values: dict[str, Any] = {
        "state": target.value,
        "wait": None,
        "error": None,
        "resolution": resolution,
        **(place or {}),
    }
    if event is Event.START or (event is Event.RESUME and before.owner is None):
        values["owner"] = actor
    elif event is Event.REQUEUE:
        values["owner"] = None
        values["attempt"] = before.tries + 1
    elif event is Event.BLOCK:
        values["wait"] = {"reason": reason, "detail": text}
        if reason == "failed" and text:
            values["error"] = {"message": text}
    elif event is Event.CANCEL and text:
        values["error"] = {"message": text}
    if text and "detail" not in (values["wait"] or {}) and not values["error"]:
        values["notes"] = (*before.notes, text)
    return ledger.put(changed(before, **values))


def _illegal_move(before: Task, event: Event, policy: Policy) -> Violation:
    """TK201 for a verb that does not begin at the task's state, in the rule's own words."""
    rule = next(rule for rule in RULES if rule.code == "TK201")
    finding = illegal(before, TARGETS[event], policy.lifecycle)
    if policy.lifecycle.event_between(before.state, TARGETS[event]):
        finding = finding._replace(message=f"{event.value} does not begin at {before.state.value}")
    if before.state is TARGETS[event]:
        owner = f", owned by {before.owner}" if before.owner else ""
        finding = finding._replace(message=f"{finding.message}: it is so already{owner}")
    return Violation(finding.task, rule.code, rule.name, finding.message, finding.remedy)
