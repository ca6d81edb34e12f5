"""Counts what tasks used from the commits: exact sets of ancestors, however they were merged.

What one commit adds is a function of the commit and its ancestors alone (`core.usage.facts`), and
every commit counts once. So the sums at any commit are those at another one, less what only that
one has, plus what only this one has: one ``git log A...B``, however much lies between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from tkledger.core.charges import Bill
from tkledger.core.layout import is_task_key, path_of
from tkledger.core.task import Task
from tkledger.core.usage import Account, Accounts, Activity, Edit, Fact, Usage, activity
from tkledger.files.reader import TreeReader
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.git.errors import GitError
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.counting import (
    Below,
    CommitWork,
    Walk,
    WalkState,
    nothing_below,
    work_of,
)
from tkledger.ledger.diffs import Step, read_ahead, steps
from tkledger.local.sums import Sums, SumsFile, evolved

_PART = 20_000
"""So many commits along first parents are counted at once: a count holds half a kilobyte of each."""


class Tally:
    """What tasks used, up to any commit.

    Without a ``file`` that keeps the sums, every count begins at the first commit. ``charges`` says of
    a commit whether its message counts. ``follow`` is given the steps of a walk from one commit, or none,
    to another, and gives them back.
    """

    def __init__(
        self,
        repo: Repo,
        reader: TreeReader,
        file: SumsFile | None = None,
        charges: Callable[[Commit], bool] = lambda commit: len(commit.parents) < 2,
        follow: Callable[[Oid, Oid, Iterator[Step]], Iterator[Step]] = lambda begin, end, walked: (
            walked
        ),
    ) -> None:
        self._repo = repo
        self._reader = reader
        self._file = file
        self._charges = charges
        self._follow = follow
        self._counted: dict[frozenset[Oid], Sums] = {}
        self._anchor: Sums | None = None
        self._belows: dict[Oid, Below] = {}

    def usage(
        self,
        parents: Sequence[Oid],
        at: int,
        charged: Iterable[Bill] = (),
        changes: Sequence[Edit] = (),
        actor: str = "",
    ) -> Usage:
        """What is used up to a commit about to be made on ``parents``, ``at`` seconds since 1970,
        with what its message charges and these changes, by ``actor`` if that is known.
        """
        walk = self.walk()
        walk.add(CommitWork("", tuple(parents), at, tuple(charged), (), actor), changes)
        return self.of(walk, "", parents)

    def work(self, step: Step) -> CommitWork:
        """The part of a commit that is counted: its message charges the tasks that it has a file of."""

        def tasks(ids: Sequence[str]) -> set[str]:
            return self._reader.named(step.after, ids) if self._charges(step.commit) else set()

        return work_of(step.commit, tasks)

    def walk(self, children: Mapping[Oid, int] | None = None) -> Walk:
        """A walk over commits, for `of`; ``children`` as in `Walk`."""
        return Walk(self._reader.task, self._below_counted, self.accounts, children)

    def of(self, walk: Walk, commit: Oid, parents: Sequence[Oid] = ()) -> Usage:
        """What is used up to a commit of a walk; ``parents`` are those of one that is about to be made."""
        state = walk.state(commit)
        sums = self._sums(state.bounds)
        return Usage(
            lambda task: walk.account(state, sums.accounts.get(task), task),
            lambda task: walk.activity(state, task),
            state.clock,
            lambda task: self.newest(walk, state, parents or [commit], task),
        )

    def newest(
        self, walk: Walk, state: WalkState, tips: Sequence[Oid], task: str
    ) -> tuple[Oid, ...]:
        """The newest commits of work on a task at a commit of a walk, which ``tips`` have all the history of."""
        found, left = walk.newest(state, task)
        account = self._sums(state.bounds).accounts.get(task) if left else None
        if account is None or not account.steps:
            return found
        known = self._sums(state.bounds).newest.get(task)
        if known is None or found:  # of both some may come after others
            from tkledger.ledger.newest_work import newest_work  # as a rule the sums say it

            return newest_work(self._repo, self._reader, self._charges, tips, task)
        return known

    def sums(self, tip: Oid) -> Sums:
        """The sums at a commit; they are kept for the next time."""
        return self._sums(frozenset({tip}))

    def accounts(self, tips: frozenset[Oid]) -> Accounts:
        """What was counted up to several commits, each ancestor once."""
        return self._sums(tips).accounts

    def _below_counted(self, oid: Oid) -> Below:
        if oid not in self._belows:
            sums = self._sums(frozenset({oid}))
            self._belows[oid] = Below(sums.clock, sums.activity)
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
        """Count what lies between these commits and the known sums; without any, count everything."""
        if not tips:
            return Sums("", {}, {}, {}, {}, 0)
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
        if len(tips) == 1:
            (tip,) = tips
            for oid in history.milestones(self._repo, tip, _PART):
                if oid != tip:
                    self._sums(frozenset({oid}))
            if self._anchor is not None:
                return self._from(self._anchor, [tip])
        children = Counter(chain.from_iterable(history.parents(self._repo, *tips).values()))
        walk = Walk(self._reader.task, nothing_below, lambda bounds: {}, children)
        walked = self._steps(sorted(tips))
        if len(tips) == 1:
            walked = self._follow("", min(tips), walked)
        more = [fact for one in walked for fact in walk.add(self.work(one))]
        return self._summed(walk, sorted(tips), {}, more, ())

    def _from(self, anchor: Sums, tips: Sequence[Oid]) -> Sums:
        walk = Walk(self._reader.task, lambda oid: self._old(anchor, oid), self.accounts)
        more: list[Fact] = []
        less: list[Fact] = []
        if len(tips) == 1:
            walked = self._steps([f"{anchor.tip}...{tips[0]}"])
            for step in self._follow(anchor.tip, tips[0], walked):
                here = step.commit.side != "<"
                (more if here else less).extend(walk.add(self.work(step), measured=here))
        else:
            for side, revisions in (
                (less, [anchor.tip, *(f"^{tip}" for tip in tips)]),
                (more, [*tips, f"^{anchor.tip}"]),
            ):
                for step in self._steps(revisions):
                    side.extend(walk.add(self.work(step), measured=side is more))
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
        new: dict[str, Account] = {}
        shared: dict[str, int] = {}  # by task with other work: the commits of work that stay
        for sign, facts_ in ((1, more), (-1, less)):
            for fact in facts_:
                if fact.task not in new:
                    old = base.get(fact.task)
                    new[fact.task] = old.copy() if old else Account()
                if fact.is_work:
                    had = base[fact.task].steps if fact.task in base else 0
                    shared[fact.task] = shared.get(fact.task, had) - (sign < 0)
                new[fact.task].add(fact, sign)
        accounts = evolved(base, new)
        state = walk.join(tips)
        latest_of: dict[str, tuple[Oid, ...] | None] = {}
        for name, stay in shared.items():
            latest, left = walk.newest(state, name)
            # of those that stay and those on the walk some may come after others
            latest_of[name] = None if left and stay else latest
        newest = evolved(anchor.newest if anchor else {}, latest_of)
        late = {**(anchor.late if anchor else {}), **walk.late}
        if len(tips) != 1:
            return Sums("", accounts, {}, newest, late, 0)
        tasks = {*state.activities, *self._active_below(anchor, state.root)}
        activities = {
            task: found for task in tasks if (found := walk.activity(state, task)) != Activity()
        }
        return Sums(tips[0], accounts, activities, newest, late, state.clock)

    def _active_below(self, anchor: Sums | None, root: Oid | None) -> Iterable[str]:
        """The tasks that may have an activity at ``root``, in the history of the sums' commit: those
        that have one there, and those whose files differ.
        """
        if anchor is None or root is None:
            return ()
        if root == anchor.tip:
            return anchor.activities
        here, there = (self._reader.entries(f"{oid}^{{tree}}") for oid in (anchor.tip, root))
        other = {key for key in there if is_task_key(key) and there[key] != here.get(key)}
        return other.union(anchor.activities)

    def _old(self, anchor: Sums, oid: Oid) -> Below:
        """A commit in the history of the one that the sums are of."""
        if oid == anchor.tip:
            return Below(anchor.clock, anchor.activity)
        return Below(self._clock(anchor, oid), lambda task: self._activity_at(anchor, oid, task))

    def _activity_at(self, anchor: Sums, oid: Oid, task: str) -> Activity:
        found = self._reader.task_at(oid, task)
        since = None if found is None or not _is_running(found) else self._since(anchor, oid, task)
        return activity(found, since)

    def _since(self, anchor: Sums, oid: Oid, task: str) -> int | None:
        """Since when a task that is in progress at a commit has been so, found as `Walk` finds it: by
        first parents, but by the other parent if a merge took that one's version.
        """
        account = anchor.accounts.get(task)
        entered = account.entered if account else {}
        line = history.first_parents(self._repo, oid, path_of(task))
        while row := next(line, None):
            commit, *parents = row
            if commit in entered:
                return entered[commit]
            if len(parents) > 1:
                by_preference = (*parents[1:], parents[0])
                running = (one for one in by_preference if self._is_running_at(one, task))
                taken = next(running, None)
                if taken is None:
                    return self._clock(anchor, commit)
                line = history.first_parents(self._repo, taken, path_of(task))
        return None

    def _is_running_at(self, oid: Oid, task: str) -> bool:
        found = self._reader.task_at(oid, task)
        return found is not None and _is_running(found)

    def _clock(self, anchor: Sums, oid: Oid) -> int:
        """The time of a commit in the history of the one that the sums are of."""
        clock = anchor.late.get(oid)
        return history.date(self._repo, oid) if clock is None else clock

    def _steps(self, revisions: Sequence[str]) -> Iterator[Step]:
        found = steps(self._repo, self._reader, revisions, whole=False)
        return read_ahead(self._reader, found, before=True)


def _is_running(task: Task) -> bool:
    return activity(task, 0).since is not None
