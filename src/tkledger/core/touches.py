"""What a change does to which tasks."""

from __future__ import annotations

from tkledger.core.layout import is_task_key
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.core.change import Change


def present(change: Change) -> tuple[Task, ...]:
    """The touched tasks as they are after the change, merges included."""
    keys = filter(is_task_key, change.touched)
    return tuple(task for task in map(change.after.task, keys) if task is not None)


def created(change: Change) -> tuple[Task, ...]:
    """All that an ordinary commit creates; under edition 1, not where a file was that could not be read."""
    if change.is_merge:
        return ()
    known = change.before.entries if change.edition < 2 else {}
    new = (task for task in change.present() if task.id not in known)
    return tuple(task for task in new if not change.former(task.id))


def edits(change: Change) -> tuple[tuple[Task, Task], ...]:
    """The tasks that an ordinary commit changes, before and after."""
    present = () if change.is_merge else change.present()
    return tuple((old, task) for task in present for old in change.former(task.id))


def made(change: Change) -> tuple[Task, ...]:
    """The tasks as no parent has them."""

    def is_known(task: Task) -> bool:
        return any(parent.task(task.id) == task for parent in change.parents)

    return tuple(task for task in change.present() if not is_known(task))


def imports(change: Change) -> tuple[Task, ...]:
    """The tasks that an import brings."""
    first = next(filter(is_task_key, change.touched), None)
    task = change.after.task(first) if first is not None else None
    if task is None or task.imported is None:
        return ()  # as nearly always, and then nothing is loaded for it
    from tkledger.core.imports import brought

    return tuple(brought(change))
