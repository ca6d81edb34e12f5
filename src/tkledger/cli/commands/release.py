"""``tk release``: claimed tasks, given back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.api.session import Session
from tkledger.claims import single, standing
from tkledger.cli.answer import TERMINAL, Answer, would_be
from tkledger.cli.parser import read_ids
from tkledger.core.task import Task
from tkledger.errors import unusable
from tkledger.ledger.keys import kept
from tkledger.verbs.ids import existing


def release(
    ids: Sequence[str],
    holder: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Give claimed tasks back: the state stays, others may claim them now."""
    session = Session(path, actor=actor, progress=TERMINAL)
    released = _released(session, read_ids(ids), holder, key, dry_run=dry_run)
    return Answer(
        lambda: {"tasks": [{"id": task.id} for task in released]},
        lambda: (
            f"{would_be(dry_run)}{task.id}: released, still {task.state}  {task.title}"
            for task in released
        ),
    )


def _released(
    session: Session, ids: Sequence[str], holder: str | None, key: str | None, *, dry_run: bool
) -> Iterator[Task]:
    under = kept(key) if key is not None else ""
    ledger = session.head()
    who = session.claimant(ledger)
    for word in ids:
        task = existing(ledger, word)
        if not dry_run:
            single.release(session.repo, who, task.id, holder or who.actor, under)
        elif standing.held_on(session.repo, task.id, who.remote) is None:
            raise unusable("no-claim", f"{task.id} is not claimed", f"tk show {task.id}")
        yield task
