"""Which ready task an actor should take next, or why there is none; it knows no refs and no clock."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task


class Wish(NamedTuple):
    """Who looks for work: the labels it has to have, and the tasks that are excluded."""

    actor: str
    labels: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()


class Pick(NamedTuple):
    """The tasks one may take, all of the same urgency, or the reasons why there is none."""

    tasks: tuple[Task, ...]
    reasons: tuple[str, ...] = ()


def pick(ledger: Snapshot, wish: Wish, holders: Mapping[str, str]) -> Pick:
    """The most urgent tasks that ``wish.actor`` may start; ``holders`` has the live claims by task."""
    limits = tuple(_limits(ledger, wish.actor, holders))
    if limits:
        return Pick((), limits)
    left, reasons = _sifted(ledger.ready(), wish, holders)
    if left:
        return Pick(tuple(task for task in left if task.urgency == left[0].urgency))
    return Pick((), tuple(reasons) or ("no task is ready to start",))


def _sifted(
    ready: Sequence[Task], wish: Wish, holders: Mapping[str, str]
) -> tuple[list[Task], list[str]]:
    """The ready tasks for this actor, and why the others are not for it."""
    left, reasons = list(ready), []
    sieves: tuple[tuple[str, Container[str]], ...] = (
        (f"without label {', '.join(wish.labels)}", _ids(ready, lambda one: not _has(one, wish))),
        ("assigned to others", _ids(ready, lambda one: one.owner not in (None, wish.actor))),
        ("claimed", holders),
        ("begun on a branch of their own", wish.without),
    )
    for words, out in sieves:
        kept = [task for task in left if task.id not in out]
        if len(kept) < len(left):
            reasons.append(f"{len(left) - len(kept)} ready but {words}")
        left = kept
    return left, reasons


def _ids(tasks: Iterable[Task], question: Callable[[Task], bool]) -> set[str]:
    return {task.id for task in tasks if question(task)}


def _has(task: Task, wish: Wish) -> bool:
    return set(wish.labels) <= set(task.labels)


def _limits(ledger: Snapshot, actor: str, holders: Mapping[str, str]) -> Iterable[str]:
    """The limits of the policy that keep this actor, or everyone, from more work."""
    policy = ledger.policy or DEFAULT
    busy = {task.id: task.owner for task in ledger.tasks() if task.state is State.IN_PROGRESS}
    at_work = {**busy, **holders}
    own = sorted(task for task, holder in at_work.items() if holder == actor)
    if policy.wip_total is not None and len(at_work) >= policy.wip_total:
        yield f"{len(at_work)} tasks are worked on, the policy's wip_total is {policy.wip_total}"
    if policy.wip_actor is not None and len(own) >= policy.wip_actor:
        yield f"{actor} is at work on {', '.join(own[:5])}, the policy's wip_actor is {policy.wip_actor}"
    failed = [
        task.id
        for task in ledger.tasks()
        if task.state is State.BLOCKED and task.wait.reason == "failed" and task.owner == actor
    ]
    if policy.failures is not None and len(failed) >= policy.failures:
        yield f"{actor} failed at {', '.join(failed[:5])}, the policy's failures is {policy.failures}"
