"""What a push adds to what agents say of themselves, and who may say it."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.agent import DISPATCHER, MAX_EVENT, AgentEvent, may_write
from tkledger.core.door_rules import door_rule
from tkledger.core.door_rules.records import put_aside
from tkledger.core.policy import Policy
from tkledger.core.quoting import any_of, quoted
from tkledger.core.ref_names import agent_ref
from tkledger.core.roles import holders
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import NamedTuple


class EventAdded(NamedTuple):
    """One event at the end of an agent's chain.

    ref: the chain; event: what it says, None if that cannot be read; size: of its commit, in bytes
    policy: the one that decides; known: the actors that who pushes speaks for, None if that is not asked
    made: whether its commit exists already
    """

    ref: str
    event: AgentEvent | None
    size: int
    policy: Policy | None
    known: frozenset[str] | None = None
    made: bool = True


@door_rule("TK720", EventAdded)
def agent_spoken_for(said: EventAdded) -> Iterator[Finding]:
    """An actor writes of another agent without the role `dispatcher`, or what is written is not an event.

    Each ref `refs/tk/agents/NAME` has events of that agent only, of at most 16 KiB each: what it can do, that it
    sleeps, that it is awake. The agent writes them itself, or an actor with the role `dispatcher`; if the policy
    gives that role to no actor, everyone may. With `proof: pusher` a server requires that they are by the one who
    pushes.

    Why: who may put others to sleep can stop all work, and who raises the capacity of another fills it with tasks.

    Remedy: let the agent itself do it, or one who has the role. What was written already is put
    aside by the commands that the message names; `tk sync` then brings what the server has.
    """
    event, again = said.event, put_aside(said.ref)
    if said.size > MAX_EVENT:
        fact = f"has {said.size} bytes, of {MAX_EVENT} at most"
        yield Finding(said.ref, fact, again)
    elif event is None:
        yield Finding(said.ref, "is not an event of an agent", again)
    elif agent_ref(event.agent) != said.ref:
        fact = f"is of {quoted(event.agent)}, in the place of another"
        yield Finding(said.ref, fact, again)
    elif not may_write(said.policy, event.by, event.agent):
        assert said.policy is not None  # else it may
        ask = any_of(holders(said.policy, DISPATCHER))
        fact = f"{event.by} may not say of {event.agent} that it is {event.kind}"
        ways = f"ask {quoted(event.agent)} itself, or {ask}"
        yield Finding(said.ref, fact, again if said.made else ways)
    elif said.known is not None and said.policy is not None:
        by = said.policy.actor(event.by)
        if by not in said.known:
            fact = f"is by {by}, who is not the one who pushes"
            yield Finding(said.ref, fact, again)
