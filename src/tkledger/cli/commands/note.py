"""``tk note``: one more note on a task."""

from __future__ import annotations

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_ids, read_text


def note(
    id: str,
    message: str,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Add a note to a task; notes are only ever added."""
    session = Session(path, actor=actor, progress=TERMINAL)
    verbs = each("note", read_ids([id]), {"message": read_text(message)})
    recorded, _ = session.carry_out(verbs, dry_run=dry_run, key=key)
    return changed(session, recorded, dry_run=dry_run, verb="noted")
