"""``tk note``: one more note on a task."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.api.session import Session, each, read_ids, read_text
from tkledger.cli import options as o


def note(
    id: o.Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note; - reads standard input.")],
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Add a note to a task; notes are only ever added."""
    session = Session(path, as_json=as_json, actor=actor)
    verbs = each("note", read_ids([id]), {"message": read_text(text)})
    recorded, _ = session.carry_out(verbs, dry_run=dry_run)
    return session.answer_moves(recorded, dry_run=dry_run, verb="noted")
