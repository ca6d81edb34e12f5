"""Limits, and how much of each is used: which ones hold for a task, and what is near its end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from tkledger.core.charges import dollars, micro
from tkledger.core.field import Merge
from tkledger.core.graph import reachable
from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.snapshot import Snapshot, touched
from tkledger.core.task import Task
from tkledger.core.task_parts import PARTS, Budget, Retry, Spent
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple
from tkledger.core.usage import Span, Usage, Used, covered, marked, marks

if TYPE_CHECKING:
    from tkledger.core.quota import Quota

KINDS = Used._fields
"""What is limited, as it is named in a budget."""

_BACKOFF = {"base": 1, "factor": 2, "cap": 120}
"""How long the second attempt waits, in seconds, how many times as long each later one, and the longest wait."""


class Limit(NamedTuple):
    """One limit that holds for a task.

    holder: the task whose budget it is
    kind: of `KINDS`; ``most`` in its unit, cost in millionths of a dollar
    own: whether the policy sets it, for the task alone; a task's own budget covers all below it
    attempt: whether each attempt is counted by itself
    """

    holder: str
    kind: str
    most: int
    own: bool
    attempt: bool


class Gauge(NamedTuple):
    """A limit and how much of it is used; and from how much on a warning is due, in percent."""

    limit: Limit
    used: int
    warn_at: int = DEFAULT.warn_at

    @property
    def exceeded(self) -> bool:
        """Whether more is used than allowed; all of it is still allowed."""
        return self.used > self.limit.most

    @property
    def near(self) -> bool:
        """Whether a warning is due."""
        return self.used > 0 and self.used * 100 >= self.limit.most * self.warn_at

    @property
    def figures(self) -> str:
        """What is used of what, in words."""
        used, most = amount(self.limit.kind, self.used), amount(self.limit.kind, self.limit.most)
        return f"{used} of {most} {UNITS[self.limit.kind]}"

    def figures_for(self, task_id: str) -> str:
        """What is used of what, and of whose budget if it is another task's."""
        whose = "" if self.limit.holder == task_id else f" of {self.limit.holder}"
        return f"{self.figures} used{whose}"


UNITS = {
    "steps": "steps",
    "seconds": "seconds",
    "tokens": "tokens",
    "cost": "US dollars",
    "rework": "rounds of rework",
    "calls": "calls",
}


_NO_BUDGET = Budget()

LIMITS = tuple(
    (part, field.name, field.name if part == "budget" else f"{part}.{field.name}")
    for part, fields in PARTS.items()
    for field in fields
    if field.merge is Merge.LIMIT
)
"""What in a task's file holds something back: the part, the leaf, and its name in a message."""


def amount(kind: str, value: int) -> str:
    """A count as one writes it."""
    return dollars(value) if kind == "cost" else str(value)


def limits(policy: Policy, ledger: Snapshot, task: Task) -> Iterator[Limit]:
    """All limits that hold for a task: its own, else those of its type, else the policy's; and
    those of every ancestor that has a budget.
    """
    typed = policy.budgets.get(task.kind, Budget())
    for kind in KINDS:
        for budget in (task.budget, typed, policy.budget):
            most = limit_in(budget, kind)
            if most is not None:
                anew = scope(policy, task) == "attempt"
                yield Limit(task.id, kind, most, budget is not task.budget, anew)
                break
    for ancestor in ledger.ancestors(task.id):
        above = ledger.task(ancestor)
        if above is None or above.budget == _NO_BUDGET:  # one look, where a chain may be long
            continue
        for kind in KINDS:
            most = limit_in(above.budget, kind)
            if most is not None:
                yield Limit(ancestor, kind, most, False, above.budget.scope == "attempt")


_SCOPES = ("lifetime", None, "attempt")
"""The scopes of a budget, the strictest first; None is the policy's."""


def strictest(name: str, values: Collection[Any]) -> Any:
    """Of several values of a limit, the one that allows least; no value allows everything.

    ``name`` is that of a leaf of `Budget` or `Retry`.
    """
    if name == "scope":
        return min(values, key=_SCOPES.index)
    given = [value for value in values if value is not None]
    if name == "not_before":
        return max(given, default=None)
    if len(given) < 2:
        return given[0] if given else None
    from decimal import Decimal  # a cost is kept as text

    return min(given, key=Decimal)


