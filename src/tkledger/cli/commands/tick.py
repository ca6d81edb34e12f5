"""``tk tick``: record what timed out, and tell those who wait; nothing depends on it."""

from __future__ import annotations

import time

from tkledger.agents import inbox as box
from tkledger.api.cancelling import cancel_waiting, waited
from tkledger.api.session import Session, each
from tkledger.api.waiting import blocked, notices, timed_out
from tkledger.cli.answer import TERMINAL, Answer, Aside, with_commit, would_be
from tkledger.core.waits import TIMED_OUT


def tick(actor: str | None = None, path: str = ".", dry_run: bool = False) -> Answer:
    """Record which answers came too late, in one commit, and leave a message for who waits; cancel what waited
    for its children to be cancelled.
    """
    session = Session(path, actor=actor, progress=TERMINAL)
    now, ids = int(time.time()), blocked(session)
    ledger = session.head()
    late = [one.id for one in timed_out(ledger, ids, now)]
    commit = {}
    if late:
        answers = each("answer", late, {"value": TIMED_OUT})
        commit = with_commit(session.carry_out(answers, dry_run=dry_run).recorded)
    told = []
    known: dict[str, set[str]] = {}  # each inbox is read once
    for one in notices(ledger, ids, now, session.actor(ledger)):
        if one.to not in known:
            known[one.to] = {letter.message.key for letter in box.inbox(session.repo, one.to)}
        if one.key not in known[one.to]:
            told.append(one)
            if not dry_run:
                box.append(session.repo, one.to, one)
    over = list(waited(ledger, ids))
    for task in over if not dry_run else ():
        cancel_waiting(session, task)
    would = would_be(dry_run)

    def view() -> list[str | Aside]:
        lines: list[str | Aside] = [f"{would}{one}: timed out" for one in late]
        lines += [f"{would}{one.task}: a message to {one.to}" for one in told]
        lines += [f"{would}{one.id}: its children have ended" for one in over]
        return lines or [Aside("nothing is due that is not known")]

    return Answer(
        lambda: {
            "timed_out": late,
            "told": [{"task": one.task, "to": one.to} for one in told],
            "children_ended": [one.id for one in over],
            **commit,
        },
        view,
    )
