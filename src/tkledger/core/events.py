"""Changes of tasks and claims as events of a stream, and the cursor: which of them were delivered."""

from __future__ import annotations

import binascii
from collections.abc import Iterable

from tkledger.core.claim import Claim, is_held
from tkledger.core.history import CHARGES, HistoryEntry
from tkledger.core.typing import NamedTuple

STATE, FIELDS, USED, CLAIM, CLAIM_END = "state", "fields", "used", "claim", "claim-end"
"""What of a task an event is about: its state, other fields, what it used, who has claimed it, and that
it has no holder any more.
"""

END = "end"
"""The event of a claim that is gone."""

BEGINNING = "0"
"""The cursor before all history."""


_MARK = "tk1-"
"""How the text of a cursor begins."""

_NUMBER = 4
"""Bytes of a number in it: of events, and the checksum by which one that was cut off is told."""

MOST = 1_000
"""A cursor names so many commits at most. What it leaves out is delivered once more."""

_LONGEST = 2 * 32 * (MOST + 1)
"""Letters that a cursor has at most."""


class Cursor(NamedTuple):
    """What was delivered: all in the history of these commits, and of one more commit so many events."""

    seen: tuple[str, ...] = ()
    commit: str = ""
    told: int = 0

    def after(self, commit: str, parents: Iterable[str]) -> Cursor:
        """The same once all events of one more commit are delivered, which has its parents' history."""
        gone = {commit, *parents}
        return Cursor((*(one for one in self.seen if one not in gone), commit))

    def without(self, commit: str) -> Cursor:
        """The same, without one of these commits."""
        return Cursor(tuple(one for one in self.seen if one != commit))

    @property
    def text(self) -> str:
        """A cursor in one word."""
        ids = [self.commit] if self.told else []
        data = self.told.to_bytes(_NUMBER, "big")
        data += b"".join(map(bytes.fromhex, [*ids, *sorted(self.seen[:MOST])]))
        data += binascii.crc32(data).to_bytes(_NUMBER, "big")
        text = binascii.b2a_base64(data, newline=False).decode().rstrip("=")
        return _MARK + text.replace("+", "-").replace("/", "_")


def is_cursor(text: str) -> bool:
    """Whether a text means to be a cursor, rather than a revision."""
    return text.startswith(_MARK)


def cursor_of(text: str, width: int) -> Cursor:
    """The cursor that a text names, where ids have ``width`` digits; raises ValueError for any other text."""
    body = text.removeprefix(_MARK).replace("-", "+").replace("_", "/")
    if len(body) > _LONGEST:
        raise ValueError("too long")
    data = binascii.a2b_base64(body + "=" * (-len(body) % 4))
    data, check = data[:-_NUMBER], data[-_NUMBER:]
    told, ids, size = int.from_bytes(data[:_NUMBER], "big"), data[_NUMBER:], width // 2
    whole = binascii.crc32(data).to_bytes(_NUMBER, "big") == check and len(data) >= _NUMBER
    if not whole or len(ids) % size or (told and not ids):
        raise ValueError("not whole")
    found = [ids[place : place + size].hex() for place in range(0, len(ids), size)]
    return Cursor(tuple(found[1:]), found[0], told) if told else Cursor(tuple(found))


class LedgerEvent(NamedTuple):
    """One change of one task, or of the claim on it; ``at`` in seconds since 1970, as its commit has it.

    source, target: states, or of a claim its holders; empty if there is none
    branch: the one by which the commit came; of a claim, where the work is
    cursor: what has been delivered once this event has
    entry: what `tk log` shows of it; None of a claim
    """

    commit: str
    task: str
    field: str
    event: str
    branch: str
    at: int
    actor: str
    source: str
    target: str
    cursor: Cursor
    reason: str = ""
    entry: HistoryEntry | None = None

    @property
    def id(self) -> str:
        """The same whenever, and however often, the event is delivered."""
        return f"{self.commit}:{self.task}:{self.field}"

    @property
    def is_of_claim(self) -> bool:
        """Whether it is about the claim on a task, rather than about the task."""
        return self.field in (CLAIM, CLAIM_END)


def event_of(entry: HistoryEntry, branch: str, cursor: Cursor) -> LedgerEvent:
    """What one commit did to one task, as an event."""
    source, target = entry.source, entry.target
    field = STATE
    if source is target:
        field = USED if entry.event in CHARGES else FIELDS
    return LedgerEvent(
        entry.commit,
        entry.task,
        field,
        entry.event,
        branch,
        entry.at,
        entry.actor,
        source.value if source else "",
        target.value,
        cursor,
        entry.reason,
        entry,
    )


def claim_event(before: Claim | None, after: Claim) -> str:
    """What became of a claim, in one word; ``before`` is the claim that it replaces."""
    if after.released:
        return "release"
    if after.final:
        return "finish"
    if before is None or not is_held(before):
        return "claim"
    return "renew" if before.epoch == after.epoch else "take"
