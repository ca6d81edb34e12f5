"""``tk release``: claimed tasks, given back."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.api.session import Session, read_ids
from tkledger.claims import moves, standing
from tkledger.cli.answer import tell
from tkledger.errors import Exit, unusable
from tkledger.report import print_json, say
from tkledger.verbs import existing


def release(
    ids: Sequence[str],
    holder: str | None = None,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
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
            moves.release(session.repo, who, task.id, holder or who.actor, say)
        tell(session, f"{'would be: ' if dry_run else ''}{task.id}: released  {task.title}")
    if as_json:
        print_json(tasks=[{"id": existing(ledger, word).id} for word in ids])
    return Exit.OK


def _require_held(session: Session, who: moves.Claimant, task: str) -> None:
    if task not in standing.standing(session.repo, [task], who.remote):
        raise unusable("no-claim", f"{task} is claimed by nobody", f"tk show {task}")
