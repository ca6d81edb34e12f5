"""Former: the last readable versions of tasks whose files a commit lacks or cannot read; judges nothing.

A deleted file breaks a rule (TK204), so only a commit on the walk or one that the policy accepts has
deleted any: history is not searched for them. Nor is it for a file that can be read. Before a commit is
made the latest that no server and no ``tk verify`` has seen are looked at as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from tkledger.core.change import Change
from tkledger.core.layout import FOLDER, is_task_key, key_of, path_of
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING
from tkledger.git import history
from tkledger.git.objects import ABSENT, Oid

if TYPE_CHECKING:
    from tkledger.ledger.reader import Ledger

_ID = re.compile(rb" ([a-z0-9][a-z0-9_-]{0,62})\.yaml\0")
"""A task's file in the bytes of a tree. An object id may look like one: then it is looked up in vain."""


_UNSEEN = 100
"""So many of the latest commits are looked at for files that they delete, before one is made."""


class Former:
    """Finds former versions, and remembers which commits of a walk deleted files."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._deleters: dict[str, dict[Oid, None]] = {}
        self._known: dict[tuple[Oid, str], tuple[Task, ...]] = {}
        self._searched: set[Oid] = set()
        self._unseen: tuple[Oid, ...] = ()
        self.created: set[str] = set()
        """The ids that were asked about because a commit creates them."""

    @property
    def deleted(self) -> Collection[str]:
        """The ids of the files that commits known here deleted."""
        return self._deleters.keys()

    def note(self, commit: Oid, made: Change) -> None:
        """Remember which files a commit of the walk deletes."""
        for key in made.touched:
            if is_task_key(key) and key not in made.after.entries:
                self._deleters.setdefault(key, {})[commit] = None

    def search(self, accepted: Collection[Oid]) -> None:
        """Remember which files these commits delete, each read once."""
        for commit in {*accepted} - self._searched:
            self._searched.add(commit)
            lost = {one for parent in self._parents(commit) for one in self._ids(parent)}
            for key in lost - self._ids(commit) if lost else ():
                self._deleters.setdefault(key, {})[commit] = None

    def search_unseen(self, parents: Sequence[Oid]) -> None:
        """Remember which files the latest commits up to ``parents`` delete, if no remote has these and
        no ``tk verify`` has found them legal.
        """
        if self._unseen == tuple(parents):
            return
        from tkledger.local.verified import VerifiedPage  # few commands get here

        self._unseen = tuple(parents)
        repo = self._ledger.repo
        seen = [
            f"^{oid}"
            for oid in VerifiedPage(repo.common_dir).read()
            if history.is_commit(repo, oid)
        ]
        latest = history.newest(
            repo, *parents, *seen, "--not", "--remotes", path=FOLDER, most=_UNSEEN
        )
        for commit in latest:
            for diff in commit.diffs:
                key = key_of(diff.path)
                if diff.new_mode == ABSENT and is_task_key(key):
                    self._deleters.setdefault(key, {})[commit.oid] = None

    def ended(self, tip: Oid, key: str) -> bool:
        """Whether a task that ``tip`` lacks had ended when its file was deleted: by a commit that the policy
        accepts, or one that `search_unseen` finds.
        """
        policy = self._ledger.at(tip).policy
        self.search(policy.accepted if policy is not None else ())
        self.search_unseen((tip,))
        here = key in self._deleters
        return here and any(one.ended for one in self._found(tip, self._ledger.empty(), key))

    def versions(
        self, made: Change, parents: Sequence[Oid], number: int, key: str
    ) -> tuple[Task, ...]:
        """The last versions that could be read of a task of which one of a change's ``parents``, by its
        number, has none; several if it was deleted more than once, or by a merge.
        """
        before, parent = made.parents[number], parents[number]
        if key not in before.entries:
            self.created.add(key)
            if made.policy is not None and made.policy.accepted:
                self.search(made.policy.accepted)
            if key not in self._deleters:
                return ()
        found = self._known.get((parent, key))
        if found is None:
            found = tuple(self._found(parent, before, key))
            self._known[parent, key] = found
        return found

    def _found(self, parent: Oid, before: Snapshot, key: str) -> Iterator[Task]:
        if key in before.entries:
            yield from self._mended(parent, key)
            return
        for commit in self._deleters[key]:
            if commit == parent or history.is_ancestor(self._ledger.repo, commit, parent):
                yield from self._versions_in(self._parents(commit), key)

    def _versions_in(self, commits: Iterable[Oid], key: str) -> Iterator[Task]:
        """The versions of a task in these commits, or if it cannot be read there, those before."""
        for commit in commits:
            there = self._at(commit)
            task = there.task(key)
            if task is not None:
                yield task
            elif key in there.entries:
                yield from self._mended(commit, key)

    def _mended(self, commit: Oid, key: str) -> Iterator[Task]:
        """The versions of a task before its file became what cannot be read in ``commit``; of a merge
        the parent with the same file is followed.
        """
        for _, *parents in history.changed(self._ledger.repo, commit, path_of(key)):
            sides = (self._at(parent).task(key) for parent in parents)
            found = [task for task in sides if task is not None]
            if found:
                yield from found
                return

    def _parents(self, commit: Oid) -> tuple[Oid, ...]:
        made = history.as_commit(self._ledger.repo.read(commit))
        return made.parents if made else ()

    def _ids(self, commit: Oid) -> set[str]:
        """The ids of the task files in a commit, by the names in its folder only."""
        found = self._ledger.repo.read(f"{commit}:{FOLDER}")
        return {name.decode() for name in _ID.findall(found[2])} if found else set()

    def _at(self, commit: Oid) -> Snapshot:
        """The ledger in a commit; empty if it has none, or is not in a shallow clone."""
        if self._ledger.repo.read(commit) is None:
            return self._ledger.empty()
        found = self._ledger.history_at(commit)
        return found if found.begun else self._ledger.empty()
