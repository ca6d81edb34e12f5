"""What actors are as agents, and the events by which that changes, as one actor writes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from tkledger.api.session import Session
from tkledger.claims import agent_log
from tkledger.core.agent import (
    ASLEEP,
    AWAKE,
    EVERYBODY,
    REGISTERED,
    Agent,
    AgentEvent,
    Known,
    may_write,
    written,
)
from tkledger.core.change import Refused
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.agents import EventAdded
from tkledger.core.ref_names import agent_ref
from tkledger.ledger.proposal import Recorded


def known(session: Session, names: Iterable[str] = ()) -> list[Known]:
    """All agents that are known here, or those that are named, by name."""
    wanted = {*names}
    found = [one for one in agent_log.every(session.repo) if not wanted or one.name in wanted]
    claims = session.standing() if found else {}
    rows = []
    for one in found:
        held = {task: it for task, it in claims.items() if it.claim.holder == one.name}
        holds = sorted(task for task, it in held.items() if it.at_work)
        seen = max([one.seen, *(it.since for it in held.values())])
        if one.name != EVERYBODY or one.sleep(int(time.time())):
            rows.append(Known(one, tuple(holds), seen))
    return rows


def register(
    session: Session, name: str, can: tuple[str, ...], capacity: int | None, kind: str
) -> bool:
    """Say what an agent is, in place of what was said before; whether that changed anything."""
    wanted = AgentEvent(REGISTERED, name, "", can=can, capacity=capacity, type=kind)

    def is_so(old: Agent) -> bool:
        one = old.registered
        return one is not None and (one.can, one.capacity, one.type) == (can, capacity, kind)

    return _said(session, wanted, is_so)


def sleep(session: Session, name: str, until: int | None, why: str) -> bool:
    """Put an agent to sleep, or say anew until when, or why; whether that changed anything."""

    def is_so(old: Agent) -> bool:
        one = old.sleep(int(time.time()))
        return one is not None and (one.until, one.why) == (until, why)

    return _said(session, AgentEvent(ASLEEP, name, "", until=until, why=why), is_so)


def wake(session: Session, name: str, why: str = "", task: str | None = None) -> bool:
    """Wake an agent; whether that changed anything."""
    wanted = AgentEvent(AWAKE, name, "", why=why, task=task)
    return _said(session, wanted, lambda old: old.sleep(int(time.time())) is None)


def _said(session: Session, event: AgentEvent, is_so: Callable[[Agent], bool]) -> bool:
    """Write an event unless it holds already. Raises Refused if this actor may not write for that agent."""
    ledger = session.ledger.head()
    event = event._replace(by=session.actor(ledger))
    size = len(written(event).encode())
    fact = EventAdded(agent_ref(event.agent), event, size, ledger.policy, made=False)
    if found := tuple(judge_door(fact)):
        raise Refused(*found)
    told = agent_log.append(session.repo, event.agent, lambda old: None if is_so(old) else event)
    return told is not None


def wake_assigned(session: Session, recorded: Recorded) -> None:
    """Wake the agents that a commit of another actor assigns tasks to, if that may wake them."""
    policy = recorded.after.policy
    if policy is None:
        return
    now = int(time.time())
    for key in recorded.touched:
        after, before = recorded.after.task(key), recorded.before.task(key)
        if after is None or not after.owner or (before is not None and before.owner == after.owner):
            continue
        name, actor = policy.actor(after.owner), session.actor(recorded.after)
        if name == actor or agent_log.agent(session.repo, name).sleep(now) is None:
            continue
        if may_write(policy, actor, name):
            wake(session, name, task=after.id)
            session.progress.say(f"{name} is awake again, for {after.id}")
        else:
            session.progress.say(f"{name} is asleep, and {actor} may not wake it")
