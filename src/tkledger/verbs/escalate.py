"""The verb of an escalation: a task waits for a peer's answer, for a task of its creator's, or for an approval."""

from __future__ import annotations

from tkledger.core.attempt import same_in_a_row, tries_again
from tkledger.core.budget import attempts
from tkledger.core.lifecycle import Event, State
from tkledger.core.policy import Policy
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.task_parts import TIERS
from tkledger.core.trailers import REASON, folded
from tkledger.errors import unusable, usage_error
from tkledger.verbs.fields import new
from tkledger.verbs.ids import existing
from tkledger.verbs.moves import moved
from tkledger.verbs.verb import NOW, Options, Proposed
from tkledger.verbs.waits import wanted

TYPE = "escalation"
"""The type of the task that an escalation makes for who created the one that failed."""

_SAID = "escalated to "
_LONGEST = 500
"""How many letters a question has at most."""

_TIMES = {"peer": "1d", "approval": "7d"}
"""How long it waits, unless that is said."""

_FROM = (State.TODO, State.IN_PROGRESS, State.IN_REVIEW, State.BLOCKED)


def escalate(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A task blocked, or blocked still, that waits for the tier in the options. No attempt is counted."""
    task, tier = existing(ledger, options.get("id")), options["to"]
    if task.state not in _FROM:
        raise unusable("ended", f"{task.id} is {task.state}", f"tk show {task.id}")
    text = options.get("message")
    said = _SAID + tier + (f": {text}" if text else "")
    why = folded(text or task.error.message or task.title)
    after, asked = ledger, {"message": said, "timeout": options.get("timeout") or _TIMES.get(tier)}
    if tier == "owner":
        made = _for_creator(ledger, task, why, options, actor)
        after, asked = made.ledger, {**asked, "child": [made.id]}
    elif tier == "peer":
        if not options.get("by"):
            fact = f"which peer is {task.id} escalated to?"
            raise usage_error("no-peer", fact, f"tk escalate {task.id} --to peer --by ACTOR")
        asked = {**asked, "by": options["by"], "ask": why[:_LONGEST]}
    else:
        asked = {
            **asked,
            "approval": _role(ledger.policy, task, options),
            "message": _case(said, options),
        }
    wait = wanted(after, task, {**asked, NOW: options[NOW]}, actor)
    if tier == "approval":
        wait = wait._replace(prompt=folded(options.get("recommend") or why)[:_LONGEST])
    if task.state is not State.BLOCKED:
        after = moved(after, task, Event.BLOCK, actor=actor, reason=wait.reason, text=said)
    now = existing(after, task.id)
    after = after.put(changed(now, wait=wait, notes=(*now.notes, said)))
    return Proposed(after, task.id, f"escalate {task.id} {task.title}", ((REASON, said),))


def _for_creator(ledger: Snapshot, task: Task, why: str, options: Options, actor: str) -> Proposed:
    """A child that its creator is to do, and for whose end the task waits."""
    fields = {
        **{"title": f"Escalation of {task.id}: {task.title}", "type": TYPE, "parent": task.id},
        **{"owner": task.creator, "priority": task.priority, "message": why},
        "key": options.get("key"),
    }
    return new(ledger, fields, actor)


def _role(policy: Policy | None, task: Task, options: Options) -> str:
    """Who is to approve: the role in the options, else the one that approves reviews."""
    role = options.get("approval") or (policy.approvals.role if policy else None)
    if not role:
        fact = f"which role approves what {task.id} is to do?"
        raise usage_error("no-role", fact, f"tk escalate {task.id} --to approval --approval ROLE")
    return str(role)


def _case(said: str, options: Options) -> str:
    """What an approver has to know: what is recommended, and what may go wrong."""
    recommended = options.get("recommend")
    lines = [said, *([f"recommended: {folded(recommended)}"] if recommended else [])]
    return "\n".join([*lines, *(f"risk: {folded(one)}" for one in options.get("risk") or ())])


def next_tier(policy: Policy | None, task: Task, *, peer: bool) -> str:
    """The tier above the last one that its notes name. No other attempt if there is none, and no peer
    unless one is named.
    """
    named = [tier for note in task.notes for tier in TIERS if note.startswith(_SAID + tier)]
    over = TIERS.index(named[-1]) + 1 if named else 0
    left = [
        tier
        for tier in TIERS[over:]
        if not (tier == "peer" and not peer)
        and not (tier == "retry" and policy is not None and why_no_other(policy, task))
    ]
    return left[0] if left else TIERS[-1]


def why_no_other(policy: Policy, task: Task) -> str:
    """Why a task has no other attempt: it has had all, its error is not of a kind that is tried again, or came
    too often; else empty.
    """
    most = attempts(policy, task)
    if most is not None and task.tries >= most:
        return f"attempt {task.tries} of {most} was the last"
    if not tries_again(policy.retry_on, task.error.kind):
        return f"an error of the kind {task.error.kind} is not tried again"
    if policy.repeats is not None and policy.refuses("repeats"):
        count = same_in_a_row(task)
        if count >= policy.repeats:
            return f"it failed {count} times in a row with the same error"
    return ""
