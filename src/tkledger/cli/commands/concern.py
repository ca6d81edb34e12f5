"""``tk concern``: a concern about a task, or the settling of one."""

from __future__ import annotations

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_ids, read_text


def concern(
    id: str,
    kind: str,
    message: str | None = None,
    settle: int | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Raise a concern, or settle one; a task is not done while a design concern is open."""
    session = Session(path, actor=actor, progress=TERMINAL)
    options = {"message": read_text(message), "kind": kind, "settle": settle}
    recorded, _ = session.carry_out(
        each("concern", read_ids([id]), options), dry_run=dry_run, key=key
    )
    verb = "raised" if settle is None else "settled"
    return changed(session, recorded, dry_run=dry_run, verb=verb)
