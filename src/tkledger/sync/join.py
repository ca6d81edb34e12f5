"""Makes the commit that merges a branch with its remote counterpart, judged but moving no ref."""

from __future__ import annotations

from collections.abc import Collection

from tkledger.core.change import Refused
from tkledger.core.layout import POLICY_PATH
from tkledger.core.quoting import quoted
from tkledger.doors import gate
from tkledger.errors import TkError, unusable
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.merging import join as merges


def join(ledger: Ledger, theirs: Oid, ours: Oid, names: tuple[str, str], actor: str) -> Oid:
    """A commit that merges ``ours`` into ``theirs``, judged and stored; ``names`` are
    the short names of the branches, ours first.

    ``theirs`` is its first parent, so that the first parents of the shared branch are its own commits,
    whichever side merged. Raises Refused if the merge breaks a rule, TkError if there are conflicts or if the
    two have no common ancestor.
    """
    here, there = names
    if not history.merge_bases(ledger.repo, [theirs, ours]):
        raise _unrelated(ledger.repo, names)
    words = f"sync {here} with {there}"

    by_hand = f"git merge {quoted(there)}, then tk resolve, git commit and tk sync"

    def of_policy() -> str:
        """How this side's policy comes to be the newer one, and to hold the changes of both."""
        from tkledger.merging.policies import to_repeat  # few merges bring policies together

        line = to_repeat(ledger, (theirs, ours), ours)
        return f"{line} (as {quoted(there)} has it), then tk sync" if line else by_hand

    def remedy(paths: Collection[str]) -> str:
        return of_policy() if POLICY_PATH in paths else by_hand

    try:
        return merges.join(ledger, (theirs, ours), names, words, actor, gate.joined, remedy)
    except Refused as refused:
        from tkledger.core.rules.keepers import loosened_alone

        raise Refused(
            *(
                one._replace(remedy=of_policy()) if one.code == loosened_alone.code else one
                for one in refused.violations
            )
        ) from None


def _unrelated(repo: Repo, names: tuple[str, str]) -> TkError:
    here, there = names
    if repo.is_shallow:
        return unusable(
            "shallow",
            f"this clone is shallow: it has no common ancestor of {here} and {there}",
            "git fetch --unshallow, then tk sync",
        )
    return unusable(
        "unrelated",
        f"{here} and {there} have no common ancestor",
        f"git rebase --onto {quoted(there)} --root, or sync with another remote",
    )
