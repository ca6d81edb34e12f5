"""``tk step``: a step of work on a task."""

from __future__ import annotations

from tkledger.api.session import read_text
from tkledger.cli.commands.spend import charge


def step(
    id: str,
    message: str | None = None,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
) -> int:
    """Count a step of work on a task that no commit of code shows.

    A commit of work with a line `Tk-Task: ID` in its message is a step by itself.
    """
    return charge("step", id, {"message": read_text(message)}, actor, path, as_json, dry_run)
