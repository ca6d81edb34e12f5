"""Messages from one actor to another, and the replies to them; no clock, no refs.

An inbox is a set of events: messages, receipts, refusals. Two copies that diverged become one by taking
the events of both. Their order decides which message comes first, and who took one that several took.
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

NOTICE = "notice"
"""The type of what tk says by itself. The same notice by several independent clones is one."""

_OID = matching("[0-9a-f]{40}([0-9a-f]{24})?", "an object id")

_WORD = matching("[a-z][a-z0-9_-]{0,39}", "a word of small letters, digits, - and _, of 40 at most")


class Message(NamedTuple):
    """What was sent.

    at: when, in seconds since 1970 by the sender's clock
    ttl: for how many seconds after that it is valid; 0 without an end
    task: what it is about, if anything; key: the one it was sent under
    type: what kind of message it is; action: what it asks for; payload: what a program needs for that, as JSON
    answers: the id of the message that this one answers
    """

    id: str
    sender: str
    to: str
    text: str
    at: int
    ttl: int = TTL_SECONDS
    task: str | None = None
    key: str = ""
    type: str = ""
    action: str = ""
    payload: str = ""
    answers: str = ""

    @property
    def until(self) -> int | None:
        """When it expires; None if never."""
        return self.at + self.ttl if self.ttl else None

    def is_over(self, now: int) -> bool:
        """Whether it has expired at ``now``, in seconds since 1970."""
        return self.until is not None and now >= self.until


class Reply(NamedTuple):
    """A receipt (``taken``) or a refusal of messages, by their ids, with the reason if one was given,
    and the key it was given under.
    """

    of: tuple[str, ...]
    by: str
    taken: bool
    why: str = ""
    key: str = ""
    id: str = ""


class Letter(NamedTuple):
    """A message, the receipt of who took it first, and the refusals of it."""

    message: Message
    receipt: Reply | None
    refusals: tuple[Reply, ...]

    @property
    def taken(self) -> bool:
        """Whether it was taken."""
        return self.receipt is not None

    @property
    def dead(self) -> bool:
        """Whether it was refused too often, and not taken since."""
        return not self.taken and len(self.refusals) >= REFUSALS

    def waits(self, now: int) -> bool:
        """Whether it is still to be answered at ``now``, in seconds since 1970."""
        return not self.taken and not self.dead and not self.message.is_over(now)


Event = Message | Reply


def is_asked_for(earlier: Event, again: Event) -> bool:
    """Whether an event is what its actor now asks for again, wherever and whenever it was written.

    Of the messages that are to be answered, some may have been answered before.
    """
    if isinstance(earlier, Message) and isinstance(again, Message):
        return earlier._replace(id="", at=0) == again._replace(id="", at=0)
    if isinstance(earlier, Reply) and isinstance(again, Reply):
        same = earlier._replace(id="", of=()) == again._replace(id="", of=())
        return {*earlier.of} <= {*again.of} and same
    return False


def letters(events: Iterable[Event]) -> list[Letter]:
    """The messages among ``events``, in their order, with the replies to them; of several receipts the first."""
    known: dict[Message, str] = {}
    messages: dict[str, Message] = {}
    names: dict[str, str] = {}
    receipts: dict[str, Reply] = {}
    refusals: dict[str, list[Reply]] = {}
    replies: list[Reply] = []
    for event in events:
        if isinstance(event, Reply):
            replies.append(event)
            continue
        first = known.setdefault(_said(event), event.id) if event.key else event.id
        names[event.id] = first
        messages.setdefault(first, event)
    for reply in replies:
        for one in {names.get(one, one): None for one in reply.of}:
            if reply.taken:
                receipts.setdefault(one, reply)
            else:
                refusals.setdefault(one, []).append(reply)
    return [
        Letter(one, receipts.get(oid), tuple(refusals.get(oid, ())))
        for oid, one in messages.items()
    ]


def _said(message: Message) -> Message:
    """What a message under a key says, wherever and whenever it was written; a notice by anyone."""
    sender = "" if message.type == NOTICE else message.sender
    return message._replace(id="", at=0, sender=sender)


def died(letter: Letter, reply: Reply) -> Message | None:
    """The notice to its sender if a reply makes a message a dead one; None if it does not, or it is a notice."""
    message = letter.message
    after = letter._replace(refusals=(*letter.refusals, reply))
    if letter.dead or not after.dead or message.type == NOTICE:
        return None
    text = f"your message {message.id[:SHORT_ID]} to {message.to} was refused {REFUSALS} times"
    told = Message("", reply.by, message.sender, text, 0, task=message.task)
    return told._replace(key=f"dead {message.id}", type=NOTICE, action="dead", answers=message.id)


def written(event: Event) -> str:
    """An event as the message of its commit; the commit has the id and the time."""
    if isinstance(event, Message):
        kind, words = "message", f"to {event.to}"
        values = event._asdict()
        values = {"from": values.pop("sender"), **values, "id": "", "at": ""}
        if event.payload:
            values["payload"] = json.loads(event.payload)
    else:
        kind = "taken" if event.taken else "refused"
        words = " ".join(one[:10] for one in event.of)
        values = {**event._asdict(), "taken": "", "id": ""}
    body = {name: value for name, value in values.items() if value is not None and value != ""}
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
        whole(0, MAX_TTL_SECONDS)(found["ttl"]),
        task_id(about) if about is not None else None,
        _key(found),
        word(found["type"]) if "type" in found else "",
        word(found["action"]) if "action" in found else "",
        payload(found["payload"]) if "payload" in found else "",
        _OID(found["answers"]) if "answers" in found else "",
    )


def _reply(oid: str, at: int, found: Mapping[str, Any]) -> Reply:
    of = list_of(_OID)(found["of"])
    why = bounded(found["why"]) if "why" in found else ""
    return Reply(of, line(found["by"]), found["tk"] == "taken", why, _key(found), oid)


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


def word(raw: Any) -> str:
    """A type or an action; raises ValueError if it is not a word such as ``run-tests``."""
    return _WORD(raw)


MAX_DEPTH = 32
"""How deep a payload may be nested."""


def payload(raw: Any) -> str:
    """A value as the JSON of a payload, nothing for an empty one; raises ValueError if it is too long, or
    nested too deep.
    """
    _require_depth(raw, MAX_DEPTH)
    return (
        ""
        if raw in (None, "")
        else bounded(json.dumps(raw, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    )


def _require_depth(raw: Any, left: int) -> None:
    if isinstance(raw, (dict, list)):
        if not left:
            raise ValueError(f"is nested deeper than {MAX_DEPTH}")
        for one in raw.values() if isinstance(raw, dict) else raw:
            _require_depth(one, left - 1)


def payload_of(raw: str) -> str:
    """A payload as it was typed; raises ValueError if it is not JSON."""
    try:
        return payload(json.loads(raw))
    except RecursionError:
        raise ValueError(f"is nested deeper than {MAX_DEPTH}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error}") from None


_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def seconds(raw: str) -> int:
    """A duration such as ``90``, ``30m`` or ``7d`` in seconds, 0 for one without an end; raises ValueError."""
    if raw == "0":
        return 0
    found = re.fullmatch(r"([0-9]{1,9})([smhd]?)", raw)
    value = int(found[1]) * _UNITS[found[2] or "s"] if found else 0
    if not 0 < value <= MAX_TTL_SECONDS:
        raise ValueError(f"{raw!r} is not a duration such as 90, 30m, 12h or 7d, at most a year")
    return value
