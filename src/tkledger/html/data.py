"""What a page has of a ledger, as JSON: tasks, log, graph and statistics, each as the view of that name has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tkledger.api import beyond_rows, lists, log, look
from tkledger.api.filters import Choice
from tkledger.api.graph import graph_of
from tkledger.api.json import Json, without_empty
from tkledger.api.overview import Shown
from tkledger.api.stats import stats, stats_json
from tkledger.core.history import HistoryEntry
from tkledger.core.lifecycle import State
from tkledger.core.overview import picked
from tkledger.core.page_limits import ENTRIES, LINKED
from tkledger.core.task import Task
from tkledger.core.task_graph import cut as cut_graph
from tkledger.core.typing import Any
from tkledger.git import history
from tkledger.html.room import Part, cut, fair_share, size
from tkledger.views.graph_formats import drawn_of
from tkledger.views.graph_svg import cells
from tkledger.views.show import facts, listed, texts
from tkledger.views.style import LOOKS
from tkledger.views.text_layout import cut as cut_text
from tkledger.views.text_layout import safe, safe_lines
from tkledger.views.words import NO_ACTOR, NO_ONE

WORDS = 160
"""The cells of an entry's words that it has at most."""
LISTED = 50
"""The labels, links and dependencies of a task that it has at most, and the rows of a table."""

_APART = ("parent", "depends on", "waiting", "due", "labels", "links", "pr")
"""The facts that a page has by themselves, for its filters and links."""


def page_data(ledger: Shown, choice: Choice) -> Json:
    """All that the page shows; of the same commit and choice always the same."""
    overview = ledger.overview
    places = choice.found(ledger, lists.every(overview, mistakes=False))[: choice.limit]
    ids = picked(overview.column("id"), places)
    return {
        **{"commit": ledger.tip, "at": history.date(ledger.session.repo, ledger.tip)},
        **{"whole": len(overview), "unread": len(overview.flaws), "filtered": choice.filters},
        "states": [
            {"name": state.value, "glyph": LOOKS[state].glyph, "label": LOOKS[state].label}
            for state in State
        ],
        "words": {"owner": NO_ONE["owner"], "actor": NO_ACTOR},
        "tasks": [*_tasks(ledger, ids)],
        "log": _log(ledger, choice),
        "graph": _graph(ledger, choice),
        "stats": _stats(ledger, choice),
    }


# -- tasks --------------------------------------------------------------------------------------


def _tasks(ledger: Shown, ids: Sequence[str]) -> Iterator[Json]:
    overview, policy = ledger.overview, ledger.policy
    known = {task.id: task for task in ledger.snapshot.tasks(ids)}
    parts = {key: [*_parts(task)] for key, task in known.items()}
    share = fair_share(map(size, parts.values()))
    times = beyond_rows.times_of(ledger, ids)
    for key in ids:
        row, task = overview.task(key), known[key]
        assert row is not None  # it was chosen by its row
        text = cut(parts[key], share)
        yield without_empty(
            {
                **{"id": key, "title": safe(row.title), "state": row.state.value},
                **{"priority": row.urgency, "type": row.kind, "owner": policy.actor(row.owner)},
                **{"labels": row.labels[:LISTED], "parent": row.parent, "due": row.due},
                **{
                    "needs": row.depends_on[:LISTED],
                    "waits": row.briefly,
                    "held": row.held or None,
                },
                **{"links": task.links[:LISTED], "pr": task.pr, "updated": times.get(key)},
                "facts": [*_facts(task)],
                "texts": text.parts,
                "cut": text.is_cut or None,
            }
        )


def _facts(task: Task) -> Iterator[tuple[str, str]]:
    if task.resolution:
        yield "resolution", task.resolution
    if task.tries > 1:
        yield "attempt", str(task.tries)
    for name, spans in facts(task):
        if spans and name not in _APART:
            yield name, cut_text("; ".join(text for text, _ in spans), 4 * WORDS)


def _parts(task: Task) -> Iterator[Part]:
    for name, text in texts(task):
        yield name, ["\n".join(safe_lines(text))]
    for name, entries in listed(task):
        if entries:
            yield name, ["\n".join(safe_lines(text)) for text, _ in entries]


# -- what happened ------------------------------------------------------------------------------


def _log(ledger: Shown, choice: Choice) -> Json:
    """The newest entries, the latest first; who did what is told by numbers of a list."""
    session, since = ledger.session, choice.filter.since
    found = look.entries(session, None, ENTRIES + 1, ledger.tip, log.wanted(ledger, choice), since)
    name, people = ledger.policy.actor, dict[str, int]()
    rows = [_entry(one, people.setdefault(name(one.actor), len(people))) for one in found]
    kept = rows[::-1][:ENTRIES]
    return {
        "entries": kept,
        "people": [*people],
        "cut": len(rows) > ENTRIES,
        "shallow": session.repo.is_shallow,
    }


def _entry(one: HistoryEntry, who: int) -> list[Any]:
    fields = ", ".join(change.name for change in one.changes)
    words = ": ".join(filter(None, (fields, one.why or one.subject)))
    source = one.source.value if one.source else ""
    way = [source, one.target.value] if source != one.target.value else []
    return [one.at, one.task, who, one.event, way, one.commit[:10], cut_text(safe(words), WORDS)]


# -- graph and statistics -----------------------------------------------------------------------


def _graph(ledger: Shown, choice: Choice) -> Json:
    """Where each task is drawn, by its id, and what leads from which to which."""
    graph = graph_of(ledger, choice)
    drawn = drawn_of(ledger.overview, cut_graph(graph, LINKED))
    return {
        "cells": {key: [*cell] for key, cell in cells(drawn).items()},
        "links": [
            [source, target, int(before), int(step)] for source, target, before, step in drawn.links
        ],
        "critical": [key for key in graph.critical if key in drawn.rows],
        "unblocks": {key: many for key, many in graph.unblocks.items() if key in drawn.rows},
        **{"whole": len(graph.ids), "unlinked": graph.unlinked},
    }


def _stats(ledger: Shown, choice: Choice) -> Json:
    """The statistics as `tk stats --json` has them, of long tables the first rows."""
    found = stats_json(stats(ledger, choice))
    spent: Mapping[str, Any] = found.get("spent", {})
    return {
        **found,
        "ended": sorted(found.get("ended", []), key=_done, reverse=True)[:LISTED],
        "spent": {
            name: rows[:LISTED] if isinstance(rows, list) else rows for name, rows in spent.items()
        },
    }


def _done(row: Json) -> int:
    done: int = row.get(State.DONE.value, 0)
    return done
