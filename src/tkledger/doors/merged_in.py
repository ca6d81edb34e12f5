"""What a merge brings in that the newer of its policies does not allow; the merge itself is the gate's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.change import Change, Violation, governing
from tkledger.core.policy import Policy
from tkledger.core.rules import judge
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.ledger import changes
from tkledger.ledger.reader import Ledger

Rejudged = list[tuple[Policy, Oid]]
"""The tips whose history was judged again already, each with the policy it was judged by."""


def merged_in(
    ledger: Ledger, parents: Sequence[Oid], change: Change, rejudged: Rejudged
) -> Iterator[Violation]:
    """What a merge brings in that the newer of its policies does not allow.

    A branch that left before the policy was tightened is judged by the old one before it is
    merged, and by the new one when it is; each commit once on a walk, however many merges bring
    it in.
    """
    newest = change.policy
    if newest is None:
        return
    sides = dict(zip(parents, change.parents))
    copied = _is_copied(newest, change)
    settled = [oid for oid, side in sides.items() if side.policy == newest and not copied]
    settled += history.merge_bases(ledger.repo, parents) if copied else []
    for oid, side in sides.items():
        if side.policy is None or oid in settled:
            continue
        known = [*settled, *(tip for policy, tip in rejudged if policy == newest)]
        rejudged.append((newest, oid))
        excluded = [f"^{one}" for one in known]
        for older, again in changes.walk(ledger, oid, *excluded, policy=newest):
            where = f"(in {older.oid[:10]}, by policy version {newest.version})"
            for one in _tightened(again, newest) if again is not None else ():
                remedy = _REBASE.format(newest.version) if copied else one.remedy
                yield one._replace(message=f"{one.message} {where}", remedy=remedy)


_REBASE = "rebase onto the branch that brought policy version {} instead of copying the policy"


def _is_copied(newest: Policy, change: Change) -> bool:
    """Whether several sides of a merge have its policy, but none of the commits that they came from.

    Then all but one have copied it, and what came before the copy was not judged by it. Asked since
    edition 2 of the law.
    """
    owners = [side for side in change.parents if side.policy == newest]
    known = any(base.policy == newest for base in change.bases)
    return newest.law >= 2 and len(owners) > 1 and not known


def _tightened(change: Change, newest: Policy) -> Iterator[Violation]:
    """What a change breaks under a newer policy but not under the one that governed it."""
    governed = change._replace(policy=governing(change.parents, change.after))
    known = {(one.task, one.code) for one in judge(governed)}
    return (one for one in judge(change) if (one.task, one.code) not in known)
