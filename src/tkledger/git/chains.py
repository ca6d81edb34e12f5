"""Chains of commits with empty trees, each an event, which only ever grow. Two copies of one are joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tkledger.core.trailers import lines
from tkledger.core.typing import TypeVar
from tkledger.git import history, identity, writing
from tkledger.git.commit import read_commit
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo

_TOO_LATE = 10**11
"""A date, in seconds since 1970, that is beyond the year 5000, and so not one."""

_LISTED = ("rev-list", "--topo-order", "--parents")

BOTH = "tk: both copies\n"
"""The message of a commit that joins two copies."""

E = TypeVar("E")


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


def extended(repo: Repo, tip: Oid | None, message: str) -> Oid:
    """An event with this message at the end of a chain. No ref moves."""
    author, committer, _ = identity.identities(repo)
    return writing.write_commit(repo, {}, message, parent=tip, author=author, committer=committer)


def told(
    repo: Repo, tip: Oid, read: Callable[[Oid, int, str], E | None], *, most: int, size: int
) -> list[E]:
    """What the newest events of a chain tell, ``most`` of them, in its order. ``read`` takes the id, the date and
    the message of a commit. Others push to it, so whatever cannot be read, or has more than ``size`` bytes, is
    passed over.

    Where two copies were joined, what the first one has comes first: that is what the remote had when the
    other came.
    """
    found: dict[Oid, E] = {}
    listed = lines(repo.run(*_LISTED, f"--max-count={most}", tip).decode())
    parents = {oid: more for oid, *more in map(str.split, listed)}
    for one in repo.read_many([*parents], limit=size):
        if one is None or len(one[2]) > size:
            continue
        made = read_commit(one[0], one[2])
        event = read(made.oid, made.at if made.at < _TOO_LATE else 0, made.text)
        if event is not None:
            found[made.oid] = event
    return [found[oid] for oid in _in_order(tip, parents) if oid in found]


def _in_order(tip: Oid, parents: Mapping[Oid, Sequence[Oid]]) -> list[Oid]:
    """Commits after their parents, and what the first parent has before what only others have."""
    done: dict[Oid, None] = {}
    path = [(tip, iter(parents[tip]))]
    while path:
        oid, left = path[-1]
        parent = next((one for one in left if one in parents and one not in done), None)
        if parent is None:
            done[oid] = None
            path.pop()
        else:
            path.append((parent, iter(parents[parent])))
    return [*done]
