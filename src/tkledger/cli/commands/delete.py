"""``tk delete``: a task that should not be there, taken away or hidden."""

from __future__ import annotations

from tkledger.api import undo as api
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.commands.undo import taken_back
from tkledger.cli.parser import read_text
from tkledger.ledger.undo import Undone


def delete(
    id: str,
    message: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Take the creation of a task back, or cancel it as a mistake."""
    session = Session(path, actor=actor, progress=TERMINAL)
    done = api.delete(session, id, read_text(message), dry_run=dry_run, key=key)
    if isinstance(done, Undone):
        return taken_back(done, dry_run=dry_run)
    recorded, (step,) = done.carried
    task = recorded.after.task(step.id)
    hidden = "; list, tree and board hide it" if task is not None and task.is_mistake else ""
    hint = f"cancelled, since {done.why}{hidden}"
    return changed(session, recorded, dry_run=dry_run, verb="deleted", hint=lambda: hint)
