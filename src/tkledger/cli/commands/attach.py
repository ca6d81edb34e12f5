"""``tk attach``: files that belong to a task."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.api.artifacts import attach as attach_files
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, changed


def attach(
    id: str,
    files: Sequence[str],
    name: str | None = None,
    type: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Attach files to a task. They are kept outside the branches, and go to a remote with the next sync."""
    session = Session(path, actor=actor, progress=TERMINAL)
    recorded, _ = attach_files(session, id, files, name=name, kind=type, key=key, dry_run=dry_run)
    return changed(session, recorded, dry_run=dry_run, verb="attached")
