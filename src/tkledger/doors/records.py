"""Judges what a push adds to the chains of agents and of reservations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from tkledger.core import agent
from tkledger.core.change import Violation
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.agents import EventAdded
from tkledger.core.policy import Policy
from tkledger.core.ref_names import AGENTS, RESERVATIONS
from tkledger.core.trailers import lines as lines_of
from tkledger.core.typing import TYPE_CHECKING, NamedTuple, TypeVar
from tkledger.git.commit import read_commit
from tkledger.git.history import is_commit
from tkledger.git.objects import Oid, oid_of
from tkledger.git.pusher import pusher
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo

if TYPE_CHECKING:
    from tkledger.core.door_rules.reservations import PathsReserved

_ENOUGH = 20
"""So many violations in one chain refuse a push."""

E = TypeVar("E")


class _New(NamedTuple):
    """A new commit of a chain: what it says, None if that cannot be read; and its size in bytes."""

    oid: Oid
    event: object
    size: int


def pushed(repo: Repo, policy: Policy | None, lines: Sequence[RefLine]) -> Iterator[Violation]:
    """Judge each new event of these chains, by the server's ``policy``; ``lines`` are all of the push."""
    known = None
    if policy is not None and policy.proof == "pusher":
        who = pusher(repo)
        actors = frozenset[str]().union(*map(policy.actors_of, who.names))
        known = actors if who.vouched else None
    for line in lines:
        if line.new is None:
            continue
        made: Iterator[tuple[Oid, EventAdded | PathsReserved]]
        if line.ref.startswith(AGENTS):
            made = _events(repo, line, policy, known)
        elif line.ref.startswith(RESERVATIONS):
            made = _reservations(repo, line, policy, known, lines)
        else:
            continue
        found = (one._replace(commit=oid) for oid, fact in made for one in judge_door(fact))
        yield from islice(found, _ENOUGH)


def _events(
    repo: Repo, line: RefLine, policy: Policy | None, known: frozenset[str] | None
) -> Iterator[tuple[Oid, EventAdded]]:
    for oid, event, size in _new(repo, line, agent.read, agent.MAX_EVENT):
        assert event is None or isinstance(event, agent.AgentEvent)
        yield oid, EventAdded(line.ref, event, size, policy, known)


def _reservations(
    repo: Repo,
    line: RefLine,
    policy: Policy | None,
    known: frozenset[str] | None,
    lines: Sequence[RefLine],
) -> Iterator[tuple[Oid, PathsReserved]]:
    from tkledger.claims import fence, reservations, standing
    from tkledger.core import reservation
    from tkledger.core.door_rules.reservations import PathsReserved

    task = line.ref.removeprefix(RESERVATIONS)
    held = standing.standing(repo, [task], None, fence.moving(lines, policy))
    holder = reservations.at_work(held).get(task, "")
    meets: tuple[reservation.Overlap, ...] = ()
    if holder and policy is not None and policy.reservations == "refuse":
        holders = reservations.at_work(standing.every(repo))
        found = reservations.reserved(repo, {*holders, task}, lines)
        meets = reservations.overlaps(task, found, holders)
    tip = reservations.newest(repo, line.new) if line.new and is_commit(repo, line.new) else None
    for oid, event, size in _new(repo, line, reservation.read, reservation.MAX_EVENT):
        assert event is None or isinstance(event, reservation.Reservation)
        is_newest = event is not None and event == tip
        fact = PathsReserved(line.ref, event, size, policy, holder, meets, is_newest)
        yield oid, fact._replace(known=known)


def _new(
    repo: Repo, line: RefLine, read: Callable[[Oid, int, str], E | None], most: int
) -> Iterator[_New]:
    """What a push adds to a chain. One that joins two copies says nothing, and has no files."""
    _, old, new = line
    assert new is not None
    if not is_commit(repo, new):
        yield _New(new, None, 0)
        return
    without = [f"^{old}"] if old and is_commit(repo, old) else []
    empty = oid_of("tree", b"", repo.width)
    for found in repo.read_many(lines_of(repo.run("rev-list", new, *without).decode()), limit=most):
        assert found is not None  # git just listed it
        made, size = read_commit(found[0], found[2]), len(found[2])
        event = read(made.oid, made.at, made.text) if made.tree == empty else None
        if len(made.parents) < 2 or made.tree != empty or size > most:
            yield _New(made.oid, event, size)