def loosened(old: Task, new: Task) -> list[str]:
    """The limits in a task's own file that ``new`` has looser than ``old``, by their names.

    Its scope is one only if it has a budget of its own: that holds for all below it, too.
    """
    return [
        label
        for part, leaf, label in LIMITS
        for was, now in [(getattr(getattr(old, part), leaf), getattr(getattr(new, part), leaf))]
        if strictest(leaf, (now, was)) != now
        if leaf != "scope" or (now == "attempt" and limits_work(old.budget))
    ]


def exceeding(policy: Policy, old: Task, new: Task) -> list[str]:
    """The limits that hold for a task alone (its own, else its type's, else the policy's) and are
    looser for ``new`` than for ``old``.
    """
    was, now = _alone(policy, old), _alone(policy, new)
    found = [name for name, most in was.items() if now.get(name, most + 1) > most]
    if was.keys() & set(KINDS) and scope(policy, old) != "attempt" == scope(policy, new):
        found.append("scope")
    return found


def _alone(policy: Policy, task: Task) -> dict[str, int]:
    """The limits that hold for a task alone, by name."""
    typed = policy.budgets.get(task.kind, _NO_BUDGET)
    found = {}
    for kind in KINDS:
        each = (limit_in(budget, kind) for budget in (task.budget, typed, policy.budget))
        most = next((limit for limit in each if limit is not None), None)
        if most is not None:
            found[kind] = most
    tries = attempts(policy, task)
    if tries is not None:
        found["retry.max"] = tries
    return found


def scope(policy: Policy, task: Task) -> str | None:
    """What the limits that hold for a task alone count: its lifetime (also None) or an attempt."""
    typed = policy.budgets.get(task.kind, _NO_BUDGET)
    return task.budget.scope or typed.scope or policy.budget.scope


def limits_work(budget: Budget) -> bool:
    """Whether a budget limits anything that is counted."""
    return any(getattr(budget, kind) is not None for kind in KINDS)


def limit_in(budget: Budget | Quota, kind: str) -> int | None:
    """A limit that a budget or a quota sets, cost in millionths of a dollar; None where it sets none."""
    value = getattr(budget, kind)
    return micro(value) if kind == "cost" and value is not None else value


Sums = dict[tuple[str, bool, bool], Used]
"""What was used of a task's budget: by the task, whether alone, whether in its attempt only."""


def gauges(
    policy: Policy, ledger: Snapshot, task: Task, usage: Usage, sums: Sums | None = None
) -> list[Gauge]:
    """Every limit that holds for a task, with what is used of it; ``sums`` remembers for others."""
    sums = {} if sums is None else sums
    found = []
    for limit in limits(policy, ledger, task):
        key = (limit.holder, limit.own, limit.attempt)
        if key not in sums:
            sums[key] = _under(policy, ledger, limit, usage)
        found.append(Gauge(limit, getattr(sums[key], limit.kind), policy.warn_at))
    return found


def _under(policy: Policy, ledger: Snapshot, limit: Limit, usage: Usage) -> Used:
    """What was used of a limit, by the task that holds it and, unless own, all below it."""
    ids = [limit.holder] if limit.own else [limit.holder, *ledger.descendants(limit.holder)]
    tasks = [task for task_id in ids if (task := ledger.task(task_id)) is not None]
    return used_by(policy, tasks, usage, attempt_only=limit.attempt)


def used_by(
    policy: Policy, tasks: Iterable[Task], usage: Usage, *, attempt_only: bool = False
) -> Used:
    """What several tasks used together, the marks in their files counted; with ``attempt_only``, each
    in its present attempt.

    Since edition 2 of the law, time that several were in progress counts once, and that of a task
    with an open child not at all: the work is in the child.
    """
    total = [0] * len(KINDS)
    spans: list[Span] = []
    from_marks = 0
    for task in tasks:
        if usage.counted(task.id) or task.spent != Spent():
            used = usage.used(task, attempt_only=attempt_only)
            total = [had + more for had, more in zip(total, used)]
            if policy.law >= 2:
                active, unseen = usage.alone(task, attempt_only=attempt_only)
                spans += active
                from_marks += unseen
    found = Used(*total)
    return found if policy.law < 2 else found._replace(seconds=covered(spans) + from_marks)


def pressing(policy: Policy, ledger: Snapshot, usage: Callable[[], Usage]) -> dict[str, Gauge]:
    """By open task, the limit nearest to its end of those that are worth a warning."""
    found: dict[str, Gauge] = {}
    sums: Sums = {}
    for task in _limited(policy, ledger):
        if not task.ended and next(limits(policy, ledger, task), None) is not None:
            near = [one for one in gauges(policy, ledger, task, usage(), sums) if one.near]
            if near:
                found[task.id] = max(near, key=lambda one: one.used / max(one.limit.most, 1))
    return found


