"""The options that many commands share, for typer; each is said here once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from tkledger.core.lifecycle import State
from tkledger.core.policy import Policy
from tkledger.core.task import REASONS, RESOLUTIONS


def complete_ids(ctx: typer.Context, incomplete: str) -> Iterable[tuple[str, str]]:
    """The ids that begin so, with their titles, for the shell; of the folder that -C names."""
    from tkledger.git.repo import GitError, Repo
    from tkledger.ledger.reader import Ledger

    try:
        ledger = Ledger(Repo(ctx.params.get("path") or ".")).head()
    except GitError:
        return []
    return [(task.id, task.title) for task in ledger.tasks() if task.id.startswith(incomplete)]


def complete_states(incomplete: str) -> list[str]:
    """The states that begin so."""
    return [state.value for state in State if state.value.startswith(incomplete)]


def complete_reasons(incomplete: str) -> list[str]:
    """What a blocked task may wait for."""
    return [reason for reason in REASONS if reason.startswith(incomplete)]


def complete_resolutions(incomplete: str) -> list[str]:
    """How a task may end."""
    words = [word for ways in RESOLUTIONS.values() for word in ways]
    return [word for word in words if word.startswith(incomplete)]


def complete_settings(incomplete: str) -> list[str]:
    """The policy's fields that begin so."""
    return [name for name in Policy._fields if name.startswith(incomplete)]


Folder = Annotated[str, typer.Option("-C", metavar="PATH", help="Run as if in this folder.")]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object on stdout.")]
Actor = Annotated[
    str | None, typer.Option("--as", metavar="ACTOR", help="Act as this name (or set TK_ACTOR).")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Judge and show, write nothing.")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="REV", help="Look at a revision or a date (2026-01-31)."),
]
Id = Annotated[
    str,
    typer.Argument(metavar="ID", help="A task's id or its beginning.", autocompletion=complete_ids),
]
Ids = Annotated[
    list[str], typer.Argument(metavar="ID...", help="Tasks.", autocompletion=complete_ids)
]
MaybeId = Annotated[
    str | None,
    typer.Argument(
        metavar="[ID]", help="A task's id or its beginning.", autocompletion=complete_ids
    ),
]
Text = Annotated[
    str | None,
    typer.Option("-m", "--message", metavar="TEXT", help="Text; - reads standard input."),
]
Type = Annotated[str | None, typer.Option("--type", metavar="T", help="What kind of work it is.")]
Priority = Annotated[
    int | None, typer.Option("--priority", metavar="N", help="0 most urgent .. 4; 2 by default.")
]
Parent = Annotated[
    str | None,
    typer.Option(
        "--parent", metavar="ID", help="The task it is a part of.", autocompletion=complete_ids
    ),
]
DependsOn = Annotated[
    list[str] | None,
    typer.Option(
        "--depends-on",
        metavar="ID",
        help="A task that must be done first; may be repeated.",
        autocompletion=complete_ids,
    ),
]
Labels = Annotated[
    list[str] | None, typer.Option("--label", metavar="L", help="A label; may be repeated.")
]
BudgetText = Annotated[
    str | None,
    typer.Option(
        "--budget", metavar="LIMITS", help="steps=50,seconds=1800,tokens=..,cost=..,depth=.."
    ),
]
Consumer = Annotated[str | None, typer.Option("--consumer", help="Admission: who asks for it.")]
Pain = Annotated[str | None, typer.Option("--pain", help="Admission: what hurts without it.")]
Value = Annotated[str | None, typer.Option("--value", help="Admission: what it brings.")]
Validation = Annotated[
    str | None, typer.Option("--validation", help="Admission: how that will be shown.")
]
States = Annotated[
    list[str] | None,
    typer.Option("--state", metavar="S", help="Only these states.", autocompletion=complete_states),
]
Types = Annotated[list[str] | None, typer.Option("--type", metavar="T", help="Only these types.")]
All = Annotated[bool, typer.Option("--all", help="Those that have ended, too.")]
Limit = Annotated[int | None, typer.Option("--limit", "-n", min=1, help="At most so many.")]
Owner = Annotated[
    str | None, typer.Option("--owner", help="Only this owner's; '' for those nobody has.")
]
MaybeRemote = Annotated[
    str | None,
    typer.Argument(metavar="[REMOTE]", help="By default the branch's upstream, or origin."),
]
