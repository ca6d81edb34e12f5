"""What tasks use up: what one commit charges, and sums over exact sets of commits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from tkledger.core.field import DECIMAL
from tkledger.core.lifecycle import State
from tkledger.core.task import Spent, Task, is_work
from tkledger.core.trailers import COST, PREFIX, SPEND, STEP, TOKENS, TOKENS_IN, TOKENS_OUT, lines

MICRO = 1_000_000
"""Cost is counted in millionths of a US dollar: whole numbers add up in any order."""

Value = TypeVar("Value")

_WHOLE = re.compile(r"[0-9]{1,15}\Z")


MOST_CHARGED = 1_000
"""The most tasks that one commit may charge."""


class Bill(NamedTuple):
    """What the words of one commit charge one task; a step is work, a record of usage is not."""

    task: str
    step: bool
    tokens: int = 0
    cost: int = 0


class Used(NamedTuple):
    """What a task used: commits of work, seconds in progress, tokens, millionths of a dollar, and
    rounds of rework (REJECT, and RESUME after BLOCK).
    """

    steps: int = 0
    seconds: int = 0
    tokens: int = 0
    cost: int = 0
    rework: int = 0


class Fact(NamedTuple):
    """What one commit adds to the count of one task.

    attempt: the attempt it belongs to
    used: its amounts; never seconds, which follow from all the spans of a task together
    span: the seconds since 1970 between which the task was in progress, if this commit ended that
    entered: when it put the task in progress, if it did
    worker: who worked on the task by it, as the commit says: by a step, or by a move of who holds it
    lost: if it wrote marks, what they say beyond what was counted up to it: commits that a rewriting
        of history lost
    """

    commit: str
    task: str
    attempt: int = 1
    used: Used = Used()
    span: tuple[int, int] | None = None
    entered: int | None = None
    lost: Used | None = None
    worker: str = ""


def bills(message: str) -> tuple[Bill, ...]:
    """What the ``Tk-`` lines of a message charge, wherever in it they stand.

    ``Tk-Task: ID`` names the task that the commit is a step of, ``Tk-Spend: ID`` one that it records
    usage of; the amounts (``Tk-Tokens``, ``Tk-Tokens-In``, ``Tk-Tokens-Out``, ``Tk-Cost`` in US
    dollars) belong to the task named last before them, or else to the first. A squashed message
    may hold many: the amounts add up, and a task is charged one step.
    """
    if PREFIX not in message:
        return ()
    found: dict[str, list[int]] = {}
    early = [0, 0, 0]
    into = early
    for name, value in _lines(message):
        if name in (STEP, SPEND):
            into = found.setdefault(value, [0, 0, 0])
            into[0] |= name == STEP
        else:
            amount = _amount(name, value)
            into[2 if name == COST else 1] += amount or 0
    for first in found.values():
        first[1] += early[1]
        first[2] += early[2]
        break
    return tuple(Bill(task, bool(s), tokens, cost) for task, (s, tokens, cost) in found.items())


def steps(message: str) -> tuple[str, ...]:
    """The tasks that a message says its commit is a step of."""
    return tuple(bill.task for bill in bills(message) if bill.step)


def unreadable(message: str) -> Iterator[tuple[str, str]]:
    """The amounts of a message that are not numbers: the name and the text."""
    for name, value in _lines(message):
        if name not in (STEP, SPEND) and _amount(name, value) is None:
            yield name, value


_BLANKS = " \t\r"
_NAMES = (STEP, SPEND, TOKENS, TOKENS_IN, TOKENS_OUT, COST)


def _lines(message: str) -> Iterator[tuple[str, str]]:
    for line in lines(message):  # indented, as git merge --squash has them, or not
        name, colon, value = line.strip(_BLANKS).partition(": ")
        if colon and name in _NAMES:
            yield name, value.strip(_BLANKS)


def _amount(name: str, value: str) -> int | None:
    if name == COST:
        return micro(value) if DECIMAL.match(value) else None
    return int(value) if _WHOLE.match(value) else None


def micro(dollars: str) -> int:
    """An amount such as ``0.25`` in millionths of a dollar."""
    whole, _, part = dollars.partition(".")
    return int(whole) * MICRO + int(part.ljust(6, "0"))


def dollars(amount: int) -> str:
    """Millionths of a dollar as the shortest decimal."""
    whole, part = divmod(amount, MICRO)
    return f"{whole}.{part:06d}".rstrip("0") if part else str(whole)


def marked(spent: Spent) -> Used:
    """The marks in a task's file as amounts."""
    return Used(
        spent.steps or 0,
        spent.seconds or 0,
        spent.tokens or 0,
        micro(spent.cost) if spent.cost else 0,
        spent.rework or 0,
    )


def marks(used: Used) -> Spent:
    """Amounts as the marks of a task's file; nothing used is left out."""
    return Spent(
        used.steps or None,
        used.seconds or None,
        used.tokens or None,
        dollars(used.cost) if used.cost else None,
        used.rework or None,
    )


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