def exceeded(policy: Policy, ledger: Snapshot, usage: Callable[[], Usage]) -> Iterator[Gauge]:
    """The limits of open tasks of which more is used than allowed: by merges, which are never refused."""
    sums: Sums = {}
    for task in _limited(policy, ledger):
        if not task.ended and next(limits(policy, ledger, task), None) is not None:
            for gauge in gauges(policy, ledger, task, usage(), sums):
                if gauge.exceeded and gauge.limit.holder == task.id:
                    yield gauge


def may_limit(policy: Policy, tasks: Iterable[Task]) -> bool:
    """Whether a limit of the policy, or of one of these tasks, may hold for any task."""
    return limits_all(policy) or any(task.budget != _NO_BUDGET for task in tasks)


def limits_all(policy: Policy) -> bool:
    """Whether a policy has limits for tasks that have none of their own."""
    return Budget(scope=policy.budget.scope) != policy.budget or bool(policy.budgets)


def _limited(policy: Policy, ledger: Snapshot) -> Iterator[Task]:
    """The tasks that some limit may hold for; most ledgers have none, and then none is looked at."""
    tasks = list(ledger.tasks())
    if limits_all(policy):
        yield from tasks
        return
    for task_id in reachable(
        [one.id for one in tasks if one.budget != _NO_BUDGET], ledger.children
    ):
        task = ledger.task(task_id)
        if task is not None:
            yield task


def exhaustion(gauge: Gauge, used: Used, task: Task, now: int) -> int | None:
    """When a limit will be used up at the rate so far, in seconds since 1970.

    None if that cannot be known: it is not in progress, used nothing yet, or is beyond it; and of
    rework, which comes from reviewers and not by time.
    """
    left = gauge.limit.most - gauge.used
    if task.state is not State.IN_PROGRESS or left <= 0 or gauge.limit.kind == "rework":
        return None
    if gauge.limit.kind == "seconds":
        return now + left
    own: int = getattr(used, gauge.limit.kind)
    if not own or not used.seconds:
        return None
    return now + left * used.seconds // own


def attempts(policy: Policy, task: Task) -> int | None:
    """How many attempts a task may have; None for as many as one likes."""
    return task.retry.max if task.retry.max is not None else policy.retry


def backoff(set_by: Mapping[str, int], attempt: int) -> int:
    """How long to wait, in seconds, after an attempt that failed: as the policy says, else 1, 2, 4 and so on."""
    base, factor, cap = (set_by.get(name, usual) for name, usual in _BACKOFF.items())
    return int(min(base * factor ** min(attempt - 1, 30), cap))


def waits(task: Task, at: int) -> int:
    """For how many seconds from ``at`` a task must not begin; 0 if it may."""
    if task.retry.not_before is None:
        return 0
    from tkledger.core.time import seconds_of  # few tasks have a time

    return max(seconds_of(task.retry.not_before) - at, 0)


def counts(policy: Policy, ledger: Snapshot, task: Task) -> bool:
    """Whether what a task uses is to be marked in its file: a limit asks, or a mark is there."""
    return task.spent != Spent() or next(limits(policy, ledger, task), None) is not None


def booked(
    before: Snapshot,
    after: Snapshot,
    tally: Callable[[], Usage],
    charged: Collection[str] = (),
) -> Snapshot:
    """The ledger after moves with what they have to write down: what was used so far, and before
    when another attempt must not begin.

    ``charged`` are tasks that are marked though they do not move.
    """
    policy = after.policy
    for key in sorted(touched((before,), after) | {*charged}) if policy else ():
        assert policy is not None
        old, task = before.task(key), after.task(key)
        if old is None or task is None or old.ended:  # what has ended is a record
            continue
        if old.state is task.state and key not in charged:
            continue
        if counts(policy, after, old):
            task = remembered(task, tally(), old, policy.format)
        limited = policy.backoff or attempts(policy, task) is not None
        if task.tries > old.tries and limited:
            from tkledger.core.time import iso  # few moves begin another attempt

            wait = iso(tally().at + backoff(policy.backoff, old.tries))
            task = task._replace(retry=Retry(task.retry.max, wait))
        after = after.put(task)
    return after


def remembered(task: Task, usage: Usage, as_it_was: Task, format: int) -> Task:
    """A task with the marks of what it used while it stood ``as_it_was``; marks never fall. Files of
    format 1 have none for calls.
    """
    used = usage.used(as_it_was)
    used = used if format >= 2 else used._replace(calls=0)
    return task if used == marked(task.spent) else task._replace(spent=marks(used))
