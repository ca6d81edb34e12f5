"""``tk escalate``: a failed task, handed up."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.api.session import Session
from tkledger.cli import options as o
from tkledger.cli.commands.retry import where_it_stands
from tkledger.core.lifecycle import State
from tkledger.core.task import Task
from tkledger.errors import unusable, usage

TIERS: tuple[str, ...] = ("retry", "peer", "owner", "approval")
"""Whom a task that failed goes to: the same again, anybody else, its creator, an approver."""


def escalate(
    id: o.Id,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="TIER", help=f"{', '.join(TIERS)}; by default the next one."),
    ] = None,
    message: o.Text = None,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Hand a task that failed up: another attempt, another actor, its creator, an approver."""
    if to is not None and to not in TIERS:
        raise usage("no-such-tier", f"there is no tier {to!r}", f"one of {', '.join(TIERS)}")
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
