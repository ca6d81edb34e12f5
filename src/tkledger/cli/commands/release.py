"""``tk release``: claimed tasks, given back."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.api.session import Session, read_ids
from tkledger.claims import moves, standing
from tkledger.cli import options as o
from tkledger.cli.answer import tell
from tkledger.errors import Exit, unusable
from tkledger.report import print_json, say
from tkledger.verbs import existing


def release(
    ids: o.Ids,
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
        tell(session, f"{'would be: ' if dry_run else ''}{task.id}: released  {task.title}")
    if as_json:
        print_json(tasks=[{"id": existing(ledger, word).id} for word in ids])
    return Exit.OK


def _require_held(session: Session, who: moves.Claimant, task: str) -> None:
    if task not in standing.standing(session.repo, [task], who.remote):
        raise unusable("no-claim", f"{task} is claimed by nobody", f"tk show {task}")
