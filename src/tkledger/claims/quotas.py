"""What an actor used on all branches that are known here, and whether its quotas let it continue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.change import Violation
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.branches import QuotaUsed
from tkledger.core.policy import Policy
from tkledger.core.quota import QuotaGauge, gauges, holding
from tkledger.core.ref_names import BRANCHES_AND_TAGS, HEADS
from tkledger.core.usage import Activity, Usage
from tkledger.git import refs
from tkledger.git.history import is_commit
from tkledger.git.objects import Oid
from tkledger.git.refs import COPIES, RefLine
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger


def on_branches(
    ledger: Ledger,
    policy: Policy,
    actor: str,
    at: int,
    lines: Sequence[RefLine] = (),
    *,
    later: bool = True,
) -> tuple[QuotaGauge, ...]:
    """The quotas of an actor, with what it used on all branches in the windows that end ``at``, in seconds
    since 1970, and if asked ``later``; ``lines`` are refs as a push is about to leave them.
    """
    if not holding(policy, actor):
        return ()
    accounts = ledger.tally.accounts(_tips(ledger.repo, lines))
    usage = Usage(accounts.get, lambda task: Activity(), at)
    return tuple(gauges(policy, actor, usage, at, later=later))


def beyond(
    ledger: Ledger, work: QuotaUsed, at: int, where: str = "", lines: Sequence[RefLine] = ()
) -> Iterator[Violation]:
    """The quotas that are used up on all branches, if an actor works on a task or takes one up: in the commit
    ``where``, or in one about to be made.
    """
    found = on_branches(ledger, work.policy, work.actor, at, lines, later=not work.step)
    if any(one.exceeded for one in found):
        judged = judge_door(work._replace(gauges=found))
        yield from (one._replace(commit=where) for one in judged)


def _tips(repo: Repo, lines: Sequence[RefLine]) -> frozenset[Oid]:
    """All branches, as they will be: of one that is here and at a remote, as it is here."""
    moved = {line.ref: line.new for line in lines if line.ref.startswith(BRANCHES_AND_TAGS)}
    here = {**refs.listed(repo, HEADS), **moved}
    names = {ref.removeprefix(HEADS) for ref in here}
    copies = [oid for ref, oid in refs.listed(repo, COPIES).items() if not _is_here(ref, names)]
    pushed = {oid for oid in moved.values() if oid is not None and not is_commit(repo, oid)}
    tips = {*here.values(), *copies, repo.head} - {None, *pushed}
    return frozenset(oid for oid in tips if oid is not None)


def _is_here(copy: str, names: set[str]) -> bool:
    """Whether a branch here has the name of one of a remote, whose name may have slashes, too."""
    parts = copy.removeprefix(COPIES).split("/")
    return any("/".join(parts[place:]) in names for place in range(1, len(parts)))
