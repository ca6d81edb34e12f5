"""``tk new``: a task is created."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.api.session import Session, read_text
from tkledger.cli import options as o
from tkledger.errors import Exit
from tkledger.report import print_json


def new(
    title: Annotated[
        str, typer.Argument(metavar="TITLE", help="One line; - reads standard input.")
    ],
    type: o.Type = None,
    priority: o.Priority = None,
    parent: o.Parent = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="ID",
            help="The task whose work discovered this one.",
            autocompletion=o.complete_ids,
        ),
    ] = None,
    depends_on: o.DependsOn = None,
    label: o.Labels = None,
    backlog: Annotated[bool, typer.Option("--backlog", help="Not to be worked on yet.")] = False,
    message: o.Text = None,
    budget: o.BudgetText = None,
    id: Annotated[str | None, typer.Option("--id", help="An id of your own.")] = None,
    consumer: o.Consumer = None,
    pain: o.Pain = None,
    value: o.Value = None,
    validation: o.Validation = None,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Create a task; prints its id."""
    session = Session(path, as_json=as_json, actor=actor)
    words = (read_text(title) or "").strip()
    options = {
        **{"title": words, "type": type, "priority": priority, "parent": parent, "from": from_},
        **{"depends_on": depends_on, "label": label, "backlog": backlog, "id": id},
        **{"message": read_text(message), "budget": budget, "consumer": consumer, "pain": pain},
        **{"value": value, "validation": validation},
    }
    recorded, steps = session.carry_out([("new", options)], dry_run=dry_run)
    session.warn(recorded, [])
    if as_json:
        print_json(id=steps[0].id, **({"commit": recorded.commit} if recorded.commit else {}))
    else:
        print(f"would be: {steps[0].id}" if dry_run else steps[0].id)
    return Exit.OK
