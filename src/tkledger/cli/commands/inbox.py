"""``tk inbox``: the messages that wait for an actor."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from tkledger.agents import inbox as box
from tkledger.api.json import letter_json
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.cli.commands.send import checked
from tkledger.cli.parser import read_ids, read_text
from tkledger.core.messages import SHORT_ID, Letter, Reply, bounded
from tkledger.core.typing import TYPE_CHECKING
from tkledger.errors import TkError, usage_error
from tkledger.ledger.keys import kept
from tkledger.verbs.parameters import ACK, REFUSE, WHY_REFUSED

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def inbox(
    ids: Sequence[str] = (),
    ack: bool = False,
    refuse: bool = False,
    message: str | None = None,
    dead: bool = False,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """List the messages that wait for you; with --ack or --refuse answer them."""
    session = Session(path, actor=actor, progress=TERMINAL)
    who = session.actor(session.ledger.head())
    now = int(time.time())
    found = box.inbox(session.repo, who)
    if ack or refuse:
        if ack and refuse:
            raise usage_error("both", "--ack and --refuse exclude each other", "tk inbox --ack ID")
        if not ids:
            raise _which([one.message.id for one in found if one.waits(now)], ack=ack)
        chosen = _named(found, read_ids(ids), who)
        reason = checked(WHY_REFUSED, read_text(message) or "", bounded) if message else ""
        under = kept(key) if key is not None else ""
        reply = Reply(tuple(one.message.id for one in chosen), who, ack, reason, under)
        return _answer(session, chosen, reply, dry_run=dry_run)
    shown = [one for one in found if (one.dead if dead else one.waits(now))]
    if ids:
        shown = [one for one in _named(found, read_ids(ids), who) if one in shown]

    def view() -> Iterable[Lines | Aside]:
        if not shown:
            return [Aside(f"no {'dead letter' if dead else 'message waits'} for {who}")]
        from tkledger.views.inbox import inbox as drawn

        return [drawn(shown, now)]

    return Answer(lambda: {"actor": who, "messages": [letter_json(one) for one in shown]}, view)


def _which(waiting: Sequence[str], *, ack: bool) -> TkError:
    """The error for an answer that names no message; it names the one that waits, if there is only one."""
    answer = f"tk inbox {(ACK if ack else REFUSE).words[0]}"
    way = (
        f"{answer} {waiting[0][:SHORT_ID]}" if len(waiting) == 1 else f"tk inbox, then {answer} ID"
    )
    return usage_error("no-id", "which message?", way)


def _named(found: Iterable[Letter], ids: Iterable[str], who: str) -> list[Letter]:
    """The letters that unambiguous beginnings of ids name."""
    chosen = []
    for start in ids:
        matching = [one for one in found if one.message.id.startswith(start)]
        if len(matching) != 1:
            many = "several messages" if matching else "no message"
            fact = f"{many} to {who} {'begin' if matching else 'begins'} with {start!r}"
            raise usage_error("no-such-message", fact, "tk inbox")
        chosen += matching
    return chosen


def _answer(session: Session, chosen: list[Letter], reply: Reply, *, dry_run: bool) -> Answer:
    """Take or refuse letters; those already taken stay so, unless by this very reply."""
    who = reply.by
    open_ = [one for one in chosen if not one.taken]
    if (found := box.answered(session.repo, who, reply)) is not None:
        assert isinstance(found[1], Reply)
        open_ = [one for one in chosen if one.message.id in found[1].of]
    elif open_ and not dry_run:
        wanted = reply._replace(of=tuple(one.message.id for one in open_))
        _, put = box.append(session.repo, who, wanted)
        assert isinstance(put, Reply)
        open_ = [one for one in open_ if one.message.id in put.of]
    verb = "taken" if reply.taken else "refused"

    def view() -> Iterable[str | Aside]:
        for one in chosen:
            short = one.message.id[:SHORT_ID]
            if one in open_:
                yield f"{short}: {'would be ' if dry_run else ''}{verb}"
            else:
                yield Aside(f"{short}: already taken")

    return Answer(lambda: {"actor": who, verb: [one.message.id for one in open_]}, view)
