"""Tasks read before, by the id of their file's blob; a cache that cannot be stale, only missing.

It is in the common git folder and serves the views. No door reads it: a verdict is found from the
objects alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tkledger import __version__
from tkledger.core.lifecycle import State
from tkledger.core.task import Admission, Budget, Failure, Retry, Spent, Task, Wait
from tkledger.git.objects import Oid
from tkledger.local.store import TASKS, Store

_PARTS = {
    "budget": Budget,
    "spent": Spent,
    "retry": Retry,
    "admission": Admission,
    "wait": Wait,
    "error": Failure,
}
_TUPLES = ("depends_on", "labels", "concerns", "settled", "notes")


class TaskCache:
    """One file of JSON; treated as empty if it cannot be read or another version of tk wrote it."""

    def __init__(self, common_dir: str) -> None:
        self._store = Store(common_dir)

    def read(self) -> dict[Oid, Task]:
        """All tasks in the cache."""
        try:
            found = json.loads(self._store.read(TASKS) or b"")
            if found["tk"] != __version__:
                return {}
            return {oid: _task(row) for oid, row in found["tasks"].items()}
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return {}

    def write(self, tasks: Mapping[Oid, Task]) -> None:
        """Keep these and no others; a failure costs time only."""
        rows = {oid: _row(task) for oid, task in tasks.items()}
        data = json.dumps({"tk": __version__, "tasks": rows}, separators=(",", ":")).encode()
        self._store.keep(TASKS, data=data)


def _row(task: Task) -> dict[str, Any]:
    """A task as JSON has it, empty fields left out."""
    row: dict[str, Any] = {}
    value: Any
    for name, value in zip(Task._fields, task):
        if name in _PARTS:
            value = list(value) if any(one is not None for one in value) else None
        if value is not None and value != () and value != {}:
            row[name] = value
    return row


def _task(row: dict[str, Any]) -> Task:
    row["state"] = State(row["state"])
    row.setdefault("type", None)
    for name in _TUPLES:
        if name in row:
            row[name] = tuple(row[name])
    for name, part in _PARTS.items():
        if name in row:
            row[name] = part(*row[name])
    if "x" in row:
        row["x"] = _frozen(row["x"])
    return Task(**row)


def _frozen(value: Any) -> Any:
    """JSON's lists as the tuples that they were."""
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(value) if isinstance(value, list) else value
