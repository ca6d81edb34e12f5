"""``tk escalate``: a failed task, handed up."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.agents import escalation
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_text


def escalate(
    id: str,
    to: str | None = None,
    by: str | None = None,
    approval: str | None = None,
    recommend: str | None = None,
    risk: Sequence[str] = (),
    timeout: str | None = None,
    message: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Escalate a failed task: another attempt, a peer's answer, a task for its creator, an approval."""
    session = Session(path, actor=actor, progress=TERMINAL)
    options = {
        **{"to": to, "by": by, "approval": approval, "recommend": recommend, "risk": list(risk)},
        **{"timeout": timeout, "message": read_text(message)},
    }
    there, carried = escalation.escalate(session, id, options, key=key, dry_run=dry_run)
    return changed(there, carried.recorded, dry_run=dry_run, verb="escalated")
