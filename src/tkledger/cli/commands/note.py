"""``tk note``: one more note on a task."""

from __future__ import annotations

from tkledger.api.session import Session, each, read_ids, read_text


def note(
    id: str,
    message: str,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
) -> int:
    """Add a note to a task; notes are only ever added."""
    session = Session(path, as_json=as_json, actor=actor)
    verbs = each("note", read_ids([id]), {"message": read_text(message)})
    recorded, _ = session.carry_out(verbs, dry_run=dry_run)
    return session.answer_moves(recorded, dry_run=dry_run, verb="noted")
