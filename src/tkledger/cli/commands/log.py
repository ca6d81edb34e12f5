"""``tk log``: what commits did to tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tkledger.api.session import Session
from tkledger.cli.answer import show_view
from tkledger.core.history import HistoryEntry
from tkledger.core.time import iso
from tkledger.errors import Exit
from tkledger.report import print_json, without_empty
from tkledger.verbs.ids import find

if TYPE_CHECKING:  # typer alone asks what they mean, and takes longer to load than all this
    from tkledger.cli import options as o


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

    show_view(timeline(entries))
    return Exit.OK


def _entry_json(entry: HistoryEntry) -> dict[str, Any]:
    values = {
        **{"commit": entry.commit, "at": iso(entry.at), "actor": entry.actor, "task": entry.task},
        **{"event": entry.event, "from": entry.source, "to": entry.target},
        "message": entry.message,
    }
    return without_empty(values)
