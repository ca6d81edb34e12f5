"""Messages from one actor to another, and the replies to them; no clock, no refs.

An inbox is a set of events: messages, receipts, refusals. Their order decides nothing, so that two
copies that diverged become one by taking the events of both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping

from tkledger.core.field import line, list_of, matching, task_id, text, whole
from tkledger.core.typing import Any, NamedTuple

MAX_TEXT = 16 * 1024
"""The largest text of a message, in bytes of UTF-8."""

MAX_EVENT = 8 * MAX_TEXT
"""The largest event that is read, in bytes: JSON may take six for one letter."""

MAX_READ = 1_000
"""How many events of an inbox are read, the newest ones."""

TTL_SECONDS = 7 * 86_400
"""How long a message is valid unless its sender says otherwise."""

MAX_TTL_SECONDS = 365 * 86_400

SHORT_ID = 10
"""How many digits of a message's id are shown; any unambiguous beginning names it."""

REFUSALS = 3
"""How often a message is refused before it is a dead letter."""

_OID = matching("[0-9a-f]{40}([0-9a-f]{24})?", "an object id")


class Message(NamedTuple):
    """What was sent. ``ttl`` in seconds after ``at``, which is in seconds since 1970 by the sender's
    clock; ``task`` is what it is about, if anything, and ``key`` the one it was sent under.
    """

    id: str
    sender: str
    to: str
    text: str
    at: int
    ttl: int = TTL_SECONDS
    task: str | None = None
    key: str = ""

    @property
    def until(self) -> int:
        """When it expires."""
        return self.at + self.ttl


class Reply(NamedTuple):
    """A receipt (``taken``) or a refusal of messages, by their ids, with the reason if one was given,
    and the key it was given under.
    """

    of: tuple[str, ...]
    by: str
    taken: bool
    why: str = ""
    key: str = ""


class Letter(NamedTuple):
    """A message, whether it was taken, and the refusals of it."""

    message: Message
    taken: bool
    refusals: tuple[Reply, ...]

    @property
    def dead(self) -> bool:
        """Whether it was refused too often, and not taken since."""
        return not self.taken and len(self.refusals) >= REFUSALS

    def waits(self, now: int) -> bool:
        """Whether it is still to be answered at ``now``, in seconds since 1970."""
        return not self.taken and not self.dead and now < self.message.until


Event = Message | Reply


def is_asked_for(earlier: Event, again: Event) -> bool:
    """Whether an event is what its actor now asks for again, wherever and whenever it was written.

    Of the messages that are to be answered, some may have been answered before.
    """
    if isinstance(earlier, Message) and isinstance(again, Message):
        return earlier._replace(id="", at=0) == again._replace(id="", at=0)
    if isinstance(earlier, Reply) and isinstance(again, Reply):
        return {*earlier.of} <= {*again.of} and earlier._replace(of=()) == again._replace(of=())
    return False


def letters(events: Iterable[Event]) -> list[Letter]:
    """The messages among ``events`` with the replies to them, oldest first."""
    messages: list[Message] = []
    taken: set[str] = set()
    refusals: dict[str, list[Reply]] = {}
    for event in events:
        if isinstance(event, Message):
            messages.append(event)
        elif event.taken:
            taken.update(event.of)
        else:
            for one in event.of:
                refusals.setdefault(one, []).append(event)
    found = [Letter(one, one.id in taken, tuple(refusals.get(one.id, ()))) for one in messages]
    return sorted(found, key=lambda one: (one.message.at, one.message.id))


def written(event: Event) -> str:
    """An event as the message of its commit; the commit has the id and the time."""
    if isinstance(event, Message):
        kind, words = "message", f"to {event.to}"
        values = event._asdict()
        values = {"from": values.pop("sender"), **values, "id": "", "at": ""}
    else:
        kind = "taken" if event.taken else "refused"
        words = " ".join(one[:10] for one in event.of)
        values = {**event._asdict(), "taken": ""}
    body = {name: value for name, value in values.items() if value not in ("", None)}
    return f"tk: {kind} {words}\n\n{json.dumps({'tk': kind, **body}, ensure_ascii=False)}\n"


def read(oid: str, at: int, written: str) -> Event | None:
    """The event in a commit's message; None if it holds none."""
    try:
        found = json.loads(written.partition("\n\n")[2])
        return _READERS[found["tk"]](oid, at, found)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _message(oid: str, at: int, found: Mapping[str, Any]) -> Message:
    about = found.get("task")
    return Message(
        oid,
        line(found["from"]),
        line(found["to"]),
        bounded(found["text"]),
        at,
        whole(1, MAX_TTL_SECONDS)(found["ttl"]),
        task_id(about) if about is not None else None,
        _key(found),
    )


def _reply(oid: str, at: int, found: Mapping[str, Any]) -> Reply:
    of = list_of(_OID)(found["of"])
    why = bounded(found["why"]) if "why" in found else ""
    return Reply(of, line(found["by"]), found["tk"] == "taken", why, _key(found))


def _key(found: Mapping[str, Any]) -> str:
    return line(found["key"]) if "key" in found else ""


_READERS: dict[str, Callable[[str, int, Mapping[str, Any]], Event]] = {
    "message": _message,
    "taken": _reply,
    "refused": _reply,
}


def bounded(raw: Any) -> str:
    """The text of a message; raises ValueError if it is not text, or too long."""
    value = text(raw)
    size = len(value.encode())
    if size > MAX_TEXT:
        raise ValueError(f"takes {size} bytes, of {MAX_TEXT} at most")
    return value


_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def seconds(raw: str) -> int:
    """A duration such as ``90``, ``30m`` or ``7d`` in seconds; raises ValueError."""
    found = re.fullmatch(r"([0-9]{1,9})([smhd]?)", raw)
    value = int(found[1]) * _UNITS[found[2] or "s"] if found else 0
    if not 0 < value <= MAX_TTL_SECONDS:
        raise ValueError(f"{raw!r} is not a duration such as 90, 30m, 12h or 7d, at most a year")
    return value
