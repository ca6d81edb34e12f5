"""``tk escalate``: a failed task, handed up."""

from __future__ import annotations

from tkledger.api.session import Session
from tkledger.cli.commands.retry import where_it_stands
from tkledger.core.lifecycle import State
from tkledger.core.task import TIERS, Task
from tkledger.errors import unusable


def escalate(
    id: str,
    to: str | None = None,
    message: str | None = None,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
) -> int:
    """Hand a task that failed up: another attempt, another actor, its creator, an approver."""
    session, task = where_it_stands(Session(path, as_json=as_json, actor=actor), id)
    tier = to or _next_tier(task)
    text = f"escalated to {tier}" + (f": {message}" if message else "")
    if task.state is State.BLOCKED:
        # what it waits for is said anew, by way of todo: a block has one reason from its start
        steps = [("requeue", {"id": task.id, "message": text})]
    elif task.state is State.IN_PROGRESS and tier in ("retry", "peer"):
        steps = [("block", {"id": task.id, "reason": "failed", "message": text})]
        steps += [("requeue", {"id": task.id})]
    elif task.state in (State.IN_PROGRESS, State.TODO, State.IN_REVIEW):
        steps = []
    else:
        raise unusable("ended", f"{task.id} is {task.state}", f"tk show {task.id}")
    if tier in ("owner", "approval"):
        reason = {"owner": "user", "approval": "approval"}[tier]
        steps += [("block", {"id": task.id, "reason": reason, "message": text})]
    if not steps:
        fact = f"{task.id} is {task.state}, so another attempt is under way already"
        raise unusable("not-failed", fact, f"tk escalate {task.id} --to owner")
    for number, step in enumerate(steps):
        if dry_run and number:
            break
        recorded, _ = session.carry_out([step], dry_run=dry_run)
    return session.answer_moves(recorded, dry_run=dry_run, verb="escalated")


def _next_tier(task: Task) -> str:
    """The tier above the one that the last note or wait names."""
    said = [*task.notes, task.wait.detail or ""]
    known = [tier for text in said for tier in TIERS if text.startswith(f"escalated to {tier}")]
    return TIERS[min(TIERS.index(known[-1]) + 1, len(TIERS) - 1)] if known else TIERS[0]
