"""``tk send``: a message left for an actor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from tkledger.agents import inbox as box
from tkledger.api.session import Session, read_text
from tkledger.cli import options as o
from tkledger.core.field import line
from tkledger.core.messages import Message, bounded, seconds
from tkledger.errors import Exit, usage
from tkledger.report import print_json, visible, without_empty
from tkledger.verbs.ids import find


def send(
    to: Annotated[str, typer.Argument(metavar="ACTOR", help="Whom to tell.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What; - reads standard input.")],
    task: Annotated[
        str | None,
        typer.Option(
            "--task", metavar="ID", help="What it is about.", autocompletion=o.complete_ids
        ),
    ] = None,
    ttl: Annotated[
        str, typer.Option("--ttl", metavar="TIME", help="How long it stands: 90, 30m, 12h, 7d.")
    ] = "7d",
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Leave a message for an actor; prints its id. It travels by the next sync."""
    session = Session(path, as_json=as_json, actor=actor)
    ledger = session.ledger.head()
    name = checked("ACTOR", to, line)
    message = Message(
        "",
        session.actor(ledger),
        ledger.policy.actor(name) if ledger.policy else name,
        checked("TEXT", read_text(text) or "", bounded),
        0,
        checked("--ttl", ttl, seconds),
        find(ledger, task) if task else None,
    )
    oid = None if dry_run else box.append(session.repo, message.to, message)
    if as_json:
        print_json(**without_empty({"id": oid, "to": message.to}))
    else:
        print(visible(f"would be: a message to {message.to}" if oid is None else oid[:10]))
    return Exit.OK


def checked(name: str, value: str, clean: Callable[[str], Any]) -> Any:
    """A value put in order; what is wrong with it is said with its option's name."""
    try:
        return clean(value)
    except ValueError as error:
        raise usage("bad-value", f"{name}: {error}", "tk send --help") from None
