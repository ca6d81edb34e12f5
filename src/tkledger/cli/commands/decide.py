"""``tk decide``: what was chosen in a task, and why."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_ids, read_text


def decide(
    id: str,
    question: str,
    choice: str,
    because: str,
    alternative: Sequence[str] = (),
    confidence: int | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Record a decision in a task: what was chosen, why, and what else there was."""
    session = Session(path, actor=actor, progress=TERMINAL)
    options = {
        **{"question": read_text(question), "choice": choice, "because": because},
        **{"alternative": list(alternative), "confidence": confidence},
    }
    recorded, _ = session.carry_out(
        each("decide", read_ids([id]), options), dry_run=dry_run, key=key
    )
    return changed(session, recorded, dry_run=dry_run, verb="decided")
