"""Judges what a push adds to the chains of agents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from tkledger.core.agent import MAX_EVENT, read
from tkledger.core.change import Violation
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.agents import EventAdded
from tkledger.core.policy import Policy
from tkledger.core.trailers import lines as lines_of
from tkledger.git.commit import read_commit
from tkledger.git.history import is_commit
from tkledger.git.objects import Oid, oid_of
from tkledger.git.pusher import pusher
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo

_ENOUGH = 20
"""So many violations in one chain refuse a push."""


def pushed(repo: Repo, policy: Policy | None, lines: Sequence[RefLine]) -> Iterator[Violation]:
    """Judge each new event of these chains, by the server's ``policy``."""
    known = None
    if policy is not None and policy.proof == "pusher":
        who = pusher(repo)
        actors = frozenset[str]().union(*map(policy.actors_of, who.names))
        known = actors if who.vouched else None
    for ref, old, new in lines:
        if new is not None and is_commit(repo, new):
            without = [f"^{old}"] if old and is_commit(repo, old) else []
            oids = lines_of(repo.run("rev-list", new, *without).decode())
            facts = _facts(repo, ref, oids, policy, known)
            found = (one._replace(commit=oid) for oid, fact in facts for one in judge_door(fact))
            yield from islice(found, _ENOUGH)
        elif new is not None:
            yield from judge_door(EventAdded(ref, None, 0, policy))


def _facts(
    repo: Repo, ref: str, oids: Sequence[Oid], policy: Policy | None, known: frozenset[str] | None
) -> Iterator[tuple[Oid, EventAdded]]:
    """What each commit says. One that joins two copies says nothing, and has no files."""
    empty = oid_of("tree", b"", repo.width)
    for found in repo.read_many(oids, limit=MAX_EVENT):
        assert found is not None  # git just listed it
        made = read_commit(found[0], found[2])
        event = read(made.oid, made.at, made.text) if made.tree == empty else None
        size = len(found[2])
        if len(made.parents) < 2 or made.tree != empty or size > MAX_EVENT:
            yield made.oid, EventAdded(ref, event, size, policy, known)
