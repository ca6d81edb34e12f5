"""Where who pushes may push to: asked of each branch that a push moves, if the policy limits anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.core.change import Violation
from tkledger.core.door_rules import judge_door
from tkledger.core.policy import Policy
from tkledger.core.ref_names import HEADS
from tkledger.git.history import as_commit
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo


def _limits(policy: Policy | None) -> bool:
    return policy is not None and any(one.branches for one in policy.may.values())


def pushing(repo: Repo, policy: Policy | None, refs: Iterable[str]) -> Iterator[Violation]:
    """What of these refs of a remote who acts here may not push to."""
    if policy is None or not _limits(policy):
        return
    from tkledger.git.identity import acting

    yield from _judged(policy, [policy.actor(acting(repo).actor)], refs)


def pushed(repo: Repo, policy: Policy | None, lines: Sequence[RefLine]) -> Iterator[Violation]:
    """The same of a push, on a server with this policy: of who pushes, or else of who made the commits."""
    if policy is None or not _limits(policy):
        return
    from tkledger.git.pusher import pusher

    known = frozenset[str]().union(*map(policy.actors_of, pusher(repo).names))
    for line in lines:
        actors = known
        made = as_commit(repo.read(line.new)) if line.new and not known else None
        if made is not None:
            actors = frozenset({policy.actor(made.author.actor)})
        yield from _judged(policy, sorted(actors), [line.ref])


def _judged(policy: Policy, actors: Sequence[str], refs: Iterable[str]) -> Iterator[Violation]:
    from tkledger.core.door_rules.reach import moved  # few policies limit anybody

    for ref in refs:
        move = moved(policy, actors, ref[len(HEADS) :]) if ref.startswith(HEADS) else None
        if move is not None:
            yield from judge_door(move)
