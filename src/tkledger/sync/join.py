"""Makes the commit that merges a branch with its remote counterpart, judged but moving no ref."""

from __future__ import annotations

from tkledger.core.change import Refused, quoted
from tkledger.core.trailers import ACTOR
from tkledger.doors import gate
from tkledger.errors import TkError, unusable
from tkledger.git import history, identity, writing
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.merging.trees import merge

_LISTED = 5
"""How many conflicts a message names."""


def join(ledger: Ledger, theirs: Oid, ours: Oid, names: tuple[str, str], actor: str) -> Oid:
    """A commit that merges ``ours`` into ``theirs``, judged and stored; ``names`` are
    the short names of the branches, ours first.

    ``theirs`` is its first parent, so that the first parents of the shared branch are its own commits,
    whichever side merged. Raises Refused if the merge breaks a rule, TkError if there are conflicts or if the
    two have no common ancestor.
    """
    repo = ledger.repo
    if not history.merge_bases(repo, [theirs, ours]):
        raise _unrelated(repo, names)
    tree, conflicts = merge(ledger, theirs, ours)
    if conflicts:
        raise _conflict(names, conflicts)
    violations = gate.joined(ledger, tree, [theirs, ours])
    if violations:
        raise Refused(*violations)
    author, committer, config = identity.identities(repo)
    here, there = names
    return writing.commit_tree(
        repo,
        tree,
        [theirs, ours],
        f"tk: sync {here} with {there}\n\n{ACTOR}: {actor}\n",
        author,
        committer,
        sign=identity.signs(config),
    )


def _conflict(names: tuple[str, str], conflicts: tuple[str, ...]) -> TkError:
    here, there = names
    more = len(conflicts) - _LISTED
    named = "; ".join(conflicts[:_LISTED]) + (f"; and {more} more" if more > 0 else "")
    return unusable(
        "conflict",
        f"{here} and {there} both changed the same: {named}",
        f"git merge {quoted(there)}, then tk resolve, git commit and tk sync",
    )


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
