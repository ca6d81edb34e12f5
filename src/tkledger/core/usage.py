"""What tasks use up: what one commit adds, and sums over exact sets of commits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from tkledger.core.charges import Bill, dollars, micro
from tkledger.core.claim import begins_work, is_work
from tkledger.core.lifecycle import State
from tkledger.core.task import Task
from tkledger.core.task_parts import Spent
from tkledger.core.typing import NamedTuple, TypeVar

Value = TypeVar("Value")


class Used(NamedTuple):
    """What a task used: commits of work, seconds in progress, tokens, millionths of a dollar,
    rounds of rework (REJECT, and RESUME after a failure), and calls of tools and models.
    """

    steps: int = 0
    seconds: int = 0
    tokens: int = 0
    cost: int = 0
    rework: int = 0
    calls: int = 0


class ChildEvent(NamedTuple):
    """When a task got an open child, in seconds since 1970, or when that child was no longer one."""

    at: int
    gone: bool
    child: str


Span = tuple[int, int]
"""From when to when, in seconds since 1970."""


BY = "@"
"""Begins an actor in the place of a task's id: no id has it."""


class Fact(NamedTuple):
    """What one commit adds to the count of one task, or of what one actor used in all tasks.

    task: its id; of an actor, `BY` and its name (`core.quota`)
    attempt: the attempt it belongs to; of an actor, the hour since 1970
    used: its amounts; never seconds, which follow from all the spans of a task together
    span: the seconds since 1970 between which the task was in progress, if this commit ended that
    entered: when it put the task in progress, if it did
    worker: who worked on the task by it, as the commit says: by a step, or by a move of who holds it
    lost: if it wrote marks, what they say beyond what was counted up to it: commits that a rewriting
        of history lost
    children: the open children that it gave the task or took from it, by a birth, an end or a move
    """

    commit: str
    task: str
    attempt: int = 1
    used: Used = Used()
    span: tuple[int, int] | None = None
    entered: int | None = None
    lost: Used | None = None
    worker: str = ""
    children: tuple[ChildEvent, ...] = ()

    @property
    def is_work(self) -> bool:
        """Whether it is a commit of work on its task."""
        return self.used.steps > 0 and not self.task.startswith(BY)


def marked(spent: Spent) -> Used:
    """The marks in a task's file as amounts."""
    return Used(
        spent.steps or 0,
        spent.seconds or 0,
        spent.tokens or 0,
        micro(spent.cost) if spent.cost else 0,
        spent.rework or 0,
        spent.calls or 0,
    )


def marks(used: Used) -> Spent:
    """Amounts as the marks of a task's file; nothing used is left out."""
    return Spent(
        used.steps or None,
        used.seconds or None,
        used.tokens or None,
        dollars(used.cost) if used.cost else None,
        used.rework or None,
        used.calls or None,
    )


def charged(bill: Bill) -> Used:
    """What the words of a commit charge a task, as amounts."""
    return Used(int(bill.step), 0, bill.tokens, bill.cost, 0, bill.calls)


Edit = tuple["Task | None", "Task | None"]
"""A task before and after a commit, one of them at least; None without a file that can be read."""


def named(old: Task | None, new: Task | None) -> Task:
    """The task of an `Edit`: as it is afterwards, if it is."""
    task = new or old
    assert task is not None
    return task


class Activity(NamedTuple):
    """The activity of a task at a commit: since when it is in progress, if it is, and its attempt."""

    since: int | None = None
    attempt: int = 1


def beyond(task: Task, counted: Used) -> Used | None:
    """What a task's marks say beyond what was counted; None if nothing."""
    lost = Used(*(max(mark - had, 0) for mark, had in zip(marked(task.spent), counted)))
    return lost if any(lost) else None


def activity(task: Task | None, since: int | None) -> Activity:
    """The activity of a task; ``since`` is when it came to be in progress, if it is. Without a file
    that can be read it has none: what it did before is counted, what it does later begins anew.
    """
    if task is None:
        return Activity()
    return Activity(since if task.state is State.IN_PROGRESS else None, task.tries)


def is_rework(old: Task | None, new: Task) -> bool:
    """Whether a move is a round back into work: it is counted against the limits of rework. Work that
    waited for something else than a failure only continues.
    """
    if old is None or new.state is not State.IN_PROGRESS:
        return False
    failed = old.state is State.BLOCKED and old.wait.reason == "failed"
    return failed or old.state is State.IN_REVIEW


