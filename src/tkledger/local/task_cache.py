"""Tasks read before, by the id of their file's blob; a cache that cannot be stale, only missing.

It is in the common git folder and serves the views. No door reads it: a verdict is found from the
objects alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tkledger.core.lifecycle import State
from tkledger.core.task import Task
from tkledger.core.typing import Any
from tkledger.local.page import read_page, write_page
from tkledger.local.store import TASKS, Store

_STATE = Task._fields.index("state")
_STATES = {state.value: state for state in State}
_PARTS: list[tuple[int, Any]] = [
    (place, default)
    for place, name in enumerate(Task._fields)
    if hasattr(default := Task._field_defaults.get(name), "_make")
]
"""Where in a task there is a tuple with names, and which it is if nothing is said."""

_FIELDS = tuple(
    (name, getattr(Task._field_defaults.get(name), "_fields", ())) for name in Task._fields
)
"""The fields of a row, and those of its parts: a tk of the same version may have had others."""


class CachedTasks(Mapping[bytes, Task]):
    """The tasks in the cache, by the id of the blob as bytes; each is made when it is asked for."""

    def __init__(self, rows: Mapping[bytes, list[Any]]) -> None:
        self._rows = rows

    def __getitem__(self, oid: bytes) -> Task:
        row = [*self._rows[oid]]
        row[_STATE] = _STATES[row[_STATE]]
        for place, default in _PARTS:
            row[place] = default if row[place] is None else default._make(row[place])
        return Task._make(row)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class TaskCache:
    """One page: the fields of each task."""

    def __init__(self, common_dir: str) -> None:
        self._store = Store(common_dir)

    def read(self) -> CachedTasks:
        """All tasks in the cache."""
        found = read_page(self._store, TASKS)
        known = isinstance(found, tuple) and found[0] == _FIELDS
        return CachedTasks(found[1] if known else {})

    def write(self, tasks: Mapping[bytes, Task]) -> None:
        """Keep these and no others."""
        write_page(self._store, TASKS, (_FIELDS, {oid: _row(task) for oid, task in tasks.items()}))


def _row(task: Task) -> list[Any]:
    row: list[Any] = [*task]
    row[_STATE] = task.state.value
    for place, default in _PARTS:
        row[place] = None if row[place] == default else tuple(row[place])
    return row
