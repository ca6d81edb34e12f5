"""``tk escalate``: a failed task, handed up."""

from __future__ import annotations

from tkledger.agents import escalation
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, changed


def escalate(
    id: str,
    to: str | None = None,
    message: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Hand a failed task up: another attempt, another actor, its creator, an approver."""
    session = Session(path, actor=actor, progress=TERMINAL)
    there, carried = escalation.escalate(session, id, to, message, key=key, dry_run=dry_run)
    return changed(there, carried.recorded, dry_run=dry_run, verb="escalated")
