"""The verbs of the lifecycle: each proposes what an event makes of a task.

The gate decides whether it is legal; only a verb that does not fit the task's state is refused at
once, since the change alone could not tell it from another verb.
"""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.core.change import Refused, Violation
from tkledger.core.field import FieldError
from tkledger.core.lifecycle import TARGETS, Event
from tkledger.core.policy import Policy
from tkledger.core.rules import RULES
from tkledger.core.rules.lifecycle import illegal
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.task_parts import REASONS, RESOLUTIONS
from tkledger.core.trailers import REASON
from tkledger.core.typing import Any
from tkledger.verbs.ids import existing
from tkledger.verbs.verb import Options, Proposed, Verb, learnt_in, more_in


def place_in(options: Options) -> dict[str, str]:
    """The branch that the work is on, the base that it left and its pull request, if the options name them."""
    return {name: options[name] for name in ("branch", "base", "pr") if options.get(name)}


def move(event: Event) -> Verb:
    """The verb of an event of the lifecycle."""

    def verb(ledger: Snapshot, options: Options, actor: str) -> Proposed:
        task = existing(ledger, options.get("id"))
        text, reason = options.get("message"), options.get("reason")
        if event is Event.BLOCK and reason not in REASONS:
            from tkledger.verbs.waiting import waits_for

            reason = waits_for(task, reason, text)
        resolution = options.get("resolution")
        ways = RESOLUTIONS.get(TARGETS[event], ())
        if resolution and resolution not in ways:
            raise FieldError("resolution", f"{resolution!r} must be one of {', '.join(ways)}")
        after = moved(
            *(ledger, task, event),
            actor=actor,
            reason=reason,
            resolution=resolution,
            text=text,
            kind=options.get("error_kind"),
            more={**place_in(options), **learnt_in(task, options)},
        )
        trailers = ((REASON, why),) if (why := reason or text) else ()
        words = f"{event.value} {task.id} {task.title}"
        return Proposed(after, task.id, words, (*trailers, *more_in(options)))

    return verb


def moved(
    ledger: Snapshot,
    before: Task,
    event: Event,
    *,
    actor: str,
    reason: str | None = None,
    resolution: str | None = None,
    text: str | None = None,
    kind: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> Snapshot:
    """The ledger with the task as ``event`` leaves it: its state, what goes with that state, and ``more``.

    ``text`` says what a blocked task waits for or what went wrong, an error of a ``kind``, else it is a note.
    Raises Refused if the event does not start from the task's state.
    """
    assert ledger.policy is not None
    policy = ledger.policy
    if not any(edge.event is event for edge in policy.lifecycle.legal_events(before.state)):
        raise Refused(_illegal_move(ledger, before, event, policy))
    values = _fields_after(before, event, actor, reason, text, kind)
    if event is Event.REQUEUE and policy.format >= 2:
        from tkledger.core.attempt import followed

        values["attempts"] = followed(before, actor)
    return ledger.put(changed(before, resolution=resolution, **(more or {}), **values))


def _fields_after(
    before: Task, event: Event, actor: str, reason: str | None, text: str | None, kind: str | None
) -> dict[str, Any]:
    """The state that ``event`` leads to, and what it does to other fields of a task."""
    values: dict[str, Any] = {"state": TARGETS[event].value, "wait": None, "error": None}
    if event is Event.START or (event is Event.RESUME and before.owner is None):
        values["owner"] = actor
    elif event is Event.REQUEUE:
        values |= {"owner": None, "attempt": before.tries + 1}
    elif event is Event.BLOCK:
        values["wait"] = {"reason": reason, "detail": text}
    wrong = text if event is Event.CANCEL or reason == "failed" else None
    if wrong or kind:
        values["error"] = {"message": wrong, "kind": kind}
    if text and "detail" not in (values["wait"] or {}) and not wrong:
        values["notes"] = (*before.notes, text)
    return values


def _illegal_move(ledger: Snapshot, before: Task, event: Event, policy: Policy) -> Violation:
    """TK201 for a verb that does not start from the task's state, in the rule's own words."""
    rule = next(rule for rule in RULES if rule.code == "TK201")
    finding = illegal(ledger, before, TARGETS[event], policy)
    if policy.lifecycle.event_between(before.state, TARGETS[event]):
        finding = finding._replace(
            message=f"{event.value} does not start from {before.state.value}"
        )
    if before.state is TARGETS[event]:
        owner = f" (owner {before.owner})" if before.owner else ""
        state = before.state.value.replace("_", " ")
        finding = finding._replace(message=f"already {state}{owner}")
    return Violation(finding.task, rule.code, rule.name, finding.message, finding.remedy)
