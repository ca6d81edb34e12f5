"""``tk inbox``: the messages that wait for an actor."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from tkledger.agents import inbox as box
from tkledger.api.session import Session, read_ids, read_text
from tkledger.cli import options as o
from tkledger.cli.commands.send import checked
from tkledger.core.messages import Answer, Letter, bounded
from tkledger.core.time import iso
from tkledger.errors import Exit, usage
from tkledger.report import print_json, say, visible, without_empty


def inbox(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="Only these messages.")
    ] = None,
    ack: Annotated[bool, typer.Option("--ack", help="Take them: they are done with.")] = False,
    refuse: Annotated[
        bool,
        typer.Option("--refuse", "--nack", help="Send them back; the third time they are dead."),
    ] = False,
    message: Annotated[
        str | None, typer.Option("-m", "--message", metavar="TEXT", help="Why they are refused.")
    ] = None,
    dead: Annotated[
        bool, typer.Option("--dead", help="Those that were refused three times.")
    ] = False,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """List the messages that wait for you; with --ack or --refuse answer them."""
    session = Session(path, as_json=as_json, actor=actor)
    who = session.actor(session.ledger.head())
    now = int(time.time())
    found = box.inbox(session.repo, who)
    if ack or refuse:
        if ack and refuse:
            raise usage("both", "--ack and --refuse exclude each other", "tk inbox --ack ID")
        if not ids:
            raise usage("no-id", "which message?", "tk inbox, then tk inbox --ack ID")
        chosen = _named(found, read_ids(ids), who)
        return _answer(session, who, chosen, taken=ack, why=message, dry_run=dry_run)
    shown = [one for one in found if (one.dead if dead else one.waits(now))]
    if ids:
        shown = [one for one in _named(found, read_ids(ids), who) if one in shown]
    if as_json:
        print_json(actor=who, messages=[_json(one) for one in shown])
        return Exit.OK
    if not shown:
        say(visible(f"no {'dead letter' if dead else 'message waits'} for {who}"))
        return Exit.OK
    from tkledger.views.inbox import inbox as view
    from tkledger.views.style import show

    show(view(shown, now), sys.stdout)
    return Exit.OK


def _named(found: Iterable[Letter], ids: Iterable[str], who: str) -> list[Letter]:
    """The letters that unambiguous beginnings of ids name."""
    chosen = []
    for start in ids:
        matching = [one for one in found if one.message.id.startswith(start)]
        if len(matching) != 1:
            many = "several messages" if matching else "no message"
            fact = f"{many} to {who} {'begin' if matching else 'begins'} with {start!r}"
            raise usage("no-such-message", fact, "tk inbox")
        chosen += matching
    return chosen


def _answer(
    session: Session,
    who: str,
    chosen: list[Letter],
    *,
    taken: bool,
    why: str | None,
    dry_run: bool,
) -> int:
    """Take or refuse letters; those that were taken already stay so."""
    open_ = [one for one in chosen if not one.taken]
    if open_ and not dry_run:
        reason = checked("-m", read_text(why) or "", bounded) if why else ""
        of = tuple(one.message.id for one in open_)
        box.append(session.repo, who, Answer(of, who, taken, reason))
    verb = "taken" if taken else "refused"
    if session.as_json:
        print_json(actor=who, **{verb: [one.message.id for one in open_]})
        return Exit.OK
    for one in chosen:
        said = f"would be {verb}" if dry_run else verb
        known = one not in open_
        line_ = f"{one.message.id[:10]}: {'was taken already' if known else said}"
        say(line_) if known else print(line_)
    return Exit.OK


def _json(one: Letter) -> dict[str, Any]:
    message = one.message
    refusals = [without_empty({"by": each.by, "why": each.why}) for each in one.refusals]
    values = {
        **{"id": message.id, "from": message.sender, "to": message.to, "text": message.text},
        **{"at": iso(message.at), "expires_at": iso(message.until), "task": message.task},
        "refusals": refusals,
    }
    return without_empty(values)
