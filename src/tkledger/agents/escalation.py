"""A task that failed: another attempt, or handed up to a peer, its creator or an approver."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.agents import worktrees
from tkledger.api.session import Carried, Session
from tkledger.claims import elsewhere
from tkledger.core.lifecycle import Event, State
from tkledger.core.quoting import quoted
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import TIERS, Task
from tkledger.core.verdict import LONGEST_GAP
from tkledger.errors import unusable
from tkledger.git import identity
from tkledger.verbs.ids import existing
from tkledger.verbs.verb import Options

_BACK: dict[State, str] = {State.BLOCKED: "requeue", State.IN_REVIEW: "reject"}
"""The verb that sends work back, by the task's state."""

_REASONS = {"owner": "user", "approval": "approval"}
"""What a task waits for at the tiers that answer with words."""


def retry(
    session: Session,
    word: str,
    gap: str,
    tried: Sequence[str] = (),
    *,
    key: str | None,
    dry_run: bool,
) -> tuple[Session, Carried]:
    """Send a task back for another attempt, noting what is missing and was tried; and the checkout it is in."""
    there, task = where_begun(session, word, key)

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
    tier: str | None,
    message: str | None,
    *,
    key: str | None,
    dry_run: bool,
) -> tuple[Session, Carried]:
    """Hand a failed task to a tier, by default to the next one; and the checkout it is in.

    It takes up to two commits, of which a dry run tries the first.
    """
    there, task = where_begun(session, word, key)

    def steps(before: Snapshot) -> list[tuple[str, Options]]:
        now = existing(before, task.id)
        to = tier or _next_tier(now)
        return _steps(now, to, f"escalated to {to}" + (f": {message}" if message else ""))

    carried = there.carry_out(lambda before: steps(before)[:1], key=key, dry_run=dry_run)
    for number, step in enumerate(steps(carried.recorded.before)[1:], 2):
        if not dry_run:
            carried = there.carry_out([step], key=f"{key} {number}" if key else None)
    return there, carried


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

    return is_used(session.repo, branch, key)


def _steps(task: Task, tier: str, text: str) -> list[tuple[str, Options]]:
    """The verbs that bring a task to a tier, a commit each."""
    steps: list[tuple[str, Options]] = []
    if task.state is State.BLOCKED:
        # what it waits for is said anew, by way of todo: a block has one reason from its start
        steps = [("requeue", {"id": task.id, "message": text})]
    elif task.state is State.IN_PROGRESS and tier in ("retry", "peer"):
        steps = [("block", {"id": task.id, "reason": "failed", "message": text})]
        steps += [("requeue", {"id": task.id})]
    elif task.state not in (State.IN_PROGRESS, State.TODO, State.IN_REVIEW):
        raise unusable("ended", f"{task.id} is {task.state}", f"tk show {task.id}")
    if tier in _REASONS:
        steps += [("block", {"id": task.id, "reason": _REASONS[tier], "message": text})]
    if not steps:
        fact = f"{task.id} is {task.state}, so another attempt is already under way"
        raise unusable("not-failed", fact, f"tk escalate {task.id} --to owner")
    return steps


def _next_tier(task: Task) -> str:
    """The tier above the one that the last note or wait names."""
    said = [*task.notes, task.wait.detail or ""]
    known = [tier for text in said for tier in TIERS if text.startswith(f"escalated to {tier}")]
    return TIERS[min(TIERS.index(known[-1]) + 1, len(TIERS) - 1)] if known else TIERS[0]
