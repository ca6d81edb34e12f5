"""Own content: whether a merge holds files outside the ledger that come from none of its parents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.layout import FOLDER
from tkledger.core.snapshot import governing
from tkledger.git import history
from tkledger.git.commit import Commit, commit_bytes
from tkledger.git.objects import ABSENT, FOLDER_MODE, NewObject, Oid, oid_of
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger

MOST_FOLDERS = 10_000
"""The number of folders that differ from every parent's above which no more are looked at: a merge made
by git has a few, a forged one can name more than there is time to read."""

_BATCH = 200
"""The number of paths in one command."""

NOTHING = (ABSENT, "")
"""The mode and the object of what is not there."""


def has_own_content(ledger: Ledger, merge: Commit) -> bool:
    """Whether a merge is a commit of work, too. Asked since edition 2 of the law.

    If one parent has all others in its history, the merge joins nothing: what differs from that one is
    its own. Else it is what git shows of a merge (``git diff-tree --cc``): a file, or a part of one,
    that is of no parent. The ledger's files are left to the rules of merges.
    """
    law = governing(tuple(ledger.history_at(oid) for oid in merge.parents), ledger.empty())
    if law is None or law.law < 2:
        return False
    parents = history.independent(ledger.repo, merge.parents)
    if 1 < len(parents) < len(merge.parents):
        return True  # git makes no such merge, and does not show what an ancestor had
    found = []
    for path, in_all in _differing(ledger.repo, merge.tree, parents):
        if not in_all or len(parents) == 1:
            return True
        found.append(path)
    if not found:
        return False
    oid = merge.oid or stored(ledger.repo, merge)
    return any(
        history.merge_authors(ledger.repo, oid, found[start : start + _BATCH])
        for start in range(0, len(found), _BATCH)
    )


def stored(repo: Repo, merge: Commit) -> Oid:
    """A merge that is about to be made, stored without a ref: git shows what a merge authors of a
    commit only. The next ``git gc`` removes it.
    """
    from tkledger.git.writing import write_objects

    who = "tk <tk@localhost> 0 +0000"
    made = NewObject("commit", commit_bytes(merge.tree, merge.parents, who, who, ""))
    write_objects(repo, [made])
    return oid_of("commit", made.data, repo.width)


def _differing(repo: Repo, tree: Oid, parents: Sequence[Oid]) -> Iterator[tuple[str, bool]]:
    """The files outside the ledger that differ from those in every parent, and whether all of them and
    the merge have a file there. If too many folders differ, the rest counts as one that they have not.
    """
    waiting = [("", [tree, *(f"{parent}^{{tree}}" for parent in parents)])]
    for _ in range(MOST_FOLDERS):
        if not waiting:
            return
        folder, trees = waiting.pop()
        sides = [entries(repo, name) for name in trees]
        for name in sorted(set().union(*sides)):
            own, *others = there = [side.get(name, NOTHING) for side in sides]
            path = f"{folder}{name}"
            if own in others or path == FOLDER:
                continue
            below = [oid if mode == FOLDER_MODE else "" for mode, oid in there]
            if own[0] in (ABSENT, FOLDER_MODE) and any(below):
                waiting.append((f"{path}/", below))
            else:
                yield path, not any(below) and NOTHING not in there
    yield waiting[-1][0] if waiting else "", False


def entries(repo: Repo, name: str) -> dict[str, tuple[str, Oid]]:
    """What a tree has by name: mode and object; nothing for no tree."""
    found = (repo.tree(name) if name else None) or []
    return {entry.name: (entry.mode, entry.oid) for entry in found}
