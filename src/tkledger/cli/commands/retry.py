"""``tk retry``, ``escalate``: another attempt with what was missing, or a look by somebody else."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.agents import worktrees
from tkledger.api.session import Session
from tkledger.claims import standing
from tkledger.cli import options as o
from tkledger.core.lifecycle import State
from tkledger.core.task import Task
from tkledger.errors import unusable, usage
from tkledger.verbs import existing

_BACK: dict[State, str] = {State.BLOCKED: "requeue", State.IN_REVIEW: "reject"}
"""The verb by which work goes on, by where it stands."""

TIERS: tuple[str, ...] = ("retry", "peer", "owner", "approval")
"""Whom a task that failed goes to: the same again, anybody else, its creator, an approver."""


def retry(
    id: o.Id,
    gap: Annotated[
        str, typer.Option("--gap", metavar="TEXT", help="What the last attempt left unmet.")
    ],
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Have another attempt made: what is missing becomes a note, which `tk run` passes on."""
    session, task = _where_it_stands(Session(path, as_json=as_json, actor=actor), id)
    verb = _BACK.get(task.state)
    if verb is None:
        fact = f"{task.id} is {task.state}, so there is nothing to try again"
        raise unusable("not-failed", fact, f"tk why {task.id}")
    words = [(verb, {"id": task.id, "message": f"gap: {gap}"})]
    recorded, _ = session.carry_out(words, dry_run=dry_run)
    return session.answer_moves(recorded, dry_run=dry_run, verb="retried")


def _where_it_stands(session: Session, word: str) -> tuple[Session, Task]:
    """The checkout of the branch on which a task was begun, and the task there."""
    task = existing(session.ledger.usable(session.ledger.head()), word)
    place = worktrees.place_of(session.repo, session.repo.identities()[2], task.id)
    there = standing.task_at(session.repo, place.branch, task.id)
    if place.branch == session.repo.head_ref or there is None or there.state is State.TODO:
        return session, task
    if place.branch not in worktrees.checkouts(session.repo):
        fact = f"{task.id} is {there.state} on {place.short}, which has no checkout"
        raise unusable("no-worktree", fact, f"git worktree add {place.path} {place.short}")
    return session.at(place.path), there


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
    session, task = _where_it_stands(Session(path, as_json=as_json, actor=actor), id)
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
