"""``tk sleep``: an actor is idle."""

from __future__ import annotations

from tkledger.api.session import Session
from tkledger.core.snapshot import Snapshot
from tkledger.doors import idle as asleep
from tkledger.errors import Exit
from tkledger.report import print_json, say, visible


def sleep(
    all: bool = False, actor: str | None = None, path: str = ".", as_json: bool = False
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