def facts(
    commit: str,
    at: int,
    words: Iterable[Bill],
    changes: Collection[Edit],
    before: Callable[[str], Activity],
    actor: str = "",
) -> dict[str, Fact]:
    """What an ordinary commit adds, by task: its words, and the moves it makes.

    ``at`` is its time, never before that of its parents; ``changes`` are the tasks it changes;
    ``before`` gives the activity of a task in its parent; ``actor`` is who made it, if anyone asks.
    """
    found: dict[str, Fact] = {}
    for old, new in changes:
        was, now = (one is not None and one.state is State.IN_PROGRESS for one in (old, new))
        task = named(old, new)
        since = before(task.id).since if was else None
        fact = Fact(commit, task.id, old.tries if old else task.tries)
        if since is not None and not now:
            fact = fact._replace(span=(min(since, at), at))
        elif now and not was:
            again = is_rework(old, task)
            fact = fact._replace(entered=at, used=Used(rework=int(again)))
        begins = new is not None and begins_work(old, new)
        if begins or (new is not None and is_work(old, new)):
            fact = fact._replace(worker=actor)
        found[task.id] = fact
        if begins and task.tries != fact.attempt:  # who jumps on to another attempt works on both
            found[f"{task.id} again"] = Fact(commit, task.id, task.tries, worker=actor)
    for bill in words:
        fact = found.get(bill.task) or Fact(commit, bill.task, before(bill.task).attempt)
        used = charged(bill)._replace(rework=fact.used.rework)
        worker = actor if bill.step else fact.worker
        found[bill.task] = fact._replace(used=used, worker=worker)
    if words:
        from tkledger.core.quota import used_by  # most commits charge nothing

        found[BY] = used_by(actor, commit, at, words)
    for parent, events in _children(at, changes).items():
        found[parent] = (found.get(parent) or Fact(commit, parent))._replace(children=events)
    return {
        task: fact
        for task, fact in found.items()
        if any(fact.used) or fact.span or fact.entered or fact.worker or fact.children
    }


def _children(at: int, changes: Iterable[Edit]) -> dict[str, tuple[ChildEvent, ...]]:
    """What changes do to the open children of tasks, by the parent."""
    found: dict[str, list[ChildEvent]] = {}
    for edit in changes:
        sides = [one.parent if one is not None and not one.ended else None for one in edit]
        for gone, parent in zip((True, False), sides):
            if parent is not None and sides[0] != sides[1]:
                found.setdefault(parent, []).append(ChildEvent(at, gone, named(*edit).id))
    return {parent: tuple(events) for parent, events in found.items()}


class Account:
    """One task's sums over a set of commits; facts are added and, once added, taken away again."""

    __slots__ = ("children", "entered", "lost", "spans", "sums", "workers")

    def __init__(self) -> None:
        self.sums: dict[int, list[int]] = {}  # by attempt: the amounts, in the order of `Used`
        self.spans: dict[str, tuple[int, int, int]] = {}  # by commit: attempt, begin, end
        self.entered: dict[str, int] = {}  # by commit: when
        self.lost: dict[str, tuple[int, Used]] = {}  # by commit: attempt, beyond what was counted
        self.workers: dict[int, dict[str, int]] = {}  # by attempt: who, in how many commits
        self.children: dict[str, tuple[ChildEvent, ...]] = {}  # by commit

    def add(self, fact: Fact, sign: int = 1) -> None:
        """Count a fact, or take it out of the count with a ``sign`` of -1."""
        used = fact.used
        if any(used):
            sums = self.sums.setdefault(fact.attempt, [0] * len(used))
            for place, amount in enumerate(used):
                sums[place] += sign * amount
        if fact.span is not None:
            _set(self.spans, fact.commit, (fact.attempt, *fact.span), sign)
        if fact.entered is not None:
            _set(self.entered, fact.commit, fact.entered, sign)
        if fact.lost is not None:
            _set(self.lost, fact.commit, (fact.attempt, fact.lost), sign)
        if fact.children:
            _set(self.children, fact.commit, fact.children, sign)
        if fact.worker:
            counts = self.workers.setdefault(fact.attempt, {})
            counts[fact.worker] = counts.get(fact.worker, 0) + sign

    def used(
        self,
        keep: Callable[[int], bool] = lambda attempt: True,
        since: Span | None = None,
    ) -> Used:
        """What was used in the attempts to ``keep``; ``since`` is the interval still going on.

        What was counted, and the most that a mark ever said beyond it: what a squash swallowed
        once stays used whatever is counted afterwards.
        """
        kept = [sums for attempt, sums in self.sums.items() if keep(attempt)]
        counted = Used(*map(sum, zip(Used(), *kept)))
        counted = counted._replace(seconds=covered(self.active(keep, since)))
        lost = [beyond for attempt, beyond in self.lost.values() if keep(attempt)]
        return Used(*(had + max(more) for had, *more in zip(counted, *lost))) if lost else counted

    def active(self, keep: Callable[[int], bool], since: Span | None) -> list[Span]:
        """When the task was in progress in the attempts to ``keep``; ``since`` as in `used`."""
        spans = [(begin, end) for attempt, begin, end in self.spans.values() if keep(attempt)]
        return [*spans, since] if since else spans

    def parted(self) -> Iterator[Span]:
        """When the task had a child that was open."""
        begun: dict[str, int] = {}
        # of the same second the end comes last: a child that ended at once was open for no time
        for at, gone, child in sorted(event for some in self.children.values() for event in some):
            if not gone:
                begun.setdefault(child, at)
            elif child in begun:
                yield begun.pop(child), at
        yield from ((at, FOREVER) for at in begun.values())

    @property
    def steps(self) -> int:
        """The commits of work, in all attempts."""
        return sum(row[0] for row in self.sums.values())

    def copy(self) -> Account:
        """An account of its own with the same sums."""
        twin = Account()
        twin.sums = {attempt: list(sums) for attempt, sums in self.sums.items()}
        twin.spans = dict(self.spans)
        twin.entered = dict(self.entered)
        twin.lost = dict(self.lost)
        twin.children = dict(self.children)
        twin.workers = {attempt: dict(counts) for attempt, counts in self.workers.items()}
        return twin


