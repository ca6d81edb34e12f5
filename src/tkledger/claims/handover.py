"""Judges claims that are pushed, on the server: each against the one it replaces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.claims.elsewhere import task_at
from tkledger.claims.standing import Standing, standing
from tkledger.core.change import Violation
from tkledger.core.claim import Claim, is_active, parsed
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.claims import Handover
from tkledger.core.policy import Policy
from tkledger.core.ref_names import CLAIMS
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple
from tkledger.git import history, refs
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid, oid_of
from tkledger.git.pusher import pusher
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo
from tkledger.local.first_seen import forget_others
from tkledger.local.store import TIDIED, Store


def illegal_handovers(
    repo: Repo, lines: Sequence[RefLine], policy: Policy | None
) -> Iterator[Violation]:
    """Violations by claims in a push that do not follow from the current ones.

    The server sees each claim before anyone can fetch it, so its lease runs out here first.
    """
    for ref, old, new in lines:
        if ref.startswith(CLAIMS):
            move = _handover(repo, ref, old, new)
            if move.new is not None and move.new.final:
                move = move._replace(states=_states(repo, lines, move.new))
            if move.old is not None and move.new is None:
                known, over = _known(repo, policy), _is_over(repo, lines, move.old)
                move = move._replace(known=known, over=over)
            yield from judge_door(move)


def tidy(repo: Repo, lines: Iterable[RefLine]) -> None:
    """Drop first-seen times of claims that no longer exist, after a push that moved some."""
    if any(line.ref.startswith(CLAIMS) for line in lines):
        forget_others(repo.common_dir, set(refs.listed(repo, CLAIMS).values()))
        # the hook script asks for it again when this is a day old
        Store(repo.common_dir).keep(TIDIED, data=b"")


def _at(repo: Repo, ref: str, oid: Oid | None) -> Standing | None:
    """The claim that an object makes; None without one."""
    task = ref[len(CLAIMS) :]
    return standing(repo, [task], moving={ref: oid}).get(task) if oid else None


def _handover(repo: Repo, ref: str, old: Oid | None, new: Oid | None) -> Handover:
    task, before, after = ref[len(CLAIMS) :], _at(repo, ref, old), _at(repo, ref, new)
    above = _above(repo, task, new, old) if new else _Above()
    was = before.claim if before else None
    return Handover(
        task,
        was,
        after.claim if after else None,
        descends=above.descends,
        lapsed=bool(before and before.left <= 0),
        stray=above.stray,
        links=above.links,
        freed=was is not None and _is_freed(was, above.claims),
    )


class _Above(NamedTuple):
    """The commits of a push above the claim that is there.

    descends: whether they have that in their history; claims: what they say
    stray: the first that is not a claim on the task; links: how many they are
    """

    descends: bool = False
    stray: Oid = ""
    links: int | None = None
    claims: tuple[Claim, ...] = ()


def _above(repo: Repo, task: str, new: Oid, old: Oid | None) -> _Above:
    """The commits from ``new`` down to ``old``, or to a stray one."""
    empty = oid_of("tree", b"", repo.width)
    waiting, seen = [new], {new}
    claims: list[Claim] = []
    while waiting:
        above: list[Oid] = []
        for oid, found in zip(waiting, repo.read_many(waiting)):
            made = None if oid == old else history.as_commit(found)
            claim = _claim(made, task, empty) if made is not None else None
            if made is not None and claim is not None:
                claims.append(claim)
                above += (one for one in made.parents if one not in seen)
                seen.update(made.parents)
            elif oid != old:
                return _Above(old in seen, oid, len(seen), tuple(claims))
        waiting = list(dict.fromkeys(above))
    return _Above(old in seen, "", len(seen - {old}), tuple(claims))


def _claim(made: Commit, task: str, empty: Oid) -> Claim | None:
    """The claim on a task that a commit is; None if it is not one."""
    claim = parsed(task, made.text)
    return claim if made.tree == empty and claim.nonce and claim.task == task else None


def _is_freed(was: Claim, claims: Iterable[Claim]) -> bool:
    """Whether one of these claims releases an earlier one, which may have been renewed since."""
    same = (was.holder, was.nonce, was.epoch)
    return any(one.released and (one.holder, one.nonce, one.epoch) == same for one in claims)


def _known(repo: Repo, policy: Policy | None) -> frozenset[str] | None:
    """The actors that who pushes speaks for, by all their names; None unless the policy asks for reviews
    and for pushers.
    """
    if policy is None or not policy.requires_review or not policy.asks_who_pushes:
        return None
    found = frozenset[str]().union(*map(policy.actors_of, pusher(repo).names))
    return found.union(one for one in policy.actors if policy.actor(one) in found) or None


def _is_over(repo: Repo, lines: Sequence[RefLine], claim: Claim) -> bool:
    """Whether the task is no longer in progress on the claim's branch, or has ended at its base."""
    worked = _after(repo, lines, claim.branch, claim.task)
    at_base = _after(repo, lines, claim.base, claim.task)
    return (worked is not None and not is_active(worked)) or (at_base is not None and at_base.ended)


def _states(repo: Repo, lines: Sequence[RefLine], claim: Claim) -> tuple[str, ...]:
    """The states of the task on the claim's branch and at its base, where there is one."""
    places = (_after(repo, lines, ref, claim.task) for ref in (claim.branch, claim.base))
    return tuple(task.state.value for task in places if task is not None)


def _after(repo: Repo, lines: Sequence[RefLine], branch: str, task: str) -> Task | None:
    """The task on a branch as the push leaves it."""
    tip = next((line.new for line in lines if line.ref == branch), branch)
    return task_at(repo, tip, task) if tip else None
