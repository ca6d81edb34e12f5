"""``tk spend``: tokens and cost that work on a task used."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tkledger.api.session import Session, each, read_ids, read_text
from tkledger.cli import options as o
from tkledger.errors import Exit
from tkledger.report import print_json


def spend(
    id: o.Id,
    tokens_in: Annotated[
        int | None, typer.Option("--tokens-in", min=0, metavar="N", help="Tokens read.")
    ] = None,
    tokens_out: Annotated[
        int | None, typer.Option("--tokens-out", min=0, metavar="N", help="Tokens written.")
    ] = None,
    cost: Annotated[
        str | None, typer.Option("--cost", metavar="USD", help="US dollars, such as 0.25.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="M", help="Which model.")] = None,
    message: o.Text = None,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Record tokens and cost that work on a task used; never refused, since it has happened."""
    amounts = {"tokens_in": tokens_in, "tokens_out": tokens_out, "cost": cost, "model": model}
    options = {**amounts, "message": read_text(message)}
    return charge("spend", id, options, actor, path, as_json, dry_run)


def charge(
    verb: str,
    id: str,
    options: dict[str, Any],
    actor: str | None,
    path: str,
    as_json: bool,
    dry_run: bool,
) -> int:
    """Carry out a verb that charges a task, and say what was charged."""
    session = Session(path, as_json=as_json, actor=actor)
    recorded, steps = session.carry_out(each(verb, read_ids([id]), options), dry_run=dry_run)
    task = recorded.after.task(steps[0].id)
    assert task is not None
    session.warn(recorded, [task.id])
    if as_json:
        moved = {"id": task.id, "from": task.state, "to": task.state}
        print_json(tasks=[moved], **({"commit": recorded.commit} if recorded.commit else {}))
    else:
        prefix = "would be: " if dry_run else ""
        print(f"{prefix}{task.id}: {verb}  {steps[0].words.split(' ', 2)[2]}")
    return Exit.OK
