"""Agent: what an actor says it can do, how much it takes, and whether it is idle; no clock, no refs.

It is what a chain of events comes to, the oldest first. Two copies that diverged become one by taking the
events of both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from tkledger.core.field import line, matching, task_id, whole
from tkledger.core.policy import Policy
from tkledger.core.time import iso, seconds_of
from tkledger.core.typing import Any, NamedTuple

EVERYBODY = "*"
"""The name of all actors together, which can be idle as one is."""

DISPATCHER = "dispatcher"
"""The role that may write of other agents; anyone may if no actor has it."""

NEEDS = "needs:"
"""The prefix of the labels that name what a task asks of the one who takes it."""

MAX_EVENT = 16 * 1024
"""The largest event, in bytes of its commit."""

MAX_READ = 1_000
"""How many events of an agent are read, the newest ones."""

KEPT = MAX_READ // 2
"""After so many events an agent is registered anew, as it is, so that what is read always says so."""

MAX_WORDS = 50
"""How many things one agent can do, at most."""

MAX_CAPACITY = 1_000
MAX_WHY = 500

REGISTERED, ASLEEP, AWAKE = "registered", "asleep", "awake"

_WORD = matching("[a-z0-9][a-z0-9._+-]{0,39}", "a word of small letters, digits and . _ + -")


class AgentEvent(NamedTuple):
    """What was said of an agent.

    kind: `REGISTERED`, `ASLEEP` or `AWAKE`; by: who said it; at: when, in seconds since 1970 by their clock
    can: what it is able to do, in words; capacity: how many tasks it takes at once, None for any number
    type: what kind of actor it is, a word such as ``person``
    until: when it wakes by itself, in seconds since 1970; why: the reason, if one was given
    task: what it was woken for
    """

    kind: str
    agent: str
    by: str
    at: int = 0
    can: tuple[str, ...] = ()
    capacity: int | None = None
    type: str = ""
    until: int | None = None
    why: str = ""
    task: str | None = None
    id: str = ""


class Agent(NamedTuple):
    """An actor as its events say: the newest that registers it, and the newest that puts it to sleep or wakes it.

    seen: when it last wrote of itself, in seconds since 1970 by its own clock; 0 if never
    """

    name: str
    registered: AgentEvent | None = None
    state: AgentEvent | None = None
    seen: int = 0

    @property
    def can(self) -> tuple[str, ...] | None:
        """What it is able to do; None if it does not say so."""
        return self.registered.can if self.registered else None

    @property
    def capacity(self) -> int | None:
        """How many tasks it takes at once; None for any number."""
        return self.registered.capacity if self.registered else None

    def sleep(self, now: int) -> AgentEvent | None:
        """What put it to sleep, if it is idle at ``now``, in seconds since 1970."""
        one = self.state
        if one is None or one.kind != ASLEEP or (one.until is not None and now >= one.until):
            return None
        return one


class Known(NamedTuple):
    """An agent, the tasks it holds, and when it was last seen: by what it wrote of itself, or a claim."""

    agent: Agent
    holds: tuple[str, ...]
    seen: int


def as_of(name: str, events: Iterable[AgentEvent]) -> Agent:
    """The agent that events come to, the oldest first."""
    found = Agent(name)
    for one in events:
        if one.agent != name:
            continue
        registers = one.kind == REGISTERED
        found = found._replace(registered=one) if registers else found._replace(state=one)
        if one.by == name:
            found = found._replace(seen=max(found.seen, one.at))
    return found


def may_write(policy: Policy | None, actor: str, agent: str) -> bool:
    """Whether an actor may write of an agent: of itself, and with the role `DISPATCHER` of any."""
    if policy is None or policy.actor(actor) == policy.actor(agent):
        return True
    return not policy.roles.get(DISPATCHER) or policy.has_role(actor, DISPATCHER)


def lacks(can: Sequence[str] | None, labels: Iterable[str]) -> list[str]:
    """What a task with these labels needs and one who can do so much cannot; who is not registered can all."""
    if can is None:
        return []
    needs = (one.removeprefix(NEEDS) for one in labels if one.startswith(NEEDS))
    return [one for one in needs if one not in can]


def sleep_words(event: AgentEvent) -> str:
    """Until when, and why, an agent sleeps, as words that follow ``is asleep``."""
    until = f" until {iso(event.until)}" if event.until is not None else ""
    return until + (f" ({event.why})" if event.why else "")


def written(event: AgentEvent) -> str:
    """An event as the message of its commit; the commit has the id and the time."""
    values = {**event._asdict(), "at": 0, "id": ""}
    del values["kind"]
    if event.until is not None:
        values["wake_at"] = iso(event.until)
    values["until"] = None
    body = {name: value for name, value in values.items() if value not in (None, "", 0, ())}
    text = json.dumps({"tk": event.kind, **body}, ensure_ascii=False)
    return f"tk: agent {event.kind}\n\n{text}\n"


def read(oid: str, at: int, written: str) -> AgentEvent | None:
    """The event in a commit's message; None if it holds none."""
    try:
        found = json.loads(written.partition("\n\n")[2])
        kind, agent, by = found["tk"], name(found["agent"]), line(found["by"])
        return _READERS[kind](AgentEvent(kind, agent, by, at, id=oid), found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _registered(event: AgentEvent, found: Mapping[str, Any]) -> AgentEvent:
    capacity = found.get("capacity")
    return event._replace(
        can=words(found.get("can", [])),
        capacity=None if capacity is None else whole(1, MAX_CAPACITY)(capacity),
        type=_WORD(found["type"]) if "type" in found else "",
    )


def _asleep(event: AgentEvent, found: Mapping[str, Any]) -> AgentEvent:
    until = seconds_of(found["wake_at"]) if "wake_at" in found else None
    return event._replace(until=until, why=reason(found["why"]) if "why" in found else "")


def _awake(event: AgentEvent, found: Mapping[str, Any]) -> AgentEvent:
    why = reason(found["why"]) if "why" in found else ""
    return event._replace(why=why, task=task_id(found["task"]) if "task" in found else None)


_READERS: dict[str, Callable[[AgentEvent, Mapping[str, Any]], AgentEvent]] = {
    REGISTERED: _registered,
    ASLEEP: _asleep,
    AWAKE: _awake,
}


def name(raw: Any) -> str:
    """The name of an agent; raises ValueError if it is not a line of 200 letters at most."""
    value = line(raw)
    if len(value) > 200:
        raise ValueError("is longer than 200 letters")
    return value


def words(raw: Any) -> tuple[str, ...]:
    """What an agent is able to do, each once, in order; raises ValueError if that is not words."""
    if not isinstance(raw, (list, tuple)):
        raise ValueError("must be a list of words")
    found = tuple(sorted({word(one) for one in raw}))
    if len(found) > MAX_WORDS:
        raise ValueError(f"are {len(found)} words, of {MAX_WORDS} at most")
    return found


def word(raw: Any) -> str:
    """One thing that an agent is able to do; raises ValueError if it is not a word such as ``python``."""
    return _WORD(raw)


def reason(raw: Any) -> str:
    """Why an agent sleeps or wakes; raises ValueError if it is not one line of 500 letters at most."""
    value = line(raw)
    if len(value) > MAX_WHY:
        raise ValueError(f"is longer than {MAX_WHY} letters")
    return value
