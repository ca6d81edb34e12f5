"""``tk new``, ``edit``, ``note``, ``concern``: what stands in a task, outside of its life."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.api.session import Session, each, read_ids, read_text
from tkledger.cli import options as o
from tkledger.core.task import CONCERNS
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


def note(
    id: o.Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note; - reads standard input.")],
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Add a note to a task; notes are only ever added."""
    session = Session(path, as_json=as_json, actor=actor)
    verbs = each("note", read_ids([id]), {"message": read_text(text)})
    recorded, _ = session.carry_out(verbs, dry_run=dry_run)
    return session.answer_moves(recorded, dry_run=dry_run, verb="noted")


def concern(
    id: o.Id,
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT]", help="What, or how it was settled; - reads stdin."),
    ] = None,
    kind: Annotated[
        str,
        typer.Option("--kind", metavar="KIND", help=f"What it is about: {', '.join(CONCERNS)}."),
    ] = CONCERNS[0],
    settle: Annotated[
        int | None, typer.Option("--settle", metavar="N", help="Settle the one of this number.")
    ] = None,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Raise a concern, or settle one; a task is not done while a design concern is open."""
    session = Session(path, as_json=as_json, actor=actor)
    options = {"message": read_text(text), "kind": kind, "settle": settle}
    recorded, _ = session.carry_out(each("concern", read_ids([id]), options), dry_run=dry_run)
    said = "raised" if settle is None else "settled"
    return session.answer_moves(recorded, dry_run=dry_run, verb=said)
