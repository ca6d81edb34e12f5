"""Counts what tasks used from the commits: exact sets of ancestors, however they were merged.

What one commit adds is a function of the commit and its ancestors alone (`core.usage.facts`), and
every commit counts once. So the sums at any commit are those at another one, less what only that
one has, plus what only this one has: one ``git log A...B``, whatever lies between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tkledger.commits import Commit
from tkledger.core.snapshot import FOLDER
from tkledger.core.task import Task
from tkledger.core.usage import (
    Account,
    Bill,
    Fact,
    Standing,
    Usage,
    bills,
    facts,
    standing,
)
from tkledger.git import GitError, Repo
from tkledger.objects import Oid
from tkledger.sums import Sums, SumsFile

Edit = tuple["Task | None", Task]
"""A task before and after; None before its birth."""

TaskIn = Callable[[str, str, Oid], "Task | None"]
"""By path, mode and object: the task in a file, None for anything else."""


class Work(NamedTuple):
    """What of a commit counts: little enough to keep for thousands."""

    oid: Oid
    parents: tuple[Oid, ...]
    at: int
    words: tuple[Bill, ...]
    changes: tuple[tuple[str, str, str, str, str], ...]


def work(commit: Commit) -> Work:
    """What of a commit counts."""
    return Work(commit.oid, commit.parents, commit.at, bills(commit.message), commit.diffs)


class _State(NamedTuple):
    """A commit on a walk.

    bounds: the commits that the walk begins above and this one has
    mask: which facts of the walk it has, a bit for each
    clock: its time, never before that of a parent
    root, stands: how tasks stand at it; what is not in ``stands`` is as at the commit ``root``
    """

    bounds: frozenset[Oid]
    mask: int
    clock: int
    root: Oid | None
    stands: Mapping[str, Standing]


class Below:
    """A commit that a walk begins above: its time, and how tasks stand there."""

    def __init__(self, clock: int, stands: Callable[[str], Standing]) -> None:
        self.clock = clock
        self._stands = stands
        self._known: dict[str, Standing] = {}

    def standing(self, task: str) -> Standing:
        """How a task stands there."""
        if task not in self._known:
            self._known[task] = self._stands(task)
        return self._known[task]


class Walk:
    """Facts of commits on a walk, parents first, each with the exact set that every commit has.

    ``children`` says how many each commit has on the walk: after the last one it is forgotten.
    Where only the sums at the end are wanted, it need not be ``exact`` for every commit.
    """

    def __init__(
        self,
        task_in: TaskIn,
        below: Callable[[Oid], Below],
        children: Mapping[Oid, int] | None = None,
        *,
        exact: bool = True,
    ) -> None:
        self._task_in = task_in
        self._below = below
        self._states: dict[Oid, _State] = {}
        self._left = dict(children or {})
        self._exact = exact
        self._accounts: dict[str, tuple[Account | None, int, Account]] = {}
        self.facts: list[Fact] = []
        self.masks: dict[str, int] = {}
        self.late: dict[Oid, int] = {}

    def add(self, commit: Work, changes: Sequence[Edit] | None = None) -> list[Fact]:
        """The next commit; gives its facts. ``changes`` saves reading them."""
        state = self.join(commit.parents)
        clock = max(commit.at, state.clock)
        if clock != commit.at:
            self.late[commit.oid] = clock
        changes = self._changes(commit) if changes is None else changes
        found: dict[str, Fact] = {}
        if len(commit.parents) < 2:
            found = facts(
                commit.oid, clock, commit.words, changes, lambda task: self.stand(state, task)
            )
        mask = state.mask
        for fact in found.values() if self._exact else ():
            bit = 1 << len(self.facts)
            self.facts.append(fact)
            self.masks[fact.task] = self.masks.get(fact.task, 0) | bit
            mask |= bit
        stands = self._stands(state, commit.parents, changes, clock)
        self._states[commit.oid] = state._replace(mask=mask, clock=clock, stands=stands)
        self._forget(commit.parents)
        return list(found.values())

    def _forget(self, parents: Iterable[Oid]) -> None:
        for parent in parents:
            if parent in self._left:
                self._left[parent] -= 1
                if not self._left[parent]:
                    self._states.pop(parent, None)

    def _changes(self, commit: Work) -> list[Edit]:
        found = []
        for old_mode, new_mode, old, new, path in commit.changes:
            after = self._task_in(path, new_mode, new)
            if after is not None:
                found.append((self._task_in(path, old_mode, old), after))
        return found

    def join(self, parents: Sequence[Oid]) -> _State:
        """What a commit with these parents begins with."""
        sides = [self.state(parent) for parent in parents]
        if not sides:
            return _State(frozenset(), 0, 0, None, {})
        first = sides[0]
        if len(sides) == 1:
            return first
        mask, bounds = first.mask, first.bounds
        for side in sides[1:]:
            mask |= side.mask
            bounds |= side.bounds
        return first._replace(mask=mask, bounds=bounds, clock=max(side.clock for side in sides))

    def state(self, oid: Oid) -> _State:
        """A commit of the walk, or one that it begins above."""
        known = self._states.get(oid)
        if known is None:
            known = _State(frozenset({oid}), 0, self._below(oid).clock, oid, {})
            self._states[oid] = known
        return known

    def stand(self, state: _State, task: str) -> Standing:
        """How a task stands at a commit of the walk."""
        known = state.stands.get(task)
        if known is not None:
            return known
        return self._below(state.root).standing(task) if state.root else Standing()

    def _stands(
        self,
        state: _State,
        parents: Sequence[Oid],
        changes: Sequence[Edit],
        clock: int,
    ) -> Mapping[str, Standing]:
        if not changes:
            return state.stands
        stands = dict(state.stands)
        for _, task in changes:
            since = self.stand(state, task.id).since
            if len(parents) > 1:  # it differs from the first parent, so it is another's
                others = (self.stand(self.state(other), task.id) for other in parents[1:])
                since = next((one.since for one in others if one.since is not None), since)
            stood = standing(task, clock if since is None else since)
            if stood == Standing() and state.root is None:
                stands.pop(task.id, None)
            else:
                stands[task.id] = stood
        return stands

    def account(self, state: _State, base: Account | None, task: str) -> Account | None:
        """One task's sums at a commit of the walk: ``base``, below it, and its facts on it.

        The next commit asked for is mostly the next one made, so the last answer is changed by what
        differs.
        """
        bits = state.mask & self.masks.get(task, 0)
        if not bits:
            return base
        known = self._accounts.get(task)
        if known is None or known[0] is not base:
            known = (base, 0, base.copy() if base else Account())
        _, had, account = known
        for sign, changed in ((1, bits & ~had), (-1, had & ~bits)):
            while changed:
                lowest = changed & -changed
                account.add(self.facts[lowest.bit_length() - 1], sign)
                changed ^= lowest
        self._accounts[task] = (base, bits, account)
        return account


class Tally:
    """What tasks used, at whichever commits one asks for.

    ``task_in`` reads a task's file, ``task_at`` a task in a commit. Without a ``file`` to remember
    in, every count begins at the beginning.
    """

    def __init__(
        self,
        repo: Repo,
        task_in: TaskIn,
        task_at: Callable[[Oid, str], Task | None],
        file: SumsFile | None = None,
    ) -> None:
        self._repo = repo
        self._task_in = task_in
        self._task_at = task_at
        self._file = file
        self._counted: dict[frozenset[Oid], Sums] = {}
        self._anchor: Sums | None = None
        self._belows: dict[Oid, Below] = {}

    def usage(self, next_: Work, changes: Sequence[Edit]) -> Usage:
        """What is used up to a commit that is not made yet, and makes these changes."""
        walk = self.walk()
        walk.add(next_, changes)
        return self.of(walk, next_.oid)

    def walk(self, children: Mapping[Oid, int] | None = None) -> Walk:
        """A walk over commits whose usage will be asked for."""
        return Walk(self._task_in, self._below_counted, children)

    def of(self, walk: Walk, commit: Oid) -> Usage:
        """What is used up to a commit of a walk."""
        state = walk.state(commit)
        sums = self._sums(state.bounds)
        return Usage(
            lambda task: walk.account(state, sums.accounts.get(task), task),
            lambda task: walk.stand(state, task),
            state.clock,
        )

    def sums(self, tip: Oid) -> Sums:
        """The sums at a commit, which are remembered from then on."""
        return self._sums(frozenset({tip}))

    def _below_counted(self, oid: Oid) -> Below:
        if oid not in self._belows:
            sums = self._sums(frozenset({oid}))
            self._belows[oid] = Below(sums.clock, lambda task: sums.standing(task))
        return self._belows[oid]

    def _sums(self, tips: frozenset[Oid]) -> Sums:
        known = self._counted.get(tips)
        if known is None:
            known = self._count(tips)
            self._counted[tips] = known
            if len(tips) == 1:
                self._anchor = known
                if self._file is not None:
                    self._file.write(known)
        return known

    def _count(self, tips: frozenset[Oid]) -> Sums:
        """Count from what is known, by what lies between; else from the beginning."""
        if not tips:
            return Sums("", {}, {}, {}, 0)
        if self._anchor is None and self._file is not None:
            self._anchor = self._file.read()
        anchor = self._anchor
        if anchor is not None:
            if tips == {anchor.tip}:
                return anchor
            try:
                return self._from(anchor, sorted(tips))
            except GitError:  # the commit it was counted at is gone
                self._anchor = None
        walk = Walk(self._task_in, _nothing_below, exact=False)
        more = [fact for one in self._log(sorted(tips)) for fact in walk.add(work(one))]
        return self._summed(walk, sorted(tips), {}, more, ())

    def _from(self, anchor: Sums, tips: Sequence[Oid]) -> Sums:
        walk = Walk(self._task_in, lambda oid: self._old(anchor, oid), exact=False)
        more: list[Fact] = []
        less: list[Fact] = []
        if len(tips) == 1:
            for commit in self._log([f"{anchor.tip}...{tips[0]}"]):
                (less if commit.side == "<" else more).extend(walk.add(work(commit)))
        else:
            for side, revisions in (
                (less, [anchor.tip, *(f"^{tip}" for tip in tips)]),
                (more, [*tips, f"^{anchor.tip}"]),
            ):
                for commit in self._log(revisions):
                    side.extend(walk.add(work(commit)))
        return self._summed(walk, tips, anchor.accounts, more, less, anchor)

    def _summed(
        self,
        walk: Walk,
        tips: Sequence[Oid],
        base: Mapping[str, Account],
        more: Iterable[Fact],
        less: Iterable[Fact],
        anchor: Sums | None = None,
    ) -> Sums:
        accounts = dict(base)
        fresh: set[str] = set()
        for sign, facts_ in ((1, more), (-1, less)):
            for fact in facts_:
                if fact.task not in fresh:
                    fresh.add(fact.task)
                    old = accounts.get(fact.task)
                    accounts[fact.task] = old.copy() if old else Account()
                accounts[fact.task].add(fact, sign)
        late = {**(anchor.late if anchor else {}), **walk.late}
        if len(tips) != 1:
            return Sums("", accounts, {}, late, 0)
        state = walk.state(tips[0])
        stands = {
            task: stood
            for task in {*accounts, *state.stands}
            if (stood := walk.stand(state, task)) != Standing()
        }
        return Sums(tips[0], accounts, stands, late, state.clock)

    def _old(self, anchor: Sums, oid: Oid) -> Below:
        """A commit in the history of one that was counted."""
        if oid == anchor.tip:
            return Below(anchor.clock, anchor.standing)
        clock = anchor.late.get(oid)
        return Below(
            self._date(oid) if clock is None else clock,
            lambda task: self._stood(anchor, oid, task),
        )

    def _stood(self, anchor: Sums, oid: Oid, task: str) -> Standing:
        found = self._task_at(oid, task)
        account = anchor.accounts.get(task)
        if found is None:
            return Standing()
        since = None
        if account is not None and standing(found, 0).since is not None:
            entries = sorted(((at, commit) for commit, at in account.entered.items()), reverse=True)
            since = next((at for at, one in entries if self._repo.is_ancestor(one, oid)), None)
        return standing(found, since)

    def _date(self, oid: Oid) -> int:
        found = self._repo.read(oid)
        for line in (found[2] if found else b"").split(b"\n\n", 1)[0].splitlines():
            if line.startswith(b"committer "):
                return max(int(line.rsplit(b" ", 2)[1]), 0)
        return 0

    def _log(self, revisions: Sequence[str]) -> Iterator[Commit]:
        return self._repo.log(*revisions, path=FOLDER)


def _nothing_below(oid: Oid) -> Below:
    """Beyond the end of a shallow clone: what was there is not known."""
    return Below(0, lambda task: Standing())
