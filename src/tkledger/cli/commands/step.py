"""``tk step``: a step of work on a task."""

from __future__ import annotations

from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer
from tkledger.cli.commands.spend import charge
from tkledger.cli.parser import read_text


def step(
    id: str,
    message: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Count a step of work on a task that no commit of code shows.

    A commit of work with a line `Tk-Task: ID` in its message is a step by itself.
    """
    session = Session(path, actor=actor, progress=TERMINAL)
    return charge(session, "step", id, {"message": read_text(message)}, dry_run, key)
