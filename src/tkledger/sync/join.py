"""Makes the commit that merges a branch with its remote counterpart, judged but moving no ref."""

from __future__ import annotations

from tkledger.core.change import Refused
from tkledger.doors import gate
from tkledger.errors import TkError, unusable
from tkledger.git import history, identity, writing
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.merging.trees import merge

_LISTED = 5
"""How many conflicts a message names."""


def join(ledger: Ledger, theirs: Oid, ours: Oid, words: tuple[str, str], actor: str) -> Oid:
    """A commit that merges ``ours`` into ``theirs``, judged and stored; ``words`` name the two.

    ``theirs`` is its first parent, so that the first parents of the shared branch are its own commits,
    whoever merged. Raises Refused if the merge breaks a rule, TkError if there are conflicts or if the
    two have no common ancestor.
    """
    repo = ledger.repo
    if not history.merge_bases(repo, [theirs, ours]):
        raise _unrelated(repo, words)
    tree, conflicts = merge(ledger, theirs, ours)
    if conflicts:
        raise _conflict(words, conflicts)
    violations = gate.joined(ledger, tree, [theirs, ours])
    if violations:
        raise Refused(*violations)
    author, committer, config = identity.identities(repo)
    here, there = words
    return writing.commit_tree(
        repo,
        tree,
        [theirs, ours],
        f"tk: sync {here} with {there}\n\nTk-Actor: {actor}\n",
        author,
        committer,
        sign=config.get("commit.gpgsign", "").lower() in ("true", "yes", "on", "1"),
    )


def _conflict(words: tuple[str, str], conflicts: tuple[str, ...]) -> TkError:
    here, there = words
    more = len(conflicts) - _LISTED
    named = "; ".join(conflicts[:_LISTED]) + (f"; and {more} more" if more > 0 else "")
    return unusable(
        "conflict",
        f"{here} and {there} both changed the same: {named}",
        f"git merge {there}, then tk resolve, git commit and tk sync",
    )


def _unrelated(repo: Repo, words: tuple[str, str]) -> TkError:
    if repo.is_shallow:
        return unusable(
            "shallow",
            f"this clone is shallow, and where {words[0]} and {words[1]} parted is not in it",
            "git fetch --unshallow, then tk sync",
        )
    return unusable(
        "unrelated",
        f"{words[0]} and {words[1]} have no common beginning",
        f"git rebase --onto {words[1]} --root, or sync with another remote",
    )
