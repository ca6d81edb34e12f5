"""Traces: where in history a task was changed or named. One walk finds them for all tasks; they are kept, and
each later walk is over what is new.

They say where to look, for the views; what a commit did is read from the commit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tkledger.core.charges import bills
from tkledger.core.field import is_id
from tkledger.core.layout import FOLDER, is_task_key, key_of
from tkledger.core.typing import TYPE_CHECKING
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.local.trace_page import Kept, TracePage

if TYPE_CHECKING:
    from tkledger.ledger.diffs import Step

_WORTH_KEEPING = 32
"""So many commits are walked again by each command before what they concern is kept."""

_NOTHING = Kept("", {})


class Traces:
    """The traces in one repository; without a ``page`` to keep them, all history is walked."""

    def __init__(self, repo: Repo, page: TracePage | None = None) -> None:
        self._repo = repo
        self._page = page
        self._known: Kept | None = None
        self._last: tuple[str, tuple[Oid, ...], list[Commit]] | None = None

    def commits(self, task: str, tips: Sequence[Oid]) -> list[Commit]:
        """The commits up to ``tips`` that may concern a task, parents before children, each with what it
        changes in the ledger's folder.
        """
        if self._last is None or self._last[:2] != (task, tuple(tips)):
            found = self._oids(task, tips)
            commits = list(history.listed(self._repo, found, path=FOLDER)) if found else []
            self._last = task, tuple(tips), commits
        return self._last[2]

    def follow(self, begin: Oid, end: Oid, walked: Iterator[Step]) -> Iterator[Step]:
        """The steps of a walk over all that one of two commits has and not the other (of none, if there
        is no ``begin``), as they are; on the way their traces are noted, if they are known up to ``begin``.
        """
        if self._kept().tip != begin or begin == end:
            yield from walked
            return
        new, gone = _New(), set[Oid]()
        for step in walked:
            if step.commit.side == "<":
                gone.add(step.commit.oid)
            else:
                new.add(step.commit)
            yield step
        self._add(end, new, gone)

    def _bring_to(self, tip: Oid) -> None:
        known = self._kept().tip
        if known == tip:
            return
        since = [f"^{known}"] if known else []
        new = _New()
        for commit in history.log(self._repo, tip, *since, "--sparse", path=FOLDER):
            new.add(commit)
        gone = history.parents(self._repo, known, f"^{tip}") if known else ()
        self._add(tip, new, gone)

    def _add(self, tip: Oid, new: _New, gone: Collection[Oid]) -> None:
        """Know the traces up to ``tip``: without commits that it has not, with those that are new."""
        rows = dict(self._kept().rows)
        if gone:
            lost = {bytes.fromhex(oid) for oid in gone}
            rows = {task: _without(oids, lost, len(tip)) for task, oids in rows.items()}
        for task, oids in new.rows.items():
            rows[task] = rows.get(task, b"") + oids
        self._known = Kept(tip, rows)
        if self._page is not None and new.count + len(gone) >= _WORTH_KEEPING:
            self._page.write(self._known)

    def _kept(self) -> Kept:
        if self._known is None:
            self._known = self._page.read() if self._page is not None else _NOTHING
            if self._known.tip and not history.is_commit(self._repo, self._known.tip):
                self._known = _NOTHING  # it is of another repository, or was pruned
        return self._known

    def _oids(self, task: str, tips: Sequence[Oid]) -> list[Oid]:
        """The ids of those commits. What several tips have beyond the known commit is not kept."""
        if len(tips) == 1:
            self._bring_to(tips[0])
            return _split(self._kept().rows.get(task, b""), len(tips[0]))
        first, *others = tips
        found = self._oids(task, [first])
        beyond = history.log(self._repo, *others, f"^{first}", "--sparse", path=FOLDER)
        return [*found, *(commit.oid for commit in beyond if task in _concerned(commit))]


class _New:
    """The traces that a walk finds, and how many commits it has seen."""

    def __init__(self) -> None:
        self.rows: dict[str, bytearray] = {}
        self.count = 0

    def add(self, commit: Commit) -> None:
        """Note the next commit."""
        self.count += 1
        oid = bytes.fromhex(commit.oid)
        for task in _concerned(commit):
            self.rows.setdefault(task, bytearray()).extend(oid)


def _concerned(commit: Commit) -> set[str]:
    """The tasks that a commit changes or names."""
    changed = {key for diff in commit.diffs if is_task_key(key := key_of(diff.path))}
    return changed.union(bill.task for bill in bills(commit.message) if is_id(bill.task))


def _split(oids: bytes, width: int) -> list[Oid]:
    text = oids.hex()
    return [text[at : at + width] for at in range(0, len(text), width)]


def _without(oids: bytes, gone: set[bytes], width: int) -> bytes:
    size = width // 2
    found = (oids[at : at + size] for at in range(0, len(oids), size))
    return b"".join(one for one in found if one not in gone)
