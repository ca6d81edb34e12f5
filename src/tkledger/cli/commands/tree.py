"""``tk tree``: tasks under their parents."""

from __future__ import annotations

from typing import Any

from tkledger.api.session import Session
from tkledger.cli.answer import show_view, tell_flaws
from tkledger.cli.commands.list import task_with_place
from tkledger.core.snapshot import Snapshot, rank
from tkledger.errors import Exit
from tkledger.report import print_json
from tkledger.verbs.ids import find

JSON_DEPTH = 200
"""How deep ``tree --json`` nests; readers of JSON give up somewhere beyond."""


def tree(
    id: str | None = None,
    all: bool = False,
    at: str | None = None,
    path: str = ".",
    as_json: bool = False,
) -> int:
    """Show tasks under their parents, with what holds them up and how far they are."""
    ledger = Session(path, as_json=as_json).look(at, remarks=not as_json)
    tell_flaws(ledger)
    root = find(ledger, id) if id else None
    if as_json:
        print_json(tasks=_forest(ledger, root))
        return Exit.OK
    from tkledger.views.tree import tree as view

    show_view(view(ledger, root, show_ended=all or root is not None))
    return Exit.OK


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
            node = {**task_with_place(task, ledger), "children": []}
            siblings.append(node)
            if depth < JSON_DEPTH:
                below = [child for child in map(ledger.task, ledger.children(task_id)) if child]
                below.sort(key=rank, reverse=True)
                waiting += ((child.id, node["children"], depth + 1) for child in below)
    return found