def facts(
    commit: str,
    at: int,
    words: Iterable[Bill],
    changes: Iterable[Edit],
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
        known = before(task.id) if was or task.tries > 1 else Activity()
        fact = Fact(commit, task.id, old.tries if old else task.tries)
        if was and not now and known.since is not None:
            fact = fact._replace(span=(min(known.since, at), at))
        elif now and not was:
            again = old is not None and old.state in (State.IN_REVIEW, State.BLOCKED)
            fact = fact._replace(entered=at, used=Used(rework=int(again)))
        if new is not None and is_work(old, new):
            fact = fact._replace(worker=actor)
        found[task.id] = fact
    for bill in words:
        fact = found.get(bill.task) or Fact(commit, bill.task, before(bill.task).attempt)
        used = Used(int(bill.step), 0, bill.tokens, bill.cost, fact.used.rework)
        worker = actor if bill.step else fact.worker
        found[bill.task] = fact._replace(used=used, worker=worker)
    return {
        task: fact
        for task, fact in found.items()
        if any(fact.used) or fact.span or fact.entered or fact.worker
    }


class Account:
    """One task's sums over a set of commits; facts are added and, once added, taken away again."""

    __slots__ = ("entered", "lost", "spans", "sums", "workers")

    def __init__(self) -> None:
        self.sums: dict[int, list[int]] = {}  # by attempt: steps, tokens, cost, rework
        self.spans: dict[str, tuple[int, int, int]] = {}  # by commit: attempt, begin, end
        self.entered: dict[str, int] = {}  # by commit: when
        self.lost: dict[str, tuple[int, Used]] = {}  # by commit: attempt, beyond what was counted
        self.workers: dict[int, dict[str, int]] = {}  # by attempt: who, in how many commits

    def add(self, fact: Fact, sign: int = 1) -> None:
        """Count a fact, or take it out of the count with a ``sign`` of -1."""
        used = fact.used
        if any(used):
            sums = self.sums.setdefault(fact.attempt, [0, 0, 0, 0])
            for place, amount in enumerate((used.steps, used.tokens, used.cost, used.rework)):
                sums[place] += sign * amount
        if fact.span is not None:
            _set(self.spans, fact.commit, (fact.attempt, *fact.span), sign)
        if fact.entered is not None:
            _set(self.entered, fact.commit, fact.entered, sign)
        if fact.lost is not None:
            _set(self.lost, fact.commit, (fact.attempt, fact.lost), sign)
        if fact.worker:
            counts = self.workers.setdefault(fact.attempt, {})
            counts[fact.worker] = counts.get(fact.worker, 0) + sign

    def used(
        self,
        keep: Callable[[int], bool] = lambda attempt: True,
        since: tuple[int, int] | None = None,
    ) -> Used:
        """What was used in the attempts to ``keep``; ``since`` is the interval still going on.

        What was counted, and the most that a mark ever said beyond it: what a squash swallowed
        once stays used whatever is counted afterwards.
        """
        steps = tokens = cost = rework = 0
        for attempt, sums in self.sums.items():
            if keep(attempt):
                steps, tokens = steps + sums[0], tokens + sums[1]
                cost, rework = cost + sums[2], rework + sums[3]
        spans = [(begin, end) for attempt, begin, end in self.spans.values() if keep(attempt)]
        seconds = covered([*spans, since] if since else spans)
        counted = Used(steps, seconds, tokens, cost, rework)
        lost = [beyond for attempt, beyond in self.lost.values() if keep(attempt)]
        return Used(*(had + max(more) for had, *more in zip(counted, *lost))) if lost else counted

    def copy(self) -> Account:
        """An account of its own with the same sums."""
        twin = Account()
        twin.sums = {attempt: list(sums) for attempt, sums in self.sums.items()}
        twin.spans = dict(self.spans)
        twin.entered = dict(self.entered)
        twin.lost = dict(self.lost)
        twin.workers = {attempt: dict(counts) for attempt, counts in self.workers.items()}
        return twin


def _set(index: dict[str, Value], commit: str, value: Value, sign: int) -> None:
    if sign > 0:
        index[commit] = value
    else:
        index.pop(commit, None)


def covered(spans: Iterable[tuple[int, int]]) -> int:
    """The seconds that intervals cover, where they overlap once."""
    total = reached = 0
    for begin, end in sorted(spans):
        if end > reached:
            total += end - max(begin, reached)
            reached = end
    return total


Accounts = Mapping[str, Account]


class Usage:
    """What was used up to one commit, that one included; what the rules of budgets ask."""

    def __init__(
        self,
        account: Callable[[str], Account | None],
        activity: Callable[[str], Activity],
        at: int,
    ) -> None:
        self._account = account
        self._activity = activity
        self.at = at

    def counted(self, task_id: str) -> bool:
        """Whether anything was counted for a task, or may be since it is in progress."""
        return self._account(task_id) is not None or self._activity(task_id).since is not None

    def used(self, task: Task, *, attempt_only: bool = False) -> Used:
        """What a task used, and never less than the marks in its file say; with ``attempt_only``, in
        its present attempt, of which the marks say nothing.
        """
        account = self._account(task.id) or Account()
        since = self._activity(task.id).since if task.state is State.IN_PROGRESS else None
        going = (min(since, self.at), self.at) if since is not None else None
        if attempt_only:
            return account.used(lambda attempt: attempt >= task.tries, going)
        return Used(*map(max, account.used(since=going), marked(task.spent)))

    def workers(self, task: Task) -> frozenset[str]:
        """Who worked on a task in its present attempt, by the names in the commits."""
        account = self._account(task.id) or Account()
        return frozenset(
            who
            for attempt, counts in account.workers.items()
            if attempt >= task.tries
            for who, commits in counts.items()
            if commits > 0
        )


NOTHING = Usage(lambda task: None, lambda task: Activity(), 0)
"""Where no commit was counted: marks alone count."""
