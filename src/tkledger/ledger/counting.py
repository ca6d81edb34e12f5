"""Counts the commits of a walk and says which facts each has; it is given them, and runs no git."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import partial

from tkledger.core.charges import Bill, bills
from tkledger.core.task import Task
from tkledger.core.task_parts import Spent
from tkledger.core.typing import NamedTuple
from tkledger.core.usage import (
    Account,
    Accounts,
    Activity,
    Edit,
    Fact,
    Used,
    activity,
    beyond,
    facts,
    named,
)
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid

TaskIn = Callable[[str, str, Oid], "Task | None"]
"""The task in a file, by path, mode and object id; None if the file is not a task."""


class CommitWork(NamedTuple):
    """The part of a commit that is counted; small enough to keep thousands. ``actor`` is who made it,
    as it says, if anything of it is counted.
    """

    oid: Oid
    parents: tuple[Oid, ...]
    at: int
    words: tuple[Bill, ...]
    changes: tuple[tuple[str, str, str, str, str], ...]
    actor: str = ""


def work_of(commit: Commit, tasks: Callable[[Sequence[str]], Container[str]]) -> CommitWork:
    """The part of a commit that is counted; ``tasks`` finds those of some ids that its message can
    charge. What it charges to others is dropped: a message may name a million that are no tasks.
    """
    words = bills(commit.message)
    if words:
        found = tasks([bill.task for bill in words])
        words = tuple(bill for bill in words if bill.task in found)
    actor = commit.author.actor if words or commit.diffs else ""
    return CommitWork(commit.oid, commit.parents, commit.at, words, commit.diffs, actor)


Bounds = frozenset[Oid]
"""The commits that a walk begins above, as far as one on it has them in its history."""


class _Work(NamedTuple):
    """A commit of work, and what was newest before it on the walk."""

    commit: str
    after: tuple[str, ...]


class NewestWork:
    """The commits of work of one walk, by task. A set of them is a mask with one bit for each, as the
    walk numbers its facts; each set holds all that its commits have in their histories.
    """

    def __init__(self) -> None:
        self._masks: dict[str, int] = {}
        self._works: dict[int, _Work] = {}
        self._bounds: dict[str, Bounds] = {}
        self._known: dict[str, tuple[int, dict[str, int]]] = {}
        self._last: dict[str, tuple[int, str]] = {}

    def add(self, task: str, commit: str, place: int, before: int, bounds: Bounds) -> None:
        """Add a commit of work, whose fact has this place in the walk, after the facts in ``before``."""
        known = self._masks.get(task, 0)
        there = before & known
        self._works[place] = _Work(commit, self._among(task, there))
        bit = 1 << place
        self._last[task] = there | bit, commit
        self._masks[task] = self._last[task][0] if there == known else known | bit
        self._bounds[commit] = bounds

    def at(self, task: str, mask: int) -> tuple[str, ...]:
        """The newest commits of work on a task among those in a set."""
        return self._among(task, mask & self._masks.get(task, 0))

    def _among(self, task: str, bits: int) -> tuple[str, ...]:
        """The newest of these commits of work.

        Each commit counts -1, and +1 for each that comes right after it; those at -1 have none. The sum
        does not depend on the order, so the last answer is kept and changed by what differs.
        """
        last, latest = self._last.get(task, (0, ""))
        if bits == last:  # as mostly: all of them come before the last one
            return (latest,) if latest else ()
        had, counts = self._known.get(task) or (0, {})
        for sign, changed in ((1, bits & ~had), (-1, had & ~bits)):
            for place in _places(changed):
                commit, after = self._works[place]
                _count(counts, commit, -sign)
                for one in after:
                    _count(counts, one, sign)
        self._known[task] = bits, counts
        return tuple(sorted(commit for commit, count in counts.items() if count < 0))

    def uncovered(self, newest: tuple[str, ...], bounds: Bounds) -> Bounds:
        """Those of the bounds that none of these commits of work has in its history: what was newest there
        may be newest still.
        """
        return bounds.difference(*(self._bounds[commit] for commit in newest))


def _places(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _count(counts: dict[str, int], commit: str, more: int) -> None:
    count = counts.get(commit, 0) + more
    if count:
        counts[commit] = count
    else:
        del counts[commit]


class WalkState(NamedTuple):
    """A commit on a walk.

    bounds: those of its ancestors that the walk begins above
    mask: the facts of the walk that it has, one bit for each
    clock: its time in seconds since 1970, never before that of a parent
    root, activities: those of tasks at it; for a task not in ``activities`` that at ``root`` holds
    """

    bounds: Bounds
    mask: int
    clock: int
    root: Oid | None
    activities: Mapping[str, Activity]


class Below:
    """A commit that a walk begins above: its time, and the activity of tasks at it."""

    def __init__(self, clock: int, activity_of: Callable[[str], Activity]) -> None:
        self.clock = clock
        self._activity_of = activity_of
        self._known: dict[str, Activity] = {}

    def activity(self, task: str) -> Activity:
        """The activity of a task at the commit."""
        if task not in self._known:
            self._known[task] = self._activity_of(task)
        return self._known[task]


class Walk:
    """A walk over commits, parents first, which keeps the exact set of facts that each commit has.

    ``below`` gives a commit that the walk begins above, ``base`` the sums up to several of them.
    ``children`` is the number of children of each commit on the walk: a commit is forgotten after
    its last child. ``sides`` are those that the last commit joins, if it is a merge.
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
        self._states: dict[Oid, WalkState] = {}
        self._left = dict(children or {})
        self._accounts: dict[str, tuple[Account | None, int, Account]] = {}
        self._newest = NewestWork()
        self.facts: list[Fact] = []
        self.masks: dict[str, int] = {}
        self.late: dict[Oid, int] = {}
        self.sides: tuple[WalkState, ...] = ()

    def add(
        self, commit: CommitWork, changes: Sequence[Edit] | None = None, *, measured: bool = True
    ) -> list[Fact]:
        """Add the next commit and return its facts. ``changes``, if given, are not read again.

        If not ``measured``, a fact says only that marks were written, not how much they say: that is
        enough to take the commit out of a count.
        """
        state = self.join(commit.parents)
        clock = max(commit.at, state.clock)
        if clock != commit.at:
            self.late[commit.oid] = clock
        changes = self._changes(commit) if changes is None else changes
        moves = changes if len(commit.parents) < 2 else ()
        before = partial(self.activity, state)
        found = facts(commit.oid, clock, commit.words, moves, before, commit.actor)
        activities = self._activities(state, commit.parents, changes, clock)
        now = state._replace(clock=clock, activities=activities)
        for fact in found.values():
            now = self._with(now, fact)
        if len(commit.parents) < 2:
            for fact in self._losses(commit, now, changes, measured):
                found[f"{fact.task} lost"] = fact
                now = self._with(now, fact)
        self._states[commit.oid] = now
        self.sides = tuple(map(self.state, commit.parents)) if len(commit.parents) > 1 else ()
        self._forget(commit.parents)
        return list(found.values())

    def _with(self, state: WalkState, fact: Fact) -> WalkState:
        place = len(self.facts)
        bit = 1 << place
        self.facts.append(fact)
        if fact.is_work:
            self._newest.add(fact.task, fact.commit, place, state.mask, state.bounds)
        self.masks[fact.task] = self.masks.get(fact.task, 0) | bit
        return state._replace(mask=state.mask | bit)

    def _losses(
        self, commit: CommitWork, now: WalkState, changes: Sequence[Edit], measured: bool
    ) -> Iterator[Fact]:
        """The facts of marks that the commit writes and that say more than was counted up to it."""
        for old, task in changes:
            if task is None or task.spent == (old.spent if old else Spent()):
                continue
            lost: Used | None = Used()
            if measured:
                account = self.account(now, self._base(now.bounds).get(task.id), task.id)
                since = self.activity(now, task.id).since
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

    def _changes(self, commit: CommitWork) -> list[Edit]:
        found = []
        for old_mode, new_mode, old, new, path in commit.changes:
            sides = self._task_in(path, old_mode, old), self._task_in(path, new_mode, new)
            if any(sides):
                found.append(sides)
        return found

    def join(self, parents: Sequence[Oid]) -> WalkState:
        """The state before a commit with these parents."""
        sides = [self.state(parent) for parent in parents]
        if not sides:
            return WalkState(frozenset(), 0, 0, None, {})
        first = sides[0]
        if len(sides) == 1:
            return first
        mask, bounds = first.mask, first.bounds
        for side in sides[1:]:
            mask |= side.mask
            bounds |= side.bounds
        return first._replace(mask=mask, bounds=bounds, clock=max(side.clock for side in sides))

    def state(self, oid: Oid) -> WalkState:
        """The state at a commit of the walk, or at one that it begins above."""
        known = self._states.get(oid)
        if known is None:
            known = WalkState(frozenset({oid}), 0, self._below(oid).clock, oid, {})
            self._states[oid] = known
        return known

    def activity(self, state: WalkState, task: str) -> Activity:
        """The activity of a task at a commit on the walk."""
        known = state.activities.get(task)
        if known is not None:
            return known
        return self._below(state.root).activity(task) if state.root else Activity()

    def _activities(
        self,
        state: WalkState,
        parents: Sequence[Oid],
        changes: Sequence[Edit],
        clock: int,
    ) -> Mapping[str, Activity]:
        if not changes:
            return state.activities
        activities = dict(state.activities)
        for old, task in changes:
            name = named(old, task).id
            since = self.activity(state, name).since
            if len(parents) > 1:  # it differs from the first parent, so it comes from another
                others = (self.activity(self.state(other), name) for other in parents[1:])
                since = next((one.since for one in others if one.since is not None), since)
            found = activity(task, clock if since is None else since)
            if found == Activity() and state.root is None:
                activities.pop(name, None)
            else:
                activities[name] = found
        return activities

    def account(self, state: WalkState, base: Account | None, task: str) -> Account | None:
        """One task's sums at a commit of the walk: ``base``, those below it, and its facts on it.

        Callers mostly ask for one commit after the other, so the last answer is kept and changed by
        the facts that differ.
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

    def newest(self, state: WalkState, task: str) -> tuple[tuple[Oid, ...], Bounds]:
        """The newest commits of work on a task at a commit of the walk, among those on the walk; and those
        below it at which others may be as new, since none of these has them in its history.
        """
        found = self._newest.at(task, state.mask)
        return found, self._newest.uncovered(found, state.bounds)


def nothing_below(oid: Oid) -> Below:
    """A commit below the end of a shallow clone: nothing is known of it."""
    return Below(0, lambda task: Activity())
