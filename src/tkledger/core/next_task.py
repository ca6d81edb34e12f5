"""Which ready task an actor should take next, or why there is none; it knows no refs and no clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence

from tkledger.core.claim import assignee
from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.quoting import quoted
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple


class Wish(NamedTuple):
    """Who looks for work: the labels it has to have, and the tasks that are excluded; what the one who looks is
    able to do, None if that is not known.
    """

    actor: str
    labels: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    can: tuple[str, ...] | None = None


class Pick(NamedTuple):
    """The tasks one may take, the most urgent first, or the reasons why there is none; and of those that
    were begun on another branch and left, which that is.
    """

    tasks: tuple[TaskRow, ...]
    reasons: tuple[str, ...] = ()
    places: Mapping[str, str] = {}

    @property
    def first(self) -> tuple[TaskRow, ...]:
        """The most urgent of them, all of the same priority."""
        return tuple(task for task in self.tasks if task.urgency == self.tasks[0].urgency)

    @property
    def why(self) -> str:
        """Why the oldest of the `first` is the one to take."""
        rest, peers = len(self.tasks), len(self.first)
        if rest < 2:
            return "the only task that you can take now"
        urgency = f"P{self.tasks[0].urgency}"
        if peers < 2:
            return f"{urgency}: the most urgent of {rest} that you can take now"
        others = f"; {rest} can be taken now" if peers < rest else ""
        return f"{urgency}: the oldest of {peers} with this priority{others}"


def pick(
    ledger: Overview,
    law: Policy,
    wish: Wish,
    holders: Mapping[str, str],
    vacant: Collection[str],
    beyond: Callable[[Sequence[TaskRow]], Mapping[str, str]],
) -> Pick:
    """The tasks that ``wish.actor`` may start; ``holders`` has the live claims by task, ``vacant`` the
    tasks in progress that anybody may take up, and the blocked ones whose wait is over. ``beyond`` says of tasks
    which of them a limit of the policy keeps this actor from, and why.

    A task with open children is not offered: the work is in those; nor one of a stream of which another is being
    worked on.
    """
    places = ledger.ready()
    if vacant:
        places = sorted({*places, *(ledger.places[key] for key in vacant)})
    left, reasons = _sifted(ledger, ledger.some(places), law, wish, holders)
    refused = beyond(left)
    left = [task for task in left if task.id not in refused]
    limits = tuple(dict.fromkeys(refused.values()))
    return Pick(tuple(left), () if left else limits or tuple(reasons) or (_NONE,))


_NONE = "no task is ready to start"


def _sifted(
    ledger: Overview,
    ready: Sequence[TaskRow],
    law: Policy,
    wish: Wish,
    holders: Mapping[str, str],
) -> tuple[list[TaskRow], list[str]]:
    """The ready tasks for this actor, and why the others are not for it."""
    left, reasons = list(ready), list[str]()
    sieves: tuple[tuple[str, Container[str]], ...] = (
        ("with open children", _ids(ready, lambda one: ledger.has_open_children(one.id))),
        (f"without label {', '.join(wish.labels)}", _ids(ready, lambda one: not _has(one, wish))),
        (
            f"needing what {quoted(wish.actor)} cannot do",
            _ids(ready, lambda one: _beyond(one, wish)),
        ),
        ("assigned to others", _ids(ready, lambda one: _is_others(law, wish.actor, one))),
        ("claimed", holders),
        ("of a stream that is at work", _in_busy_streams(ledger, ready, holders)),
        ("begun on a branch of their own", wish.without),
    )
    for words, out in sieves:
        kept = [task for task in left if task.id not in out]
        if len(kept) < len(left):
            reasons.append(f"{len(left) - len(kept)} ready but {words}")
        left = kept
    return left, reasons


def _is_others(law: Policy, actor: str, one: TaskRow) -> bool:
    """Whether a task that is not begun is assigned to another, or one whose wait is over is another's."""
    waited = one.state is State.BLOCKED and law.another(actor, one.owner or None)
    return bool(waited or assignee(law, actor, one))


def _ids(tasks: Iterable[TaskRow], question: Callable[[TaskRow], bool]) -> set[str]:
    return {task.id for task in tasks if question(task)}


def _in_busy_streams(
    ledger: Overview, ready: Sequence[TaskRow], holders: Mapping[str, str]
) -> set[str]:
    """The ready tasks of streams of which another task is in progress, or claimed on another branch."""
    streams = {one.stream for one in ready if one.stream}
    if not streams:
        return set()
    own = {one.id for one in ready}
    columns = zip(*map(ledger.column, ("id", "state", "stream")))
    busy = {
        stream
        for key, state, stream in columns
        if stream in streams and (key in holders or (state is State.IN_PROGRESS and key not in own))
    }
    return {one.id for one in ready if one.stream in busy}


def _has(task: TaskRow, wish: Wish) -> bool:
    return set(wish.labels) <= set(task.labels)


def _beyond(task: TaskRow, wish: Wish) -> bool:
    if wish.can is None or not task.labels:
        return False
    from tkledger.core.agent import lacks  # few are registered

    return bool(lacks(wish.can, task.labels))


def reviewable(
    ledger: Snapshot, actor: str, workers: Callable[[Task], Collection[str]]
) -> list[Task]:
    """The tasks in review that are not this actor's own work; ``workers`` says who worked on one in its
    present attempt.
    """
    from tkledger.core.approvals import dependence  # the one answer to whose work it is

    law = ledger.policy or DEFAULT
    return [
        task
        for task in ledger.tasks()
        if task.state is State.IN_REVIEW and not dependence(law, actor, [task.owner], workers(task))
    ]
