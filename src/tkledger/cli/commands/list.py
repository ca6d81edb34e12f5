"""``tk list``: the tasks that filters leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tkledger.api.session import Session
from tkledger.cli.answer import show_view, tell_flaws
from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Snapshot, rank
from tkledger.core.task import Task
from tkledger.errors import Exit, usage
from tkledger.report import print_json, task_json
from tkledger.verbs.ids import find

if TYPE_CHECKING:  # typer alone asks what they mean, and takes longer to load than all this
    from tkledger.cli import options as o


def list_(
    state: o.States = None,
    type: o.Types = None,
    label: o.Labels = None,
    owner: o.Owner = None,
    parent: o.Parent = None,
    priority: o.Priority = None,
    all: o.All = False,
    limit: o.Limit = None,
    at: o.At = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
) -> int:
    """List tasks: the open ones first of all; with --json all that the filters leave."""
    session = Session(path, as_json=as_json)
    ledger = session.look(at, remarks=not as_json)
    tell_flaws(ledger)
    found = [
        task
        for task in ledger.tasks()
        if (not state or task.state.value in _known_states(state))
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


def _known_states(words: Iterable[str]) -> set[str]:
    known = [state.value for state in State]
    for word in words:
        if word not in known:
            raise usage(
                "no-such-state", f"there is no state {word!r}", f"one of {', '.join(known)}"
            )
    return set(words)


def task_with_place(task: Task, ledger: Snapshot) -> dict[str, Any]:
    """A task, and the branch on which it is so, if that is another."""
    place = ledger.elsewhere.get(task.id)
    return {**task_json(task), **({"elsewhere": place} if place else {})}
