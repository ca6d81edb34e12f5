"""Blocks the tasks whose lease has run out, and frees them for others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tkledger.agents import process
from tkledger.api.session import Session
from tkledger.claims import moves, remote, single, standing
from tkledger.claims.moves import Claimant
from tkledger.claims.standing import Standing
from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.local.store import RUNS, Store


class Reaped(NamedTuple):
    """A task whose lease has run out: why, and the task if it was blocked on this branch."""

    id: str
    fact: str
    blocked: Task | None


def reap(session: Session, *, dry_run: bool) -> Iterator[Reaped]:
    """Block the tasks in progress here whose lease has run out, and give up their claims.

    Claims of work that has been merged since are deleted on the way.
    """
    ledger = session.head()
    who = session.claimant(ledger)
    if who.remote:
        remote.fetch(session.repo, who.remote)
    for task, held in sorted(standing.every(session.repo, who.remote).items()):
        if held.left <= 0 and not held.claim.released and not held.claim.final:
            yield _reaped(session, ledger, who, task, held, dry_run=dry_run)
        elif held.claim.final and moves.is_over(session.repo, held) and not dry_run:
            single.drop(session.repo, who, task)


def _reaped(
    session: Session,
    ledger: Snapshot,
    who: Claimant,
    task_id: str,
    held: Standing,
    *,
    dry_run: bool,
) -> Reaped:
    """Block the task if it is in progress on this branch; the claim is given up in any case."""
    task = ledger.task(task_id)
    fact = f"the lease of {held.claim.holder} has run out"
    child = Store(session.repo.common_dir).path(RUNS, task_id, "child")
    if not dry_run and process.end_left(child):
        fact += ", and its command was stopped"
    if task is None or task.state is not State.IN_PROGRESS:
        if not dry_run:
            single.release(session.repo, who, task_id, held.claim.holder)
        return Reaped(task_id, fact, None)
    options = {"id": task_id, "reason": "stale", "message": fact}
    session.carry_out([("block", options)], dry_run=dry_run)
    return Reaped(task_id, fact, task)
