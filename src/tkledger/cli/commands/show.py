"""``tk list``, ``ready``, ``show``, ``tree``, ``board``, ``log``: looking at the ledger."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from tkledger.api.session import Session, claim_json
from tkledger.cli.commands.budget import used_json
from tkledger.core.history import HistoryEntry, times
from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Snapshot, rank
from tkledger.core.task import Task
from tkledger.errors import Exit, usage
from tkledger.git.objects import Oid
from tkledger.report import iso, print_json, say, task_json, visible, without_empty
from tkledger.verbs import existing
from tkledger.verbs.ids import find
from tkledger.verbs.legal_moves import outlooks

if TYPE_CHECKING:  # typer alone asks what they mean, and takes longer to load than all this
    from tkledger.cli import options as o

JSON_DEPTH = 200
"""How deep ``tree --json`` nests; readers of JSON give up somewhere beyond."""


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
    _tell_flaws(ledger)
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
        print_json(tasks=[_task_json(task, ledger) for task in found[:limit]])
        return Exit.OK
    from tkledger.views.list import listing

    hide = not all and not state
    shown = [task for task in found if not (hide and task.ended)]
    hidden = Counter(task.state for task in found if hide and task.ended)
    _show(listing(shown[:limit], ledger, hidden))
    return Exit.OK


def _known_states(words: Iterable[str]) -> set[str]:
    known = [state.value for state in State]
    for word in words:
        if word not in known:
            raise usage(
                "no-such-state", f"there is no state {word!r}", f"one of {', '.join(known)}"
            )
    return set(words)


def ready(
    label: o.Labels = None,
    limit: o.Limit = None,
    at: o.At = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
) -> int:
    """List what can be started now, most urgent first."""
    session = Session(path, as_json=as_json)
    ledger = session.read(at, remarks=not as_json)
    claimed = {} if at else session.standing()
    found = [
        task
        for task in ledger.ready()
        if (not label or set(label) <= set(task.labels))
        and not (task.id in claimed and claimed[task.id].live)
    ]
    if as_json:
        print_json(tasks=[task_json(task) for task in found[:limit]])
        return Exit.OK
    from tkledger.views.list import listing

    if found:
        _show(listing(found[:limit], ledger, {}))
    else:
        say("nothing is ready to be started: tk list")
    return Exit.OK


def tree(
    id: o.MaybeId = None,
    all: o.All = False,
    at: o.At = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
) -> int:
    """Show tasks under their parents, with what holds them up and how far they are."""
    ledger = Session(path, as_json=as_json).look(at, remarks=not as_json)
    _tell_flaws(ledger)
    root = find(ledger, id) if id else None
    if as_json:
        print_json(tasks=_forest(ledger, root))
        return Exit.OK
    from tkledger.views.tree import tree as view

    _show(view(ledger, root, show_ended=all or root is not None))
    return Exit.OK


def _task_json(task: Task, ledger: Snapshot) -> dict[str, Any]:
    """A task, and the branch on which it is so, if that is another."""
    place = ledger.elsewhere.get(task.id)
    return {**task_json(task), **({"elsewhere": place} if place else {})}


def _forest(ledger: Snapshot, root: str | None) -> list[dict[str, Any]]:
    """The tasks with their ``children``, from the roots; those on a cycle hang at its least id."""
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    ranked = [task.id for task in sorted(ledger.tasks(), key=rank)]
    roots = (
        [root] if root else [one for one in ranked if not ledger.task(ledger.parent(one) or "/")]
    )
    for start in [*roots, *([] if root else ranked)]:
        waiting = [(start, found, 0)]
        while waiting:
            task_id, siblings, depth = waiting.pop()
            task = ledger.task(task_id)
            if task is None or task_id in seen:
                continue
            seen.add(task_id)
            node = {**_task_json(task, ledger), "children": []}
            siblings.append(node)
            if depth < JSON_DEPTH:
                below = [child for child in map(ledger.task, ledger.children(task_id)) if child]
                below.sort(key=rank, reverse=True)
                waiting += ((child.id, node["children"], depth + 1) for child in below)
    return found


def board(at: o.At = None, path: o.Folder = ".", as_json: o.Json = False) -> int:
    """Show the states side by side."""
    ledger = Session(path, as_json=as_json).read(at, remarks=not as_json)
    _tell_flaws(ledger)
    if as_json:
        columns: dict[str, list[Any]] = {state.value: [] for state in State}
        for task in ledger.tasks():
            columns[task.state.value].append(task_json(task))
        print_json(columns=columns)
        return Exit.OK
    from tkledger.views.board import board as view

    _show(view(ledger))
    return Exit.OK


def show(id: o.Id, at: o.At = None, path: o.Folder = ".", as_json: o.Json = False) -> int:
    """Show one task whole, with what its history and its neighbours say."""
    session = Session(path, as_json=as_json)
    ledger = session.read(at)
    task = existing(ledger, id)
    tip = session.repo.commit_at(at) if at else session.repo.head
    assert tip is not None
    derived = _derived(session, ledger, task, tip)
    held = None if at else session.standing().get(task.id)
    if held is not None and not held.claim.released:
        derived["claim"] = claim_json(held)
    if as_json:
        print_json(task=task_json(task), derived={**derived, "children": list(derived["children"])})
        return Exit.OK
    from tkledger.views.show import card

    _show(card(task, derived))
    return Exit.OK


def _derived(session: Session, ledger: Snapshot, task: Task, tip: Oid) -> dict[str, Any]:
    """What no file says: times and counts out of the commits, neighbours out of the ledger."""
    assert ledger.policy is not None
    known = times(session.ledger.entries(tip, task.id))
    usage = session.ledger.usage(tip)
    used = usage.used(task)
    counted = partial(session.ledger.counted, parents=[tip], message=None)
    stamps = {
        name: iso(value)
        for name in ("created_at", "updated_at", "started_at")
        if (value := getattr(known, name)) is not None
    }
    children = {
        child: found.state.value
        for child in ledger.children(task.id)
        if (found := ledger.task(child)) is not None
    }
    return {
        **stamps,
        "seconds_active": used.seconds,
        **{kind: value for kind, value in used_json(used).items() if kind != "seconds"},
        "depth": ledger.depth(task.id),
        "children": children,
        "blocked_by": list(ledger.blocked_by(task)),
        "legal": [one.event.value for one in outlooks(ledger, task, counted) if not one.hindrances],
    }


def log(
    id: o.MaybeId = None,
    limit: o.Limit = None,
    at: o.At = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
) -> int:
    """Show what commits did to a task, or to all, oldest first; --limit keeps the newest."""
    session = Session(path, as_json=as_json)
    ledger = session.read(at)
    tip = session.repo.commit_at(at) if at else session.repo.head
    assert tip is not None
    entries = list(session.ledger.entries(tip, find(ledger, id) if id else None))
    entries = entries[-limit:] if limit else entries
    if as_json:
        print_json(entries=[_entry_json(entry) for entry in entries])
        return Exit.OK
    from tkledger.views.log import timeline

    _show(timeline(entries))
    return Exit.OK


def _entry_json(entry: HistoryEntry) -> dict[str, Any]:
    values = {
        **{"commit": entry.commit, "at": iso(entry.at), "actor": entry.actor, "task": entry.task},
        **{"event": entry.event, "from": entry.source, "to": entry.target},
        "message": entry.message,
    }
    return without_empty(values)


def _show(renderable: Any) -> None:
    from tkledger.views.style import show

    show(renderable, sys.stdout)


def _tell_flaws(ledger: Snapshot) -> None:
    for flaw in ledger.flaws():
        say(visible(f"warning[{flaw.code}] {flaw.subject}: {flaw.message}"))
