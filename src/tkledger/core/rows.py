"""Makes the rows of an overview: what lists say of a task, as text out of the repository."""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow, rank
from tkledger.core.quoting import few, many
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import NOT_JUDGED, Task
from tkledger.core.task_parts import Budget

FEW = 3
"""How many dependencies are named where there is little room."""

_NO_BUDGET = Budget()


def row(task: Task, snapshot: Snapshot, oid: bytes = b"") -> TaskRow:
    """The row of a task in its ledger; ``oid`` is the id of its file's bytes, if that is known."""
    waits = _waits(task, snapshot, None)
    return TaskRow(
        id=task.id,
        oid=oid,
        state=task.state,
        urgency=task.urgency,
        kind=task.kind,
        title=task.title,
        owner=task.owner or "",
        labels=task.labels,
        parent=task.parent,
        depends_on=task.depends_on,
        waits=waits,
        briefly=_waits(task, snapshot, FEW) if task.depends_on else waits,
        held=bool(task.depends_on) and bool(snapshot.blocked_by(task)),
        is_mistake=task.is_mistake,
        limited=task.budget != _NO_BUDGET,
        due_from=_due_from(task, snapshot) if task.state is State.BLOCKED else None,
        awaits=task.wait.tasks if task.state is State.BLOCKED else (),
        stream=task.stream or "",
        due=task.due or "",
    )


def overview(snapshot: Snapshot, files: Mapping[str, bytes] = {}) -> Overview:
    """The overview of a whole ledger; ``files`` are the ids of the bytes of its task files, as far as known."""
    rows = [row(task, snapshot, files.get(task.id, b"")) for task in snapshot.tasks()]
    found = Overview(sorted(rows, key=rank), [*snapshot.flaws()])
    found.elsewhere = snapshot.elsewhere
    return found


def _due_from(task: Task, snapshot: Snapshot) -> int | None:
    from tkledger.core.waits import due_from  # few tasks are blocked

    return due_from(task, snapshot)


def _waits(task: Task, snapshot: Snapshot, most: int | None) -> str:
    """What a task waits for: the reason if it is blocked, and dependencies; open concerns; when it is due; and
    whether it was imported.
    """
    due = f"due {task.due}" if task.due and not task.ended else ""
    mark = NOT_JUDGED if task.imported else ""
    parts = (
        wait_reason(task),
        _open_dependencies(task, snapshot, most),
        _concerns(task),
        due,
        mark,
    )
    return "; ".join(part for part in parts if part)


def wait_reason(task: Task) -> str:
    """``event – deploy, until 2026-01-31T12:00:00Z`` of a blocked task: why it waits, for what, until when."""
    if task.state is not State.BLOCKED:
        return ""
    wait = task.wait
    failure = ": ".join(part for part in task.error if part)
    what = (wait.detail or "").strip() or wait.prompt or failure or wait.key or few([*wait.tasks])
    if wait.until:
        what = f"{what}, until {wait.until}" if what else wait.until
    if wait.then:
        what = f"{what}, then {wait.then}"
    return " – ".join(part for part in (wait.reason, what) if part)


def _open_dependencies(task: Task, snapshot: Snapshot, most: int | None) -> str:
    """``waits for tk-x``; says so where a dependency is cancelled or unknown, so never done.

    With ``most`` the first of them, each with its state, and how many more there are.
    """
    if task.ended or not task.depends_on:
        return ""
    names = []
    for name in snapshot.blocked_by(task):
        other = snapshot.task(name)
        if other is None:
            names.append(f"{name} (unknown)")
        else:
            place = snapshot.elsewhere.get(name)
            where = f" on {place.branch}, not merged" if place else ""
            names.append(f"{name} ({other.state}{where})" if most or other.ended else name)
    return f"waits for {few(names, most or len(names))}" if names else ""


def _concerns(task: Task) -> str:
    """How many concerns about a task are open."""
    found = len(task.open_concerns())
    return many(found, "open concern") if found else ""
