"""Traces: where in history a task was changed or named. One walk finds them for all tasks; they are kept, and
each later walk is over what is new.

They serve the views: what a commit says is read from the commit, and what a task was from its file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tkledger.core.charges import bills
from tkledger.core.field import is_id
from tkledger.core.layout import FOLDER, is_task_key, key_of, path_of
from tkledger.core.trailers import REASON
from tkledger.core.typing import TYPE_CHECKING
from tkledger.git import history
from tkledger.git.commit import Commit, FileDiff
from tkledger.git.objects import ABSENT, Oid
from tkledger.git.repo import Repo
from tkledger.local.trace_page import Kept, TracePages, place_of

if TYPE_CHECKING:
    from tkledger.ledger.diffs import Step

_WORTH_KEEPING = 16
"""So many commits and changes of tasks in them are walked again by each command before they are kept: to keep them
takes 15 ms in a ledger of 10,000 tasks, to walk one commit up to 3 ms.
"""

_PLAIN = "100644"
_NOTHING = Kept("", {})


class Traces:
    """The traces in one repository; without ``pages`` to keep them, all history is walked."""

    def __init__(self, repo: Repo, pages: TracePages | None = None) -> None:
        self._repo = repo
        self._pages = pages
        self._known: dict[str, Kept] = {}
        self._last: tuple[str, tuple[Oid, ...], list[Commit]] | None = None

    def commits(self, task: str, tips: Sequence[Oid]) -> list[Commit]:
        """The commits up to ``tips`` that may concern a task, parents before children, each with what it
        does to the task's file; with all that it changes in the ledger if it gives reasons.
        """
        if self._last is None or self._last[:2] != (task, tuple(tips)):
            self._last = task, tuple(tips), self._commits(task, tips)
        return self._last[2]

    def follow(self, task: str, begin: Oid, end: Oid, walked: Iterator[Step]) -> Iterator[Step]:
        """The steps of a walk over what only one of two commits has, as they are; ``begin`` is empty if the walk
        starts with history. On the way traces are noted, if those of a task are known up to ``begin``.
        """
        if self._kept(task).tip != begin or begin == end:
            yield from walked
            return
        new, gone = _New(), set[Oid]()
        for step in walked:
            if step.commit.side == "<":
                gone.add(step.commit.oid)
            else:
                new.add(step.commit)
            yield step
        self._add(task, end, new, gone)

    def _bring_to(self, task: str, tip: Oid) -> None:
        known = self._kept(task).tip
        if known == tip:
            return
        since = [f"^{known}"] if known else []
        new = _New()
        for commit in history.log(self._repo, tip, *since, "--sparse", path=FOLDER):
            new.add(commit)
        joins = not known or known in new.parents  # else it may be on another line
        self._add(task, tip, new, () if joins else history.parents(self._repo, known, f"^{tip}"))

    def _add(self, task: str, tip: Oid, new: _New, gone: Collection[Oid]) -> None:
        """Know the traces of a task up to ``tip``: without commits that it has not, with those that are
        new. With many, also those of all tasks that were known as far.
        """
        known = self._kept(task)
        lost = {bytes.fromhex(oid) for oid in gone}
        if self._pages is not None and new.size + len(gone) >= _WORTH_KEEPING:
            for place, kept in {
                **self._pages.known_up_to(known.tip),
                place_of(task): known,
            }.items():
                self._pages.write(place, new.after(kept, tip, lost))
        self._known[task] = new.after(known, tip, lost)

    def _kept(self, task: str) -> Kept:
        if task not in self._known:
            kept = self._pages.read(task) if self._pages is not None else _NOTHING
            if kept.tip and not history.is_commit(self._repo, kept.tip):
                kept = _NOTHING  # it is of another repository, or was pruned
            self._known[task] = kept
        return self._known[task]

    def _commits(self, task: str, tips: Sequence[Oid]) -> list[Commit]:
        first, *others = tips
        self._bring_to(task, first)
        traces = [*_read(self._kept(task).rows.get(task, b""), len(first))]
        for commit in self._beyond(first, others):
            traces += _read(_traces(commit).get(task, b""), len(first))
        if self._pages is None:  # a shallow clone shows other parents than the commits have
            return [*self._listed([oid for oid, _, _ in traces]).values()]
        path, found = path_of(task), dict[Oid, Commit]()
        for (oid, old, new), read in zip(traces, self._repo.read_many([one[0] for one in traces])):
            made = history.as_commit(read)
            if made is not None and old and f"{REASON}: " not in made.message:
                diff = FileDiff(_mode(old), _mode(new), old, new, path)
                found[oid] = made._replace(diffs=(diff,) if old != new else ())
        rest = self._listed([oid for oid, _, _ in traces if oid not in found])
        return [found.get(oid) or rest[oid] for oid, _, _ in traces]

    def _beyond(self, first: Oid, others: Sequence[Oid]) -> Iterator[Commit]:
        """The commits of the other tips; what these have for themselves is not kept."""
        if others:
            yield from history.log(self._repo, *others, f"^{first}", "--sparse", path=FOLDER)

    def _listed(self, oids: Sequence[Oid]) -> dict[Oid, Commit]:
        commits = history.listed(self._repo, oids, path=FOLDER) if oids else ()
        return {commit.oid: commit for commit in commits}


class _New:
    """The traces that a walk finds, how many commits and changes of tasks it has seen, and their parents."""

    def __init__(self) -> None:
        self.rows: dict[str, bytearray] = {}
        self.size = 0
        self.parents: set[Oid] = set()

    def add(self, commit: Commit) -> None:
        """Note the next commit."""
        found = _traces(commit)
        self.parents.update(commit.parents)
        self.size += 1 + len(found)
        for task, trace in found.items():
            self.rows.setdefault(task, bytearray()).extend(trace)

    def after(self, kept: Kept, tip: Oid, gone: Collection[bytes]) -> Kept:
        """What is known up to ``tip`` with these, without the commits that are ``gone``."""
        rows = dict(kept.rows)
        if gone:
            rows = {task: _without(row, gone, len(tip) // 2) for task, row in rows.items()}
        for task, row in self.rows.items():
            rows[task] = rows.get(task, b"") + row
        return Kept(tip, rows)


def _traces(commit: Commit) -> Mapping[str, bytes]:
    """The trace of a commit by each task that it changes or names: its id, and those of the file before
    and after it, as bytes: zeros where there is no file, ones on both sides if it is not a plain file.
    """
    size = len(commit.oid) // 2
    none, odd = bytes(size), b"\xff" * size
    found: dict[str, tuple[bytes, bytes]] = {}
    for mode, new_mode, old, new, path in commit.diffs:
        key = key_of(path)
        if is_task_key(key):
            plain = (
                {mode, new_mode} <= {_PLAIN, ABSENT} and key not in found and path == path_of(key)
            )
            before = none if mode == ABSENT else bytes.fromhex(old)
            after = none if new_mode == ABSENT else bytes.fromhex(new)
            found[key] = (before, after) if plain else (odd, odd)
    for bill in bills(commit.message):
        if is_id(bill.task):
            found.setdefault(bill.task, (none, none))
    oid = bytes.fromhex(commit.oid)
    return {task: oid + old + new for task, (old, new) in found.items()}


def _read(row: bytes, width: int) -> Iterator[tuple[Oid, Oid, Oid]]:
    """The traces in a row: the commit, and the file before and after; no ids if it has to be looked up."""
    text, odd = row.hex(), "f" * width
    for at in range(0, len(text), 3 * width):
        oid, old, new = (text[at + n * width : at + (n + 1) * width] for n in range(3))
        yield (oid, old, new) if old != odd else (oid, "", "")


def _mode(oid: Oid) -> str:
    return _PLAIN if oid.strip("0") else ABSENT


def _without(row: bytes, gone: Collection[bytes], size: int) -> bytes:
    found = (row[at : at + 3 * size] for at in range(0, len(row), 3 * size))
    return b"".join(one for one in found if one[:size] not in gone)
