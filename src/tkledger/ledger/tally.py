"""Counts what tasks used from the commits: exact sets of ancestors, however they were merged.

What one commit adds is a function of the commit and its ancestors alone (`core.usage.facts`), and
every commit counts once. So the sums at any commit are those at another one, less what only that
one has, plus what only this one has: one ``git log A...B``, whatever lies between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from tkledger.core.layout import path_of
from tkledger.core.task import Spent, Task
from tkledger.core.usage import (
    Account,
    Accounts,
    Bill,
    Fact,
    Standing,
    Usage,
    Used,
    beyond,
    bills,
    facts,
    standing,
)
from tkledger.files.reader import TreeReader
from tkledger.git.log_format import Commit
from tkledger.git.objects import Oid, read_commit
from tkledger.git.repo import GitError, Repo
from tkledger.ledger.diffs import steps
from tkledger.local.sums import Sums, SumsFile

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

    ``below`` are the commits that it begins above, ``base`` what was counted up to some of them.
    ``children`` says how many each commit has on the walk: after the last one it is forgotten.
    """

    def __init__(
        self,
        task_in: TaskIn,
        below: Callable[[Oid], Below],
        base: Callable[[frozenset[Oid]], Accounts],
        children: Mapping[Oid, int] | None = None,
    ) -> None:
        self._task_in = task_in
        self._below = below
        self._base = base
        self._states: dict[Oid, _State] = {}
        self._left = dict(children or {})
        self._accounts: dict[str, tuple[Account | None, int, Account]] = {}
        self.facts: list[Fact] = []
        self.masks: dict[str, int] = {}
        self.late: dict[Oid, int] = {}

    def add(
        self, commit: Work, changes: Sequence[Edit] | None = None, *, measured: bool = True
    ) -> list[Fact]:
        """The next commit; gives its facts. ``changes`` saves reading them.

        Not ``measured``, only that there were marks is told: enough to take the commit away.
        """
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
        stands = self._stands(state, commit.parents, changes, clock)
        now = state._replace(clock=clock, stands=stands)
        for fact in found.values():
            now = self._with(now, fact)
        if len(commit.parents) < 2:
            for fact in self._losses(commit, now, changes, measured):
                found[f"{fact.task} lost"] = fact
                now = self._with(now, fact)
        self._states[commit.oid] = now
        self._forget(commit.parents)
        return list(found.values())

    def _with(self, state: _State, fact: Fact) -> _State:
        bit = 1 << len(self.facts)
        self.facts.append(fact)
        self.masks[fact.task] = self.masks.get(fact.task, 0) | bit
        return state._replace(mask=state.mask | bit)

    def _losses(
        self, commit: Work, now: _State, changes: Sequence[Edit], measured: bool
    ) -> Iterator[Fact]:
        """What marks that the commit writes say beyond what was counted up to it."""
        for old, task in changes:
            if task.spent == (old.spent if old else Spent()):
                continue
            lost: Used | None = Used()
            if measured:
                account = self.account(now, self._base(now.bounds).get(task.id), task.id)
                since = self.stand(now, task.id).since
                going = (since, now.clock) if since is not None else None
                lost = beyond(task, (account or Account()).used(since=going))
            if lost is not None:
                yield Fact(commit.oid, task.id, task.tries, lost=lost)

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

    Without a ``file`` to remember in, every count begins at the beginning.
    """

    def __init__(
        self,
        repo: Repo,
        reader: TreeReader,
        file: SumsFile | None = None,
    ) -> None:
        self._repo = repo
        self._reader = reader
        self._task_in = reader.task
        self._task_at = reader.task_at
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
        return Walk(self._task_in, self._below_counted, self._accounts, children)

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

    def _accounts(self, tips: frozenset[Oid]) -> Accounts:
        return self._sums(tips).accounts

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
                if self._file is not None and known is not self._anchor:
                    self._file.write(known)
                self._anchor = known
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
        children = Counter(chain.from_iterable(self._repo.parents(*tips).values()))
        walk = Walk(self._task_in, _nothing_below, lambda bounds: {}, children)
        more = [fact for one in self._log(sorted(tips)) for fact in walk.add(work(one))]
        return self._summed(walk, sorted(tips), {}, more, ())

    def _from(self, anchor: Sums, tips: Sequence[Oid]) -> Sums:
        walk = Walk(self._task_in, lambda oid: self._old(anchor, oid), self._accounts)
        more: list[Fact] = []
        less: list[Fact] = []
        if len(tips) == 1:
            for commit in self._log([f"{anchor.tip}...{tips[0]}"]):
                here = commit.side != "<"
                (more if here else less).extend(walk.add(work(commit), measured=here))
        else:
            for side, revisions in (
                (less, [anchor.tip, *(f"^{tip}" for tip in tips)]),
                (more, [*tips, f"^{anchor.tip}"]),
            ):
                for commit in self._log(revisions):
                    side.extend(walk.add(work(commit), measured=side is more))
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
        return Below(self._clock(anchor, oid), lambda task: self._stood(anchor, oid, task))

    def _stood(self, anchor: Sums, oid: Oid, task: str) -> Standing:
        found = self._task_at(oid, task)
        account = anchor.accounts.get(task)
        if found is None or account is None or not _is_running(found):
            return Standing() if found is None else standing(found, None)
        return standing(found, self._since(account, anchor, oid, task))

    def _since(self, account: Account, anchor: Sums, oid: Oid, task: str) -> int | None:
        """Since when a task that is in progress at a commit has been, as `Walk._stands` has it: by
        first parents, but where a merge took another's version, by that one's.
        """
        line = self._repo.first_parents(oid, path_of(task))
        while row := next(line, None):
            commit, *parents = row
            if commit in account.entered:
                return account.entered[commit]
            if len(parents) > 1:
                by_preference = (*parents[1:], parents[0])
                running = (one for one in by_preference if self._is_running_at(one, task))
                taken = next(running, None)
                if taken is None:
                    return self._clock(anchor, commit)
                line = self._repo.first_parents(taken, path_of(task))
        return None

    def _is_running_at(self, oid: Oid, task: str) -> bool:
        found = self._task_at(oid, task)
        return found is not None and _is_running(found)

    def _clock(self, anchor: Sums, oid: Oid) -> int:
        """The time of a commit in the history of one that was counted."""
        clock = anchor.late.get(oid)
        return self._date(oid) if clock is None else clock

    def _date(self, oid: Oid) -> int:
        found = self._repo.read(oid)
        return read_commit(found[2]).at if found else 0

    def _log(self, revisions: Sequence[str]) -> Iterator[Commit]:
        for step in steps(self._repo, self._reader, revisions, whole=False):
            yield step.commit


def _is_running(task: Task) -> bool:
    return standing(task, 0).since is not None


def _nothing_below(oid: Oid) -> Below:
    """Beyond the end of a shallow clone: what was there is not known."""
    return Below(0, lambda task: Standing())
