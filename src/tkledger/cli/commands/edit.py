"""``tk edit``: other values for a task's fields."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.api.session import Session, read_text
from tkledger.cli import options as o


def edit(
    id: o.Id,
    title: Annotated[str | None, typer.Option("--title", help="Another title.")] = None,
    type: o.Type = None,
    priority: o.Priority = None,
    parent: o.Parent = None,
    owner: Annotated[
        str | None, typer.Option("--owner", help="Who is to do it; '' for nobody.")
    ] = None,
    pr: Annotated[
        str | None, typer.Option("--pr", metavar="URL", help="Its pull request: address or number.")
    ] = None,
    agent: Annotated[
        str | None, typer.Option("--agent", metavar="ADDRESS", help="Where its agent is reached.")
    ] = None,
    label: o.Labels = None,
    no_label: Annotated[
        list[str] | None, typer.Option("--no-label", help="Take a label off.")
    ] = None,
    depends_on: o.DependsOn = None,
    no_depends_on: Annotated[
        list[str] | None,
        typer.Option(
            "--no-depends-on", help="Take a dependency out.", autocompletion=o.complete_ids
        ),
    ] = None,
    message: o.Text = None,
    budget: o.BudgetText = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; raising a limit may ask.")
    ] = None,
    consumer: o.Consumer = None,
    pain: o.Pain = None,
    value: o.Value = None,
    validation: o.Validation = None,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Change fields of a task; without options, in your editor. '' takes a field out."""
    session = Session(path, as_json=as_json, actor=actor)
    options = {
        **{"title": title, "type": type, "priority": priority, "parent": parent, "owner": owner},
        **{"pr": pr, "agent": agent},
        **{"label": label, "no_label": no_label, "depends_on": depends_on},
        **{"no_depends_on": no_depends_on, "message": read_text(message), "budget": budget},
        **{"consumer": consumer, "pain": pain, "value": value, "validation": validation},
    }
    options["reason"] = reason
    if all(given is None for given in options.values()):
        from tkledger.cli.editor import edit_file

        return edit_file(session, id, dry_run=dry_run)
    recorded, _ = session.carry_out([("edit", {**options, "id": id})], dry_run=dry_run)
    return session.answer_moves(recorded, dry_run=dry_run, verb="edited")
