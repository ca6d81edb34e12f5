"""``tk retry``: another attempt, with what was missing."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.agents import escalation
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, changed


def retry(
    id: str,
    gap: str,
    tried: Sequence[str] = (),
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Send a task back for another attempt; the gap becomes a note, which `tk run` passes on."""
    session = Session(path, actor=actor, progress=TERMINAL)
    there, carried = escalation.retry(session, id, gap, tried, key=key, dry_run=dry_run)
    return changed(there, carried.recorded, dry_run=dry_run, verb="retried")
