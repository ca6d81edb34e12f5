"""Inboxes: for each actor a ref to a chain of commits, one for each event, which only ever grows."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.messages import (
    MAX_EVENT,
    MAX_READ,
    Event,
    Letter,
    Message,
    Reply,
    is_asked_for,
    letters,
    read,
    written,
)
from tkledger.core.ref_names import INBOXES
from tkledger.errors import Exit, TkError
from tkledger.git import identity, refs, writing
from tkledger.git.commit import read_commit
from tkledger.git.errors import RefMoved
from tkledger.git.objects import Oid
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.local.lock import TRIES, racing

_TOO_LATE = 10**11
"""A date, in seconds since 1970, that is beyond the year 5000, and so not one."""

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")
_LONGEST = 120
"""The longest name a ref gets: it is also a file's, and ``.lock`` comes on top."""


def ref_of(actor: str) -> str:
    """The ref of an actor's inbox.

    Any name becomes one component that git takes, and that stays apart from others where file
    names are told apart by neither case nor form. A long one is named by its hash; the messages
    have it whole.
    """
    data = actor.encode()
    name = "".join(chr(one) if one in _PLAIN else f"%{one:02x}" for one in data)
    if len(name) <= _LONGEST:
        return INBOXES + name
    from hashlib import sha256  # loads OpenSSL, for 10 ms

    return f"{INBOXES}%%{sha256(data).hexdigest()}"


def inbox(repo: Repo, actor: str) -> list[Letter]:
    """The letters to ``actor``, the oldest first, out of the newest events."""
    tip = repo.read(ref_of(actor), limit=MAX_EVENT)  # costs no process if there is none
    return letters(event for _, event in _events(repo, tip[0])) if tip else []


def _events(repo: Repo, tip: Oid) -> Iterator[tuple[Oid, Event]]:
    """What a chain tells, and where. Others push to it, so whatever cannot be read is passed over."""
    listed = repo.run("rev-list", "--topo-order", f"--max-count={MAX_READ}", tip).decode().split()
    for found in repo.read_many(listed, limit=MAX_EVENT):
        if found is None or len(found[2]) > MAX_EVENT:
            continue
        made = read_commit(found[0], found[2])
        event = read(made.oid, made.at if made.at < _TOO_LATE else 0, made.text)
        if event is not None:
            yield made.oid, event


def answered(repo: Repo, actor: str, event: Event) -> tuple[Oid, Event] | None:
    """The event that was put into an inbox under the same key, and its id; None if there is none.

    It is looked for among the newest events, those that are read. Raises TkError, USAGE, if its actor
    asked for anything else under that key.
    """
    ref = ref_of(actor)
    return _answered(repo, refs.listed(repo, ref).get(ref), event)


def _answered(repo: Repo, tip: Oid | None, event: Event) -> tuple[Oid, Event] | None:
    if not event.key or tip is None:
        return None
    from tkledger.ledger.keys import used  # few commands have a key

    for oid, earlier in _events(repo, tip):
        if earlier.key == event.key and _actor(earlier) == _actor(event):
            if not is_asked_for(earlier, event):
                raise used(event.key, written(earlier), oid)
            return oid, earlier
    return None


def _actor(event: Event) -> str:
    return event.sender if isinstance(event, Message) else event.by


def append(repo: Repo, actor: str, event: Event) -> tuple[Oid | None, Event]:
    """Put an event into an inbox, after all that is there; returns its id and what was put there. If it
    is there already, under the same key, nothing is written; nor is a reply to what was taken meanwhile.

    Raises TkError (BUSY) if others did so too often meanwhile.
    """
    ref = ref_of(actor)
    author, committer, _ = identity.identities(repo)
    for _ in racing():
        tip = refs.listed(repo, ref).get(ref)
        if (found := _answered(repo, tip, event)) is not None:
            return found
        if isinstance(event, Reply):
            event = _open(repo, tip, event)
            if not event.of:
                return None, event
        oid = writing.write_commit(
            repo, {}, written(event), parent=tip, author=author, committer=committer
        )
        try:
            refs.swap(repo, [RefSwap(ref, oid, tip)], "tk: inbox")
            return oid, event
        except RefMoved:
            continue
    raise TkError(Exit.BUSY, "busy", f"{ref} moved {TRIES} times meanwhile", "run it again")


def _open(repo: Repo, tip: Oid | None, reply: Reply) -> Reply:
    """A reply to those of its messages that nobody had taken at ``tip``."""
    found = letters(event for _, event in _events(repo, tip)) if tip else []
    taken = {one.message.id for one in found if one.taken}
    return reply._replace(of=tuple(one for one in reply.of if one not in taken))
