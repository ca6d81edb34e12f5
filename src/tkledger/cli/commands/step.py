"""``tk step``: a step of work on a task."""

from __future__ import annotations

from tkledger.api.session import read_text
from tkledger.cli import options as o
from tkledger.cli.commands.spend import charge


def step(
    id: o.Id,
    message: o.Text = None,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Count a step of work on a task that no commit of code shows.

    A commit of work with a line `Tk-Task: ID` in its message is a step by itself.
    """
    return charge("step", id, {"message": read_text(message)}, actor, path, as_json, dry_run)
