"""The chains of agents, one for each, which only ever grow: read and written; who may is for others to ask."""

from __future__ import annotations

from collections.abc import Callable

from tkledger.core.agent import (
    KEPT,
    MAX_EVENT,
    MAX_READ,
    REGISTERED,
    Agent,
    AgentEvent,
    as_of,
    read,
    written,
)
from tkledger.core.ref_names import AGENTS, agent_ref
from tkledger.errors import Exit, TkError
from tkledger.git import refs
from tkledger.git.chains import extended, told
from tkledger.git.errors import RefMoved
from tkledger.git.history import is_commit
from tkledger.git.objects import Oid
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.local.lock import TRIES, racing


def events(repo: Repo, tip: Oid) -> list[AgentEvent]:
    """What a chain tells, in its order."""
    return told(repo, tip, read, most=MAX_READ, size=MAX_EVENT)


def agent(repo: Repo, name: str) -> Agent:
    """What an agent is, by the newest events of it that are here."""
    found = repo.read(agent_ref(name), limit=MAX_EVENT)  # costs no process if there is none
    return at(repo, name, found[0] if found else None)


def at(repo: Repo, name: str, tip: Oid | None) -> Agent:
    """What an agent is by a chain that ends there; nothing is known of one that ends nowhere."""
    return as_of(name, events(repo, tip)) if tip and is_commit(repo, tip) else Agent(name)


def every(repo: Repo) -> list[Agent]:
    """All agents that are known here, by name; what is not one is left out."""
    found = []
    for tip in refs.listed(repo, AGENTS.rstrip("/")).values():
        chain = events(repo, tip)
        if chain:
            found.append(as_of(chain[-1].agent, chain))
    return sorted(found, key=lambda one: one.name)


def append(repo: Repo, name: str, event: Callable[[Agent], AgentEvent | None]) -> AgentEvent | None:
    """Put the event that a look at the agent calls for after all that is there; None if it calls for none.

    Raises TkError (BUSY) if others did so too often meanwhile.
    """
    ref = agent_ref(name)
    for _ in racing():
        tip = refs.listed(repo, ref).get(ref)
        known = events(repo, tip) if tip else []
        wanted = event(as_of(name, known))
        if wanted is None:
            return None
        new = tip
        if wanted.kind != REGISTERED and (old := _fading(known)) is not None:
            new = extended(repo, new, written(old))
        new = extended(repo, new, written(wanted))
        try:
            refs.swap(repo, [RefSwap(ref, new, tip)], f"tk: agent {wanted.kind}")
        except RefMoved:
            continue
        return wanted._replace(id=new)
    raise TkError(Exit.BUSY, "busy", f"{ref} moved {TRIES} times meanwhile", "run it again")


def _fading(known: list[AgentEvent]) -> AgentEvent | None:
    """What registers an agent, if it will soon not be among the events that are read."""
    registered = [place for place, one in enumerate(known) if one.kind == REGISTERED]
    if registered and registered[-1] < len(known) - KEPT:
        return known[registered[-1]]
    return None
