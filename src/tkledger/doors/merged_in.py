"""What a merge brings in that the newer of its policies does not allow; the merge itself is the gate's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice

from tkledger.core.change import Change, Violation
from tkledger.core.policy import Policy
from tkledger.core.rules import judge
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.ledger import changes
from tkledger.ledger.reader import Ledger

_MOST = 100
"""So many violations refuse a merge; many merges of one long branch would name millions."""

Found = dict[Oid, list[Violation]]
"""What each commit breaks under a newer policy but not under its own."""


class Rejudged:
    """What was judged again on a walk: it saves work, and no verdict depends on it."""

    def __init__(self) -> None:
        self._known: list[tuple[Policy, Found]] = []

    def by(self, policy: Policy) -> Found:
        """What was found by this policy so far; it is the caller's to add to."""
        for known, found in self._known:
            if known == policy:
                return found
        self._known.append((policy, {}))
        return self._known[-1][1]


def merged_in(
    ledger: Ledger, parents: Sequence[Oid], change: Change, rejudged: Rejudged
) -> Iterator[Violation]:
    """What a merge brings in that the newer of its policies does not allow.

    A branch that left before the policy was tightened is judged by the old one before it is
    merged, and by the new one when it is: by each merge that brings it to a side with the new one,
    whatever other merges did, so that every range that holds the merge comes to the same verdict.
    """
    newest = change.policy
    if newest is None:
        return
    if len(parents) > len(change.parents):
        parents = changes.independent(ledger, parents)
    sides = dict(zip(parents, change.parents))
    copied = _is_copied(newest, change)
    settled = [oid for oid, side in sides.items() if side.policy == newest and not copied]
    settled += history.merge_bases(ledger.repo, parents) if copied else []
    brought = [oid for oid, side in sides.items() if side.policy and oid not in settled]
    if brought:
        selected = (*brought, *(f"^{one}" for one in settled))
        yield from islice(_of_older(ledger, selected, newest, rejudged.by(newest), copied), _MOST)


def _of_older(
    ledger: Ledger, selected: Sequence[str], newest: Policy, found: Found, copied: bool
) -> Iterator[Violation]:
    """What the commits that ``selected`` names break under the newest policy, oldest first."""
    commits = history.parents(ledger.repo, "--topo-order", "--reverse", *selected)
    done = _judged_with_all_before(commits, found)
    if len(done) < len(commits):
        excluded = (f"^{oid}" for oid in done)
        for older, again in changes.walk(ledger, *selected, *excluded, policy=newest):
            found[older.oid] = [*_tightened(ledger, older, again)] if again is not None else []
    for oid in commits:
        where = f"(in {oid[:10]}, by policy version {newest.version})"
        for one in found[oid]:
            if copied:
                rebase = _REBASE.format(newest.version)
                one = one._replace(remedy=rebase, repair=rebase)
            yield one._replace(message=f"{one.message} {where}")


def _judged_with_all_before(
    commits: Mapping[Oid, Sequence[Oid]], found: Collection[Oid]
) -> Collection[Oid]:
    """Those of ``commits``, parents first, that were judged as all of them before them were."""
    done: dict[Oid, None] = {}
    for oid, parents in commits.items():
        if oid in found and all(one in done or one not in commits for one in parents):
            done[oid] = None
    return done


_REBASE = "rebase onto the branch that brought policy version {} instead of copying the policy"


def _is_copied(newest: Policy, change: Change) -> bool:
    """Whether several sides of a merge have its policy, but none of the commits that they came from.

    Then all but one have copied it, and what came before the copy was not judged by it. Asked since
    edition 2 of the law.
    """
    owners = [side for side in change.parents if side.policy == newest]
    known = any(base.policy == newest for base in change.bases)
    return newest.law >= 2 and len(owners) > 1 and not known


def _tightened(ledger: Ledger, older: Commit, again: Change) -> Iterator[Violation]:
    """What a commit breaks under a newer policy but not under the one that governed it."""
    known = {(one.task, one.code) for one in judge(changes.governed(ledger, older, again))}
    return (one for one in judge(again) if (one.task, one.code) not in known)
