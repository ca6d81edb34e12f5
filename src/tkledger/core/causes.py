"""What a task comes down to waiting for: the nearest task that itself waits for no other."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.core.history import Related
from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple

MOST = 100
"""How many tasks are looked at on the way, at most: each is a file to read, and a way longer than this helps no
reader.
"""

_AT_WORK = (State.IN_REVIEW, State.IN_PROGRESS, State.BLOCKED)
"""Of several that are as near, those at work come first."""


class Cause(NamedTuple):
    """What a task comes down to waiting for: the tasks on the way there, and that task; since when it has its
    state, in seconds since 1970, and why it waits if it is blocked.
    """

    way: tuple[str, ...]
    task: Related
    since: int | None = None
    reason: str = ""


def holding(ledger: Snapshot, task: Task) -> tuple[str, ...]:
    """What has to be done, or to end, before a task can be: what it depends on, waits for, and its open parts."""
    if ledger.is_over(task):
        return ()
    awaits = [
        one for one in task.wait.tasks if task.state is State.BLOCKED and _is_open(ledger, one)
    ]
    found = (*ledger.blocked_by(task), *awaits, *ledger.open_children(task.id))
    return tuple(dict.fromkeys(found))


def nearest(ledger: Snapshot, task: Task) -> Sequence[str]:
    """The ids from a task to the nearest that it waits for and that waits for no other; empty if it waits for
    none, or only in a circle. What is not a task that can be read waits for nothing.
    """
    before: dict[str, str] = {task.id: ""}
    level = [task.id]
    while level and len(before) < MOST:
        below: list[str] = []
        ends: list[str] = []
        read = {one.id: one for one in ledger.tasks(level)}  # all at once
        for key in level:
            others = holding(ledger, read[key]) if key in read else ()
            if not others and key != task.id:
                ends.append(key)
            for other in others:
                if other not in before:
                    before[other] = key
                    below.append(other)
        if ends:
            return _chain(min(ends, key=lambda key: _rank(ledger, key)), before)
        level = below
    return ()


def _is_open(ledger: Snapshot, key: str) -> bool:
    task = ledger.task(key)
    return task is not None and not ledger.is_over(task)


def _rank(ledger: Snapshot, key: str) -> int:
    task = ledger.task(key)
    return _AT_WORK.index(task.state) if task and task.state in _AT_WORK else len(_AT_WORK)


def _chain(end: str, before: dict[str, str]) -> list[str]:
    found = [end]
    while before[found[-1]]:
        found.append(before[found[-1]])
    return found[::-1]
