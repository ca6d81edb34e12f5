"""The code of a commit: its tree without the ledger, as an id; no rule is asked here."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.core.layout import FOLDER
from tkledger.git.errors import GitError
from tkledger.git.objects import Oid, oid_of, without
from tkledger.git.repo import Repo


def code_tree(repo: Repo, tree: str) -> Oid:
    """The id that git gives to a tree without the ledger. Raises GitError if there is no such tree."""
    found = repo.tree_bytes(tree)
    if found is None:
        raise GitError(f"{tree} names no tree", "git fsck")
    width = len(found[0])
    return oid_of("tree", without(found[1], FOLDER, width), width)


def code_trees(repo: Repo, tree: str, parents: Iterable[Oid]) -> tuple[Oid, ...]:
    """The code in a tree, and in each of some commits."""
    trees = (tree, *(f"{oid}^{{tree}}" for oid in parents))
    return tuple(code_tree(repo, one) for one in trees)


def of_next(repo: Repo, parents: Iterable[Oid]) -> tuple[Oid, ...]:
    """The same of a commit about to be made that changes the ledger only: its code is that of its first parent."""
    found = [code_tree(repo, f"{oid}^{{tree}}") for oid in parents]
    return (*(found[:1] or [oid_of("tree", b"", repo.width)]), *found)
