"""The files outside the ledger that a commit touches; asked where the policy limits who made it to some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.layout import FOLDER
from tkledger.core.typing import NamedTuple
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.git.objects import FOLDER_MODE, Oid
from tkledger.git.repo import Repo
from tkledger.ledger.own_content import MOST_FOLDERS, NOTHING, entries, stored

_Version = tuple[str, Oid]
"""The mode and the object of a file, or `NOTHING`."""


_UNKNOWN = ("", "?")


class _Versions(NamedTuple):
    """A path, what a commit has there, and its parents and the merge bases of these."""

    path: str
    own: _Version
    sides: Sequence[_Version]
    bases: Sequence[_Version]

    @property
    def is_new(self) -> bool:
        """Whether no parent has it so."""
        return self.own not in self.sides

    @property
    def in_all(self) -> bool:
        """Whether all have a file there, so that git may have joined its lines."""
        return NOTHING not in (self.own, *self.sides)

    @property
    def is_lost(self) -> bool:
        """Whether one side changed it, the merge has what the other had, and that is as old as the base."""
        changed = [side for side in self.sides if side != self.own]
        return bool(changed) and all(
            self.own == base and any(side != base for side in changed)
            for base in self.bases or [NOTHING]
        )


def touched(repo: Repo, commit: Commit) -> tuple[str, ...]:
    """The files that an ordinary commit changes, in order. Of a merge, those that hold what is of none of its
    parents, or that lose what one of them changed. If it changes too many folders, one is named for the rest.
    """
    parents = history.independent(repo, commit.parents) if commit.parents else ()
    if len(parents) < 2:
        return tuple(sorted(one.path for one in _differing(repo, commit.tree, parents, ())))
    bases = history.merge_bases(repo, parents)
    found = list(_differing(repo, commit.tree, parents, bases))
    joined = [one.path for one in found if one.is_new and one.in_all]
    oid = commit.oid or stored(repo, commit)
    authored = [path for path in joined if history.merge_authors(repo, oid, [path])]
    own = [one.path for one in found if one.is_lost or (one.is_new and not one.in_all)]
    return tuple(sorted({*own, *authored}))


def _differing(
    repo: Repo, tree: Oid, parents: Sequence[Oid], bases: Sequence[Oid]
) -> Iterator[_Versions]:
    """The files outside the ledger in which a tree differs from any of the parents."""
    waiting = [("", [tree, *(f"{commit}^{{tree}}" for commit in (*parents, *bases))])]
    for _ in range(MOST_FOLDERS):
        if not waiting:
            return
        folder, trees = waiting.pop()
        listed = [entries(repo, name) for name in trees]
        for name in sorted(set().union(*listed)):
            there = [one.get(name, NOTHING) for one in listed]
            own, sides = there[0], there[1 : len(parents) + 1]
            path = f"{folder}{name}"
            if path == FOLDER or (parents and all(side == own for side in sides)):
                continue
            files = [NOTHING if mode == FOLDER_MODE else (mode, oid) for mode, oid in there]
            if any(mode == FOLDER_MODE for mode, _ in there):
                below = [oid if mode == FOLDER_MODE else "" for mode, oid in there]
                waiting.append((f"{path}/", below))
            if any(one != NOTHING for one in files[: len(parents) + 1]):
                sides, older = files[1 : len(parents) + 1], files[len(parents) + 1 :]
                if any(side != files[0] for side in sides) or not parents:
                    yield _Versions(path, files[0], sides, older)
    if waiting:
        yield _Versions(waiting[-1][0], _UNKNOWN, [NOTHING], [])
