"""The graph of one task, or of what filters choose, and its JSON."""

from __future__ import annotations

from tkledger.api import lists
from tkledger.api.filters import Choice
from tkledger.api.json import Json
from tkledger.api.overview import Shown
from tkledger.core.task_graph import TaskGraph, around, task_graph


def graph_of(
    ledger: Shown, choice: Choice, root: str | None = None, *, ended: bool = False
) -> TaskGraph:
    """The graph of the open tasks that match, or with ``ended`` of all: of one task what it is tied to, itself
    in any case.
    """
    overview = ledger.overview
    places = lists.every(overview, mistakes=ended)
    if not (ended or choice.filter.state):
        places, _ = lists.parted(overview, places)
    if root:
        near, ids = around(overview, root), overview.column("id")
        places = [place for place in places if ids[place] in near]
        own = overview.places[root]
        places = places if own in places else [*places, own]
    return task_graph(overview, choice.found(ledger, places), root or "")


def graph_json(ledger: Shown, graph: TaskGraph, whole: int) -> Json:
    """The tasks, the links between them in the order in which they end, and the longest chain; of a ``whole`` of
    so many linked tasks.
    """
    return {
        "tasks": [_task_json(ledger, graph, key) for key in graph.ids],
        "links": [{"from": one.source, "to": one.target, "kind": one.kind} for one in graph.links],
        "critical_path": list(graph.critical),
        **{"total": whole, "unlinked": graph.unlinked},
    }


def _task_json(ledger: Shown, graph: TaskGraph, key: str) -> Json:
    row = ledger.overview.task(key)
    assert row is not None
    return {
        **{"id": key, "title": row.title, "state": row.state.value, "priority": row.urgency},
        "unblocks": graph.unblocks.get(key, 0),
        **({"critical": True} if key in graph.critical else {}),
    }
