"""``tk pause``: a task that waits until it is resumed."""

from __future__ import annotations

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_ids, read_text


def pause(
    id: str,
    message: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Pause a task; what it waits for already is kept."""
    session = Session(path, actor=actor, progress=TERMINAL)
    verbs = each("pause", read_ids([id]), {"message": read_text(message)})
    recorded, _ = session.carry_out(verbs, dry_run=dry_run, key=key)
    return changed(session, recorded, dry_run=dry_run, verb="paused")
