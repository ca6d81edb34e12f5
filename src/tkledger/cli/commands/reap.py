"""``tk reap``: tasks whose lease has run out."""

from __future__ import annotations

from tkledger.agents import process
from tkledger.api.session import Session
from tkledger.claims import moves, remote, standing
from tkledger.claims.standing import Standing
from tkledger.cli.answer import tell
from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Snapshot
from tkledger.errors import Exit
from tkledger.local.store import RUNS, Store
from tkledger.report import print_json, say


def reap(
    actor: str | None = None, path: str = ".", as_json: bool = False, dry_run: bool = False
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
            tell(session, _reap(session, ledger, task, held, dry_run=dry_run))
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
        Store(session.repo.common_dir).path(RUNS, task_id, "child")
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
