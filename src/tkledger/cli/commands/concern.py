"""``tk concern``: a doubt about a task, or the end of one."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.api.session import Session, each, read_ids, read_text
from tkledger.cli import options as o
from tkledger.core.task import CONCERNS


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
