"""Inboxes: for each actor a ref to a chain of commits, one for each event, which only ever grows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tkledger.core.messages import (
    MAX_EVENT,
    MAX_READ,
    Event,
    Letter,
    Message,
    Reply,
    died,
    is_asked_for,
    letters,
    read,
    written,
)
from tkledger.core.ref_names import copied, inbox_of
from tkledger.core.typing import NamedTuple
from tkledger.errors import Exit, TkError, usage_error
from tkledger.git import refs
from tkledger.git.chains import BOTH, extended, joined, told
from tkledger.git.errors import RefMoved
from tkledger.git.objects import Oid
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.local.lock import TRIES, racing


def inbox(repo: Repo, actor: str) -> list[Letter]:
    """The letters to ``actor``, the oldest first, out of the newest events."""
    tip = repo.read(inbox_of(actor), limit=MAX_EVENT)  # costs no process if there is none
    return letters(events(repo, tip[0])) if tip else []


def named(found: Iterable[Letter], start: str, who: str) -> Letter:
    """The letter to an actor that an unambiguous beginning of an id names. Raises TkError, USAGE."""
    matching = [one for one in found if one.message.id.startswith(start)]
    if len(matching) != 1:
        many = "several messages" if matching else "no message"
        fact = f"{many} to {who} {'begin' if matching else 'begins'} with {start!r}"
        raise usage_error("no-such-message", fact, "tk inbox")
    return matching[0]


def events(repo: Repo, tip: Oid) -> list[Event]:
    """What a chain tells, in its order."""
    return told(repo, tip, read, most=MAX_READ, size=MAX_EVENT)


def answered(repo: Repo, actor: str, event: Event) -> Event | None:
    """The event that was put into an inbox under the same key; None if there is none.

    It is looked for among the newest events, those that are read. Raises TkError, USAGE, if its actor
    asked for anything else under that key.
    """
    ref = inbox_of(actor)
    return _answered(repo, refs.listed(repo, ref).get(ref), event)


def _answered(repo: Repo, tip: Oid | None, event: Event) -> Event | None:
    if not event.key or tip is None:
        return None
    from tkledger.ledger.keys import used  # few commands have a key

    for earlier in events(repo, tip):
        if earlier.key == event.key and _actor(earlier) == _actor(event):
            if not is_asked_for(earlier, event):
                raise used(event.key, written(earlier), earlier.id)
            return earlier
    return None


def _actor(event: Event) -> str:
    return event.sender if isinstance(event, Message) else event.by


def append(repo: Repo, actor: str, event: Event) -> Event:
    """Put an event into an inbox, after all that is there; returns what was put there, with its id. If it
    is there already, under the same key, nothing is written; nor is a reply to what was taken meanwhile,
    which then has no id. If a refusal makes a message a dead one, its sender gets a notice in the same step.

    Raises TkError (BUSY) if others did so too often meanwhile.
    """
    ref = inbox_of(actor)
    for _ in racing():
        writer = _Writer(repo, {})
        put = writer.put(actor, event)
        if _swapped(repo, writer.swaps):
            return put
    raise _busy(ref)


class Receipt(NamedTuple):
    """Who took messages, and why a remote could not be asked who did so first; nothing if it was."""

    reply: Reply
    unreached: str = ""


def take(repo: Repo, reply: Reply, remote: str) -> Receipt:
    """Take messages, each in one clone: the one whose receipt comes to the remote first. If that cannot be
    reached they are taken here. Raises TkError as `append`, and if the remote rejects the receipt.
    """
    from tkledger.claims import remote as remotes  # most inboxes are of one clone

    ref = inbox_of(reply.by)
    for _ in racing():
        words = remotes.fetch(repo, remote, ref)
        there = repo.read(copied(remote, ref), limit=MAX_EVENT) if not words else None
        theirs = there[0] if there else None
        writer = _Writer(repo, {ref: theirs})
        put = writer.put(reply.by, reply)
        assert isinstance(put, Reply)
        new = writer.tip(ref)
        try:
            if not words and new != theirs:
                words = remotes.push(repo, remote, [RefSwap(ref, new, theirs)], ref)
        except RefMoved:
            continue
        _follow(repo, ref, new)
        return Receipt(put, words)
    raise _busy(ref)


def fetch(repo: Repo, actor: str, remote: str) -> None:
    """Bring an inbox in step with what a remote has of it, if that answers; nothing is sent."""
    from tkledger.claims import remote as remotes

    ref = inbox_of(actor)
    if not remotes.fetch(repo, remote, ref):
        there = repo.read(copied(remote, ref), limit=MAX_EVENT)
        if there is not None:
            _follow(repo, ref, there[0])


def _follow(repo: Repo, ref: str, there: Oid | None) -> None:
    """Bring an inbox here to where it has been put, and keep what came meanwhile."""
    for _ in racing():
        ours = refs.listed(repo, ref).get(ref)
        new = joined(repo, there, ours, BOTH)
        if _swapped(repo, [RefSwap(ref, new, ours)] if new != ours else []):
            return
    raise _busy(ref)


def _swapped(repo: Repo, swaps: Sequence[RefSwap]) -> bool:
    """Whether refs were where they should be, and are moved."""
    try:
        if swaps:
            refs.swap(repo, swaps, "tk: inbox")
    except RefMoved:
        return False
    return True


def _busy(ref: str) -> TkError:
    return TkError(Exit.BUSY, "busy", f"{ref} moved {TRIES} times meanwhile", "run it again")


class _Writer:
    """Writes events, each at the end of its inbox, joined with what a remote has of it (``theirs``); `swaps`
    are the refs to move.
    """

    def __init__(self, repo: Repo, theirs: Mapping[str, Oid | None]) -> None:
        self._repo = repo
        self._theirs = theirs
        self._old: dict[str, Oid | None] = {}
        self._new: dict[str, Oid | None] = {}

    @property
    def swaps(self) -> list[RefSwap]:
        return [
            RefSwap(ref, self._new[ref], old)
            for ref, old in self._old.items()
            if self._new[ref] != old
        ]

    def tip(self, ref: str) -> Oid | None:
        """Where an inbox ends by now."""
        if ref not in self._new:
            ours = self._old[ref] = refs.listed(self._repo, ref).get(ref)
            self._new[ref] = joined(self._repo, self._theirs.get(ref), ours, BOTH)
        return self._new[ref]

    def put(self, actor: str, event: Event) -> Event:
        """Write an event, and what follows from it; see `append`."""
        ref = inbox_of(actor)
        tip = self.tip(ref)
        if (found := _answered(self._repo, tip, event)) is not None:
            return found
        notices: list[Message] = []
        if isinstance(event, Reply):
            known = letters(events(self._repo, tip)) if tip else []
            free = [one for one in known if one.message.id in event.of and not one.taken]
            event = event._replace(of=tuple(one.message.id for one in free))
            if not free:
                return event
            if not event.taken:
                notices = [notice for one in free if (notice := died(one, event)) is not None]
        oid = extended(self._repo, tip, written(event))
        self._new[ref] = oid
        for notice in notices:
            self.put(notice.to, notice)
        return event._replace(id=oid)


def lost(repo: Repo, actor: str, before: Oid | None) -> list[Letter]:
    """The letters that this clone had taken at ``before``, and another clone before that."""
    tip = repo.read(inbox_of(actor), limit=MAX_EVENT)
    if before is None or tip is None or tip[0] == before:
        return []
    had = {one.message.id: one.receipt for one in letters(events(repo, before))}
    return [
        one
        for one in letters(events(repo, tip[0]))
        if (mine := had.get(one.message.id)) and one.receipt and one.receipt.id != mine.id
    ]
