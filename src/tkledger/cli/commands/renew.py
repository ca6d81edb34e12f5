"""``tk renew``: claimed tasks, held for longer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.api.json import claim_json
from tkledger.api.session import Session
from tkledger.claims import single, standing
from tkledger.claims.standing import Standing
from tkledger.cli.answer import TERMINAL, Answer
from tkledger.cli.parser import read_ids
from tkledger.core.claim import is_active
from tkledger.core.lifecycle import State
from tkledger.core.task import Task
from tkledger.errors import unusable
from tkledger.verbs.ids import existing


def renew(
    ids: Sequence[str], ttl: int | None = None, actor: str | None = None, path: str = "."
) -> Answer:
    """Hold claimed tasks for longer; a task in progress without a claim is claimed."""
    renewed = _renewed(Session(path, actor=actor, progress=TERMINAL), read_ids(ids), ttl)
    return Answer(
        lambda: {"tasks": [{"id": task.id, **claim_json(held)} for task, held in renewed]},
        lambda: (
            f"{task.id}: claimed until {claim_json(held)['until']}  {task.title}"
            for task, held in renewed
        ),
    )


def _renewed(
    session: Session, ids: Sequence[str], ttl: int | None
) -> Iterator[tuple[Task, Standing]]:
    ledger = session.head()
    who = session.claimant(ledger)
    for word in ids:
        task = existing(ledger, word)
        held = None if is_active(task) else standing.held_on(session.repo, task.id, who.remote)
        if not is_active(task) and (held is None or held.claim.released):
            from tkledger.core.rules.lifecycle import remedy_for

            fact = f"{task.id} is {task.state}, so no one works on it"
            way = remedy_for(ledger, task, State.IN_PROGRESS, who.policy)
            raise unusable("not-active", fact, way)
        yield task, single.renew(session.repo, who, task.id, ttl)
