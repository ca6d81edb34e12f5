"""Chains of commits with empty trees, each an event, which only ever grow. Two copies of one are joined."""

from __future__ import annotations

from tkledger.git import history, identity, writing
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo


def joined(repo: Repo, theirs: Oid | None, ours: Oid | None, message: str) -> Oid | None:
    """The end of a chain that has all of both: one of them, or a commit on top of them. Its first parent is
    ``theirs``, so that who reads it knows what was there first. None if there is neither.
    """
    if theirs is None or theirs == ours or (ours and history.is_ancestor(repo, theirs, ours)):
        return ours
    if ours is None or history.is_ancestor(repo, ours, theirs):
        return theirs
    author, committer, _ = identity.identities(repo)
    tree = writing.empty_tree(repo)
    parents = (theirs, ours)
    return writing.commit_tree(repo, tree, parents, message, author, committer, sign=False)
