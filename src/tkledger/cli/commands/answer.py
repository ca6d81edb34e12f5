"""``tk answer``: the answer that a task waits for."""

from __future__ import annotations

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_ids, read_text
from tkledger.ledger.proposal import Recorded


def answer(
    id: str,
    value: str,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Answer what a task waits for; the answer stays in the task."""
    session = Session(path, actor=actor, progress=TERMINAL)
    verbs = each("answer", read_ids([id]), {"value": read_text(value)})
    recorded, _ = session.carry_out(verbs, dry_run=dry_run, key=key)

    def hint() -> str:
        return _way_on(recorded)

    return changed(session, recorded, dry_run=dry_run, verb="answered", hint=hint)


def _way_on(recorded: Recorded) -> str:
    """How the task continues; empty if it is paused, too."""
    from tkledger.core.waits import due_from

    found = [task for key in recorded.touched if (task := recorded.after.task(key)) is not None]
    first = next((task.id for task in found if due_from(task, recorded.after) == 0), "")
    return f"it can continue: tk resume {first}" if first else ""
