"""Frees the tasks whose lease has run out: others may take them up as they are."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.agents import process
from tkledger.api.session import Session
from tkledger.claims import moves, remote, single, standing
from tkledger.claims.claimant import Claimant
from tkledger.claims.elsewhere import task_at
from tkledger.claims.standing import Standing
from tkledger.core.ref_names import branch_name
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple
from tkledger.local.store import RUNS, Store


class Reaped(NamedTuple):
    """A task whose lease has run out: why it is free, the task as its holder left it, and on which branch,
    if that is another than HEAD's.
    """

    id: str
    fact: str
    task: Task | None
    place: str


def reap(session: Session, *, dry_run: bool) -> Iterator[Reaped]:
    """Give up the claims whose lease has run out, and end what is left running of `tk run`.

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
    fact = f"the lease of {held.claim.holder} has run out"
    child = Store(session.repo.common_dir).path(RUNS, task_id, "child")
    if not dry_run:
        if process.end_left(child):
            fact += ", and its command was stopped"
        single.release(session.repo, who, task_id, held.claim.holder)
    branch = held.claim.branch if held.claim.branch != who.branch else ""
    there = task_at(session.repo, branch, task_id)
    place = branch_name(branch) if there else ""
    return Reaped(task_id, fact, there or ledger.task(task_id), place)
