"""``tk release``, ``renew``, ``reap``: claims by themselves; the moves take and end them."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from tkledger.agents import process
from tkledger.api.session import Session, claim_json, read_ids
from tkledger.claims import moves, remote, standing
from tkledger.claims.standing import Standing
from tkledger.cli import options as o
from tkledger.core.claim import is_active
from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Snapshot
from tkledger.errors import Exit, unusable
from tkledger.report import print_json, say, visible
from tkledger.verbs import existing

Ids = Annotated[
    list[str], typer.Argument(metavar="ID...", help="Tasks.", autocompletion=o.complete_ids)
]


def release(
    ids: Ids,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="HOLDER", help="Take it from this one, who is gone."),
    ] = None,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Give claimed tasks back: the state stays, others may claim them now."""
    session = Session(path, as_json=as_json, actor=actor)
    ledger = session.ledger.usable(session.ledger.head())
    who = session.claimant(ledger)
    for word in read_ids(ids):
        task = existing(ledger, word)
        if dry_run:
            _require_held(session, who, task.id)
        else:
            moves.release(session.repo, who, task.id, from_ or who.actor, say)
        _tell(session, f"{'would be: ' if dry_run else ''}{task.id}: released  {task.title}")
    if as_json:
        print_json(tasks=[{"id": existing(ledger, word).id} for word in ids])
    return Exit.OK


def _require_held(session: Session, who: moves.Claimant, task: str) -> None:
    if task not in standing.standing(session.repo, [task], who.remote):
        raise unusable("no-claim", f"{task} is claimed by nobody", f"tk show {task}")


def _tell(session: Session, words: str) -> None:
    if not session.as_json:
        print(visible(words))


def renew(
    ids: Ids,
    ttl: Annotated[
        int | None, typer.Option("--ttl", metavar="S", min=0, help="Seconds; else the policy's.")
    ] = None,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
) -> int:
    """Hold claimed tasks for longer; a task in progress that nobody has claimed is claimed."""
    session = Session(path, as_json=as_json, actor=actor)
    ledger = session.ledger.usable(session.ledger.head())
    who = session.claimant(ledger)
    told = []
    for word in read_ids(ids):
        task = existing(ledger, word)
        if not is_active(task) and task.id not in standing.standing(
            session.repo, [task.id], who.remote
        ):
            raise unusable(
                "not-active",
                f"{task.id} is {task.state}, so there is no work",
                f"tk start {task.id}",
            )
        held = moves.renew(session.repo, who, task.id, ttl, say)
        told.append({"id": task.id, **claim_json(held)})
        _tell(session, f"{task.id}: claimed until {claim_json(held)['until']}  {task.title}")
    if as_json:
        print_json(tasks=told)
    return Exit.OK


def reap(
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Block the tasks in progress here whose lease has run out, and free them for others."""
    session = Session(path, as_json=as_json, actor=actor)
    ledger = session.ledger.usable(session.ledger.head())
    who = session.claimant(ledger)
    if who.remote:
        remote.fetch(session.repo, who.remote)
    reaped = []
    for task, held in sorted(standing.every(session.repo, who.remote).items()):
        if held.left <= 0 and not held.claim.released and not held.claim.final:
            reaped.append(task)
            _tell(session, _reap(session, ledger, task, held, dry_run=dry_run))
        elif held.claim.final and moves.is_over(session.repo, held) and not dry_run:
            moves.drop(session.repo, who, task, say)
    if as_json:
        print_json(tasks=[{"id": task} for task in reaped])
    elif not reaped:
        say("no lease has run out")
    return Exit.OK


def _reap(
    session: Session, ledger: Snapshot, task_id: str, held: Standing, *, dry_run: bool
) -> str:
    """Block the task if it is in progress on this branch; the claim is given up in any case."""
    task = ledger.task(task_id)
    fact = f"the lease of {held.claim.holder} has run out"
    if not dry_run and process.end_left(
        os.path.join(session.repo.common_dir, "tk", "runs", task_id, "child")
    ):
        fact += ", and its command was ended"
    who = session.claimant(ledger)
    prefix = "would be: " if dry_run else ""
    if task is None or task.state is not State.IN_PROGRESS:
        if not dry_run:
            moves.release(session.repo, who, task_id, held.claim.holder, say)
        return f"{prefix}{task_id}: released, {fact}"
    session.carry_out(
        [("block", {"id": task_id, "reason": "stale", "message": fact})], dry_run=dry_run
    )
    return f"{prefix}{task_id}: in_progress -> blocked, {fact}  {task.title}"
