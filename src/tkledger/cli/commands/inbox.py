"""``tk inbox``: the messages that wait for an actor."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from tkledger.agents import inbox as box
from tkledger.agents.waiting import awaited
from tkledger.api.json import letter_json
from tkledger.api.session import Session
from tkledger.claims.remote import DECIDED, has_remote
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.cli.commands.send import checked
from tkledger.cli.parser import read_ids, read_text
from tkledger.core.messages import SHORT_ID, Letter, Reply, bounded
from tkledger.core.typing import TYPE_CHECKING
from tkledger.errors import Exit, TkError, usage_error
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
    wait: float | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """List the messages that wait for you; with --ack or --refuse answer them. With --wait it waits for one,
    and exits 6 if none comes.
    """
    session = Session(path, actor=actor, progress=TERMINAL)
    ledger = session.ledger.head()
    who = session.actor(ledger)
    asks = (ack or wait) and ledger.policy is not None
    remote = session.claimant(ledger).remote if asks else None
    if ack or refuse:
        if ack and refuse:
            raise usage_error("both", "--ack and --refuse exclude each other", "tk inbox --ack ID")
        found = box.inbox(session.repo, who)
        if not ids:
            now = int(time.time())
            raise _which([one.message.id for one in found if one.waits(now)], ack=ack)
        chosen = [box.named(found, one, who) for one in read_ids(ids)]
        reason = checked(WHY_REFUSED, read_text(message) or "", bounded) if message else ""
        under = kept(key) if key is not None else ""
        reply = Reply(tuple(one.message.id for one in chosen), who, ack, reason, under)
        return _answer(session, chosen, reply, remote, dry_run=dry_run)
    shown = _listed(session, who, read_ids(ids) if ids else (), remote, dead=dead, wait=wait or 0)
    waited = wait is not None and not shown

    def view() -> Iterable[Lines | Aside]:
        if not shown:
            return [Aside(f"no {'dead letter' if dead else 'message waits'} for {who}")]
        from tkledger.views.inbox import inbox as drawn

        return [drawn(shown, int(time.time()))]

    return Answer(
        lambda: {"actor": who, "messages": [letter_json(one) for one in shown]},
        view,
        lambda: Exit.NOTHING if waited else Exit.OK,
    )


def _listed(
    session: Session, who: str, ids: Sequence[str], remote: str | None, *, dead: bool, wait: float
) -> list[Letter]:
    """The letters to show, once there are any, or after ``wait`` seconds none. Meanwhile those at a remote that
    is asked for claims are looked for there, too.
    """

    def look() -> list[Letter]:
        if wait and remote is not None:
            box.fetch(session.repo, who, remote)
        now = int(time.time())
        found = box.inbox(session.repo, who)
        shown = [one for one in found if (one.dead if dead else one.waits(now))]
        if not ids:
            return shown
        chosen = [box.named(found, one, who) for one in ids]
        return [one for one in chosen if one in shown]

    listed: list[Letter] = awaited(look, bool, wait, lambda: None)
    return listed


def _which(waiting: Sequence[str], *, ack: bool) -> TkError:
    """The error for an answer that names no message; it names the one that waits, if there is only one."""
    answer = f"tk inbox {(ACK if ack else REFUSE).words[0]}"
    way = (
        f"{answer} {waiting[0][:SHORT_ID]}" if len(waiting) == 1 else f"tk inbox, then {answer} ID"
    )
    return usage_error("no-id", "which message?", way)


def _answer(
    session: Session, chosen: list[Letter], reply: Reply, remote: str | None, *, dry_run: bool
) -> Answer:
    """Take or refuse letters; those already taken stay so, unless by this very reply."""
    who = reply.by
    open_ = [one for one in chosen if not one.taken]
    doubt = ""
    if (found := box.answered(session.repo, who, reply)) is not None:
        assert isinstance(found, Reply)
        open_ = [one for one in chosen if one.message.id in found.of]
    elif open_ and not dry_run:
        put, doubt = _put(
            session, reply._replace(of=tuple(one.message.id for one in open_)), remote
        )
        open_ = [one for one in open_ if one.message.id in put.of]
    verb = "taken" if reply.taken else "refused"

    def view() -> Iterable[str | Aside]:
        for one in chosen:
            short = one.message.id[:SHORT_ID]
            if one in open_:
                yield f"{short}: {'would be ' if dry_run else ''}{verb}"
            else:
                yield Aside(f"{short}: already taken")
        if doubt and open_:
            yield Aside(f"not exclusive: {doubt}")

    return Answer(
        lambda: {
            "actor": who,
            verb: [one.message.id for one in open_],
            **({"not_exclusive": doubt} if doubt and open_ else {}),
        },
        view,
    )


def _put(session: Session, reply: Reply, remote: str | None) -> tuple[Reply, str]:
    """Write a reply; what of it is so, and why another clone may take the same; nothing if it cannot."""
    if not reply.taken or remote is None:
        put = box.append(session.repo, reply.by, reply)
        assert isinstance(put, Reply)
        alone = not reply.taken or not has_remote(session.repo)
        return put, "" if alone else f"another clone can take it as well; {DECIDED}"
    receipt = box.take(session.repo, reply, remote)
    words = receipt.unreached
    fact = f"{remote} was not reached ({words}); the clone that is there first has it: tk sync"
    return receipt.reply, fact if words else ""
