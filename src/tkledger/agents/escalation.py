"""A task that failed: another attempt, or escalated to a peer, its creator or an approver, who get a message."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from tkledger.agents import inbox, worktrees
from tkledger.api.session import Carried, Session
from tkledger.claims import elsewhere
from tkledger.core.change import Refused
from tkledger.core.lifecycle import Event, State
from tkledger.core.messages import TTL_SECONDS, Message
from tkledger.core.pattern import ANY
from tkledger.core.quoting import any_of, few, quoted
from tkledger.core.roles import holders
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.time import seconds_of
from tkledger.core.typing import Any
from tkledger.core.verdict import LONGEST_GAP
from tkledger.errors import TkError, unusable
from tkledger.git import identity
from tkledger.verbs.escalate import TYPE, next_tier, why_no_other
from tkledger.verbs.ids import existing
from tkledger.verbs.verb import Options

_BACK: dict[State, str] = {State.BLOCKED: "requeue", State.IN_REVIEW: "reject"}
"""The verb that sends work back, by the task's state."""


def retry(
    session: Session,
    word: str,
    gap: str,
    tried: Sequence[str] = (),
    *,
    key: str | None,
    dry_run: bool,
) -> tuple[Session, Carried]:
    """Send a task back for another attempt, noting what is missing and was tried; and the checkout it is in.
    If there is no other attempt, it is escalated instead.
    """
    there, task = where_begun(session, word, key)
    law = there.head().policy
    why = why_no_other(law, task) if law is not None and task.state is State.BLOCKED else ""
    if why:
        tier = next_tier(law, task, peer=False)
        found = escalate(
            there, task.id, {"to": tier, "message": f"gap: {gap}"}, key=key, dry_run=dry_run
        )
        session.progress.say(f"{task.id}: {why}, so it is escalated to {tier}")
        return found

    def back(before: Snapshot) -> list[tuple[str, Options]]:
        now = existing(before, task.id)
        verb = _BACK.get(now.state)
        if verb is None:
            fact = f"{now.id} is {now.state}, so there is nothing to retry"
            raise unusable("not-failed", fact, f"tk why {now.id}")
        options: Options = {"id": now.id, "message": f"gap: {gap}"}
        new = before.policy is not None and before.policy.format >= 2
        if verb == Event.REJECT and new and len(gap) <= LONGEST_GAP:
            options = {"id": now.id, "gap": [gap]}
        return [(verb, {**options, "tried": tried})]

    return there, there.carry_out(back, key=key, dry_run=dry_run)


def escalate(
    session: Session,
    word: str,
    options: Mapping[str, Any],
    *,
    key: str | None = None,
    dry_run: bool = False,
) -> tuple[Session, Carried]:
    """Escalate a failed task to the tier in the options, by default to the next one; tell whom it concerns.
    Gives the checkout it is in, too.

    Another attempt takes up to two commits, of which a dry run tries the first; any other tier one.
    """
    there, task = where_begun(session, word, key)

    def steps(before: Snapshot) -> list[tuple[str, Options]]:
        now = existing(before, task.id)
        tier = options.get("to") or next_tier(before.policy, now, peer=bool(options.get("by")))
        if tier == "retry":
            return _again(now, options.get("message"))
        return [("escalate", {**options, "id": now.id, "to": tier})]

    carried = there.carry_out(lambda before: steps(before)[:1], key=key, dry_run=dry_run)
    for number, step in enumerate(steps(carried.recorded.before)[1:], 2):
        if not dry_run:
            carried = there.carry_out([step], key=f"{key} {number}" if key else None)
    if not dry_run:
        _tell(there, carried.recorded.after, task.id)
    return there, carried


def after_last_attempt(there: Session, task_id: str, failure: str) -> str:
    """Escalate a failed task that has no attempt left, to its creator if that is another actor, or to the role
    that approves. Gives the words to print; none if another attempt may follow.
    """
    there.forget()
    ledger = there.ledger.head()
    task, policy = ledger.task(task_id), ledger.policy
    said = why_no_other(policy, task) if task is not None and policy is not None else ""
    if not said or task is None or policy is None or task.kind == TYPE:
        return said
    tier = next_tier(policy, task, peer=False)
    if tier == "owner" and not policy.another(there.actor(ledger), task.creator):
        tier = "approval"
    if tier == "approval" and not policy.approvals.role:
        return said
    try:
        escalate(there, task_id, {"to": tier, "message": failure})
    except (Refused, TkError):
        return said
    return f"{said}, escalated to {tier}"