def _set(index: dict[str, Value], commit: str, value: Value, sign: int) -> None:
    if sign > 0:
        index[commit] = value
    else:
        index.pop(commit, None)


FOREVER = 1 << 62
"""The end of what goes on, in seconds since 1970."""


def covered(spans: Iterable[Span]) -> int:
    """The seconds that intervals cover, where they overlap once."""
    total = reached = 0
    for begin, end in sorted(spans):
        if end > reached:
            total += end - max(begin, reached)
            reached = end
    return total


def outside(spans: Iterable[Span], others: Iterable[Span]) -> Iterator[Span]:
    """The parts of intervals that lie in none of the others."""
    apart = sorted(others)
    for begin, end in spans:
        for other, last in apart:
            if other >= end:
                break
            if begin < other:
                yield begin, other
            begin = max(begin, last)
        if begin < end:
            yield begin, end


Accounts = Mapping[str, Account]


class Usage:
    """What was used up to one commit, that one included; what the rules of budgets ask."""

    def __init__(
        self,
        account: Callable[[str], Account | None],
        activity: Callable[[str], Activity],
        at: int,
        newest: Callable[[str], tuple[str, ...]] = lambda task: (),
    ) -> None:
        self.account = account
        self._activity = activity
        self._newest = newest
        self.at = at

    def counted(self, task_id: str) -> bool:
        """Whether anything was counted for a task, or may be since it is in progress."""
        return self.account(task_id) is not None or self._activity(task_id).since is not None

    def was_started(self, task: Task) -> bool:
        """Whether a task was ever in progress, as far as commits and the marks in its file tell."""
        account = self.account(task.id) or Account()
        return bool(account.entered or account.spans or task.spent.seconds)

    def used(self, task: Task, *, attempt_only: bool = False) -> Used:
        """What a task used, and never less than the marks in its file say; with ``attempt_only``, in
        its present attempt, of which the marks say nothing.
        """
        account = self.account(task.id) or Account()
        counted = account.used(_kept(task, attempt_only), self._going(task))
        return counted if attempt_only else Used(*map(max, counted, marked(task.spent)))

    def alone(self, task: Task, *, attempt_only: bool = False) -> tuple[list[Span], int]:
        """When a task was in progress while no child of it was open; and the seconds that only marks
        know of, which say nothing of children.
        """
        account = self.account(task.id) or Account()
        spans = account.active(_kept(task, attempt_only), self._going(task))
        known_by_marks = self.used(task, attempt_only=attempt_only).seconds - covered(spans)
        return list(outside(spans, account.parted())), known_by_marks

    def _going(self, task: Task) -> Span | None:
        """Since when a task is in progress, if it is, and up to now."""
        since = self._activity(task.id).since if task.state is State.IN_PROGRESS else None
        return None if since is None else (min(since, self.at), self.at)

    def newest(self, task: Task) -> tuple[str, ...]:
        """The newest commits of work on a task, in order: those that no other one has in its history.
        All of its attempts count. One about to be made has an empty id.
        """
        return self._newest(task.id)

    def workers(self, task: Task) -> frozenset[str]:
        """Who worked on a task in its present attempt, by the names in the commits."""
        account = self.account(task.id) or Account()
        return frozenset(
            who
            for attempt, counts in account.workers.items()
            if attempt >= task.tries
            for who, commits in counts.items()
            if commits > 0
        )


def _kept(task: Task, attempt_only: bool) -> Callable[[int], bool]:
    """Which attempts are counted."""
    least = task.tries if attempt_only else 0
    return lambda attempt: attempt >= least


NOTHING = Usage(lambda task: None, lambda task: Activity(), 0)
"""Where no commit was counted: marks alone count."""
