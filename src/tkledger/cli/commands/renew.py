"""``tk renew``: claimed tasks, held for longer."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.api.session import Session, claim_json, read_ids
from tkledger.claims import moves, standing
from tkledger.cli.answer import tell
from tkledger.core.claim import is_active
from tkledger.errors import Exit, unusable
from tkledger.report import print_json, say
from tkledger.verbs import existing


def renew(
    ids: Sequence[str],
    ttl: int | None = None,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
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
        tell(session, f"{task.id}: claimed until {claim_json(held)['until']}  {task.title}")
    if as_json:
        print_json(tasks=told)
    return Exit.OK