def _again(task: Task, message: str | None) -> list[tuple[str, Options]]:
    """The verbs that send a task back for another attempt, a commit each."""
    text = "escalated to retry" + (f": {message}" if message else "")
    if task.state is State.BLOCKED:
        return [("requeue", {"id": task.id, "message": text})]
    if task.state is State.IN_PROGRESS:
        failed = {"id": task.id, "reason": "failed", "message": text}
        return [("block", failed), ("requeue", {"id": task.id, "message": text})]
    if task.state not in (State.TODO, State.IN_REVIEW):
        raise unusable("ended", f"{task.id} is {task.state}", f"tk show {task.id}")
    fact = f"{task.id} is {task.state}, so another attempt is already under way"
    raise unusable("not-failed", fact, f"tk escalate {task.id} --to owner")


# -- telling whom it concerns ------------------------------------------------------------------


def _tell(there: Session, ledger: Snapshot, task_id: str) -> None:
    """Leave a message for each whom a wait of a task concerns; say to whom."""
    task = ledger.task(task_id)
    if task is None or task.state is not State.BLOCKED:
        return
    told = list(_letters(ledger, task, there.actor(ledger)))
    for one in told:
        inbox.append(there.repo, one.to, one)
    if told:
        there.progress.say(f"told: {few([quoted(one.to) for one in told])}")


def _letters(ledger: Snapshot, task: Task, sender: str) -> Iterator[Message]:
    policy, wait = ledger.policy, task.wait
    assert policy is not None
    child = ledger.task(wait.tasks[0]) if wait.tasks else None
    if child is not None and child.owner:
        to, way, action = [child.owner], f"tk start {child.id}", "decide"
    elif wait.by is not None and wait.reason == "approval":
        to, action = list(holders(policy, wait.by)), "approve"
        way = f"tk answer {task.id} {any_of(list(map(quoted, wait.choices)))}"
    elif wait.by is not None:
        to, way, action = (
            list(holders(policy, wait.by)) or [wait.by],
            f"tk answer {task.id} TEXT",
            "answer",
        )
    else:
        return
    now = int(time.time())
    ttl = max(seconds_of(wait.until) - now, 1) if wait.until else TTL_SECONDS
    what = f"{task.id} waits for you ({(wait.detail or '').strip() or wait.reason})"
    asked = f": {wait.prompt}" if wait.prompt else ""
    for one in dict.fromkeys(map(policy.actor, to)):
        if ANY not in one and not policy.owns(sender, one):
            key = f"escalation {task.id} {child.id if child else wait.key}"[:200]
            yield Message(
                *("", sender, one, f"{what[:4_000]}{asked}: {way}", 0, ttl, task.id),
                key=key, type="escalation", action=action,
            )  # fmt: skip


# -- where it is -------------------------------------------------------------------------------


def where_begun(session: Session, word: str, key: str | None = None) -> tuple[Session, Task]:
    """The checkout of the branch on which a task was begun, and the task there.

    A task that was sent back is begun no longer, but the commit that did it under ``key`` is there.
    """
    task = existing(session.head(), word)
    place = worktrees.worktree_of(session.repo, identity.identities(session.repo)[2], task.id)
    there = elsewhere.task_at(session.repo, place.branch, task.id)
    if place.branch == session.repo.head_ref or there is None:
        return session, task
    if there.state is State.TODO and (key is None or not _is_used(session, place.branch, key)):
        return session, task
    if place.branch not in worktrees.checkouts(session.repo):
        fact = f"{task.id} is {there.state} on {place.short}, which has no checkout"
        raise unusable(
            "no-worktree", fact, f"git worktree add {quoted(place.path)} {quoted(place.short)}"
        )
    return session.at(place.path), there


def _is_used(session: Session, branch: str, key: str) -> bool:
    from tkledger.ledger.keys import is_used  # few commands have a key

    return is_used(session.ledger, branch, key)
