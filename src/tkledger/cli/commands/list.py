"""``tk list``: the tasks that filters leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tkledger.api.session import Session
from tkledger.cli.answer import show_view, tell_flaws
from tkledger.core.snapshot import Snapshot, rank
from tkledger.core.task import Task
from tkledger.errors import Exit
from tkledger.report import print_json, task_json
from tkledger.verbs.ids import find


def list_(
    state: Sequence[str] = (),
    type: Sequence[str] = (),
    label: Sequence[str] = (),
    owner: str | None = None,
    parent: str | None = None,
    priority: int | None = None,
    all: bool = False,
    limit: int | None = None,
    at: str | None = None,
    path: str = ".",
    as_json: bool = False,
) -> int:
    """List tasks: the open ones first of all; with --json all that the filters leave."""
    session = Session(path, as_json=as_json)
    ledger = session.look(at, remarks=not as_json)
    tell_flaws(ledger)
    found = [
        task
        for task in ledger.tasks()
        if (not state or task.state.value in state)
        and (not type or task.kind in type)
        and (not label or set(label) <= set(task.labels))
        and (owner is None or (task.owner or "") == owner)
        and (not parent or task.parent == find(ledger, parent))
        and (priority is None or task.urgency == priority)
    ]
    found.sort(key=rank)
    if as_json:
        print_json(tasks=[task_with_place(task, ledger) for task in found[:limit]])
        return Exit.OK
    from tkledger.views.list import listing

    hide = not all and not state
    shown = [task for task in found if not (hide and task.ended)]
    hidden = Counter(task.state for task in found if hide and task.ended)
    show_view(listing(shown[:limit], ledger, hidden))
    return Exit.OK


def task_with_place(task: Task, ledger: Snapshot) -> dict[str, Any]:
    """A task, and the branch on which it is so, if that is another."""
    place = ledger.elsewhere.get(task.id)
    return {**task_json(task), **({"elsewhere": place} if place else {})}
