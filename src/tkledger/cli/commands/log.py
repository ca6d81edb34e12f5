"""``tk log``: what commits did to tasks."""

from __future__ import annotations

from typing import Any

from tkledger.api.session import Session
from tkledger.cli.answer import show_view
from tkledger.core.history import HistoryEntry
from tkledger.errors import Exit
from tkledger.git import history
from tkledger.report import iso, print_json, without_empty
from tkledger.verbs.ids import find


def log(
    id: str | None = None,
    limit: int | None = None,
    at: str | None = None,
    path: str = ".",
    as_json: bool = False,
) -> int:
    """Show what commits did to a task, or to all, oldest first; --limit keeps the newest."""
    session = Session(path, as_json=as_json)
    ledger = session.read(at)
    tip = history.commit_at(session.repo, at) if at else session.repo.head
    assert tip is not None
    entries = list(session.ledger.entries(tip, find(ledger, id) if id else None))
    entries = entries[-limit:] if limit else entries
    if as_json:
        print_json(entries=[_entry_json(entry) for entry in entries])
        return Exit.OK
    from tkledger.views.log import timeline

    show_view(timeline(entries))
    return Exit.OK


def _entry_json(entry: HistoryEntry) -> dict[str, Any]:
    values = {
        **{"commit": entry.commit, "at": iso(entry.at), "actor": entry.actor, "task": entry.task},
        **{"event": entry.event, "from": entry.source, "to": entry.target},
        "message": entry.message,
    }
    return without_empty(values)
