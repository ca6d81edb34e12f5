"""``tk send``: a message left for an actor."""

from __future__ import annotations

from collections.abc import Callable

from tkledger.agents import inbox as box
from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.claims.remote import has_remote
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.cli.parser import read_text
from tkledger.core.field import line
from tkledger.core.messages import SHORT_ID, Message, bounded, payload_of, seconds, word
from tkledger.core.quoting import quoted
from tkledger.core.snapshot import Snapshot
from tkledger.core.typing import Any
from tkledger.errors import usage_error
from tkledger.ledger.keys import kept
from tkledger.verbs import parameters as p
from tkledger.verbs.ids import find
from tkledger.verbs.parameter import Parameter


def send(
    to: str,
    text: str,
    ttl: str,
    task: str | None = None,
    type: str | None = None,
    action: str | None = None,
    payload: str | None = None,
    answers: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Leave a message for an actor; prints its id. It travels by the next sync."""
    session = Session(path, actor=actor, progress=TERMINAL)
    ledger = session.ledger.head()
    name = checked(p.RECIPIENT, to, line)
    sender = session.actor(ledger)
    message = Message(
        "",
        sender,
        ledger.policy.actor(name) if ledger.policy else name,
        checked(p.TEXT, read_text(text) or "", bounded),
        0,
        checked(p.LIFETIME, ttl, seconds),
        find(ledger, task) if task else None,
        kept(key) if key is not None else "",
        checked(p.TYPE_OF_MESSAGE, type, word) if type is not None else "",
        checked(p.ACTION, action, word) if action is not None else "",
        checked(p.PAYLOAD, payload, payload_of) if payload is not None else "",
        box.named(box.inbox(session.repo, sender), answers, sender).message.id if answers else "",
    )
    if words := _unknown(ledger, message.to):
        session.progress.say(words)
    oid = None if dry_run else box.append(session.repo, message.to, message).id
    return Answer(
        lambda: without_empty({"id": oid, "to": message.to}),
        lambda: [
            oid[:SHORT_ID] if oid else f"would be: a message to {message.to}",
            *(
                [Aside("it goes out with the next tk sync")]
                if oid and has_remote(session.repo)
                else []
            ),
        ],
    )


def _unknown(ledger: Snapshot, name: str) -> str:
    """A warning that no task here names this actor, with the names that may be meant; else empty."""
    known = {one for task in ledger.tasks() for one in (task.owner, task.creator) if one}
    if not known or name in known or (ledger.policy and name in ledger.policy.actors.values()):
        return ""
    short = name.partition("@")[0]
    alike = [quoted(one) for one in sorted(known) if one.partition("@")[0] == short]
    more = f"; did you mean {', '.join(alike)}?" if alike else ""
    return f"{quoted(name)} has not created or taken a task here{more}"


def checked(one: Parameter, value: Any, clean: Callable[[Any], Any], command: str = "send") -> Any:
    """A value put in order; what is wrong with it is said with its option's name."""
    try:
        return clean(value)
    except ValueError as error:
        raise usage_error("bad-value", f"{one.label}: {error}", f"tk {command} --help") from None
