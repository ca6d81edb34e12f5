"""``tk log``: what commits did to tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from tkledger.api import look
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, say_unknown
from tkledger.core.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tkledger.core.history import HistoryEntry
    from tkledger.views.text_layout import Lines

    Wanted = Callable[[HistoryEntry], bool]


def log(
    id: str | None = None,
    limit: int | None = None,
    at: str | None = None,
    path: str = ".",
    fields: Sequence[str] = (),
    **options: Any,
) -> Answer:
    """Show what commits did to a task, or to those that match; oldest first, --limit keeps the newest."""
    session = Session(path, progress=TERMINAL)
    wanted, since = _wanted(session, at, options) if options else (bool, 0)
    if fields:
        _require(fields)
    entries = look.entries(session, id, limit, at, wanted, since)
    shallow = session.repo.is_shallow

    def rows() -> list[dict[str, Any]]:
        from tkledger.api.json import entry_json

        found = map(entry_json, entries)
        if not fields:
            return [*found]
        from tkledger.api.fields import some

        return [some(one, fields) for one in found]

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.words import UNSHALLOW

        fact = f"this clone is shallow: what happened before its history begins is missing: {UNSHALLOW}"
        shown = _table(fields, rows()) if fields else _timeline(entries)
        return [*([Aside(fact)] if shallow else []), shown]

    def to_json() -> dict[str, Any]:
        return {"entries": rows(), **({"shallow": True} if shallow else {})}

    return Answer(to_json, view)


def _timeline(entries: Sequence[HistoryEntry]) -> Lines:
    from tkledger.views.log import timeline

    return timeline(entries)


def _table(fields: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Lines:
    from tkledger.views.fields import table

    return table(fields, rows)


def _require(fields: Sequence[str]) -> None:
    from tkledger.api.fields import require
    from tkledger.api.json import ENTRY_FIELDS

    require(fields, ENTRY_FIELDS)


def _wanted(session: Session, at: str | None, options: Mapping[str, Any]) -> tuple[Wanted, int]:
    """Whether an entry is of a task that matches filters as it is now, and of the time they ask for; and its
    beginning, in seconds since 1970.
    """
    from tkledger.api import filters, lists  # most often without any
    from tkledger.api.overview import Shown
    from tkledger.core.overview import picked

    ledger = Shown(session, at)
    choice = filters.choice(ledger, options)
    asked, of_tasks = choice.filter, choice.timeless
    say_unknown(ledger, of_tasks)
    found = of_tasks.found(ledger, lists.every(ledger.overview, mistakes=True))
    ids = {*picked(ledger.overview.column("id"), found)} if of_tasks.filters else None

    def wanted(entry: HistoryEntry) -> bool:
        if entry.at < asked.since or (asked.until and entry.at >= asked.until):
            return False
        return ids is None or entry.task in ids

    return wanted, asked.since
