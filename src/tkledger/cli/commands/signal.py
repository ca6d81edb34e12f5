"""``tk signal``: an event, for all tasks that wait for it."""

from __future__ import annotations

from tkledger.api.session import Session, each
from tkledger.api.waiting import awaiting, blocked
from tkledger.cli.answer import TERMINAL, Answer, Aside, changed
from tkledger.cli.commands.send import checked
from tkledger.core.messages import payload_of
from tkledger.core.snapshot import Snapshot
from tkledger.core.typing import TYPE_CHECKING
from tkledger.errors import Exit
from tkledger.verbs import parameters as p

if TYPE_CHECKING:
    from tkledger.api.session import Verbs


def signal(
    event: str,
    payload: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Answer all tasks that wait for an event, in one commit."""
    session = Session(path, actor=actor, progress=TERMINAL)
    said = checked(p.SENT, payload, payload_of, "signal") if payload is not None else "true"
    ids = blocked(session) if key is None else sorted(session.head().ids())

    def answers(ledger: Snapshot) -> Verbs:
        return each("answer", [one.id for one in awaiting(ledger, ids, event)], {"value": said})

    if key is None and not answers(session.head()):
        return Answer(
            lambda: {"tasks": []},
            lambda: [Aside(f"no task waits for {event}")],
            lambda: Exit.NOTHING,
        )
    recorded, _ = session.carry_out(answers, dry_run=dry_run, key=key)
    return changed(session, recorded, dry_run=dry_run, verb="answered")
