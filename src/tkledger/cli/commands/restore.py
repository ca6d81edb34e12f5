"""``tk restore``: the texts of a task as they were."""

from __future__ import annotations

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_ids
from tkledger.core.task_parts import ADMISSION_OPTIONS
from tkledger.core.typing import Any
from tkledger.verbs.ids import existing


def restore(
    id: str,
    at: str,
    reason: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Bring back title, description and admission of a task as they were; never its state, or what only grows."""
    session = Session(path, actor=actor, progress=TERMINAL)
    (word,) = read_ids([id])
    task = existing(session.head(), word)
    old = existing(session.read(at), task.id, reading=True)
    texts: dict[str, Any] = {"title": old.title, "message": old.description or ""}
    for field, option in ADMISSION_OPTIONS.items():
        texts[option] = getattr(old.admission, field) or ""
    options = {**texts, "reason": reason or f"as at {at}"}
    recorded, _ = session.carry_out(each("edit", [task.id], options), dry_run=dry_run, key=key)
    return changed(session, recorded, dry_run=dry_run, verb="restored")
