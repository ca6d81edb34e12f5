"""``tk sleep``: an actor is idle."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.api.session import Session
from tkledger.cli import options as o
from tkledger.core.snapshot import Snapshot
from tkledger.doors import idle as asleep
from tkledger.errors import Exit
from tkledger.report import print_json, say, visible


def sleep(
    all: Annotated[bool, typer.Option("--all", help="Everybody, in this repository.")] = False,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
) -> int:
    """Be idle: until `tk wake`, new tasks are refused at every door, and `tk next` has none."""
    return mark(Session(path, as_json=as_json, actor=actor), all, idle=True)


def mark(session: Session, everybody: bool, *, idle: bool) -> int:
    """Mark an actor, or all of them, as idle or not, and say so."""
    ledger: Snapshot = session.ledger.usable(session.ledger.head())
    name = asleep.EVERYBODY if everybody else session.actor(ledger)
    moved = asleep.mark(session.repo, name, idle=idle)
    who = "everybody" if everybody else name
    if session.as_json:
        print_json(actor=name, asleep=idle)
    elif moved:
        print(visible(f"{who} is {'asleep' if idle else 'awake'}"))
    else:
        say(visible(f"nothing changed: {who} is {'asleep' if idle else 'awake'} already"))
    return Exit.OK
