"""``tk log``: what commits did to tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tkledger.api import look
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, say_unknown
from tkledger.core.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tkledger.api.log import Wanted
    from tkledger.core.history import HistoryEntry
    from tkledger.views.text_layout import Lines


def log(
    id: str | None = None,
    limit: int | None = None,
    at: str | None = None,
    path: str = ".",
    fields: Sequence[str] = (),
    actors: Sequence[str] = (),
    patch: bool = False,
    graph: bool = False,
    **options: Any,
) -> Answer:
    """Show what commits did to a task, or to those that match; --limit keeps the newest."""
    session = Session(path, progress=TERMINAL)
    wanted, since = _wanted(session, at, options) if options else (bool, 0)
    if actors:
        wanted = _both(wanted, _made_by(session, actors, at))
    if fields:
        _require(fields, graph)
    entries = look.entries(session, id, limit, at, wanted, since)
    shallow = session.repo.is_shallow
    changed = _patches(session, entries) if patch else []

    def rows() -> list[dict[str, Any]]:
        from tkledger.api.json import entry_json

        found = [entry_json(one) for one in entries]
        for row, lines in zip(found, changed):
            row.update({"patch": lines} if lines else {})
        for row, before in zip(found, _parents(session, entries) if graph else ()):
            row.update({"parents": before} if before else {})
        if not fields:
            return found
        from tkledger.api.fields import some

        return [some(one, fields) for one in found]

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.words import UNSHALLOW

        fact = f"this clone is shallow: what happened before its history begins is missing: {UNSHALLOW}"
        chosen, one = bool(actors or options), id is not None
        if fields:
            shown = _table(fields, rows())
        elif graph and entries:
            shown = _graphed(session, entries, at, one=one, patches=changed)
        else:
            shown = _days(entries, one=one, chosen=chosen, patches=changed)
        return [*([Aside(fact)] if shallow else []), shown]

    def to_json() -> dict[str, Any]:
        return {"entries": rows(), **({"shallow": True} if shallow else {})}

    return Answer(to_json, view)


def _patches(session: Session, entries: Sequence[HistoryEntry]) -> list[str]:
    from tkledger.api.log import patches  # most often not asked for

    return patches(session, entries)


def _parents(session: Session, entries: Sequence[HistoryEntry]) -> list[Sequence[str]]:
    """Of each entry the commits that come next before its own."""
    from tkledger.api.log import links  # most often not asked for

    found = links(session, entries)
    return [found[one.commit] for one in entries]


def _graphed(
    session: Session,
    entries: Sequence[HistoryEntry],
    at: str | None,
    *,
    one: bool,
    patches: Sequence[str],
) -> Lines:
    import time

    from tkledger.api.log import graph
    from tkledger.views.log import graphed

    links, joints = graph(session, entries, at)
    return graphed(entries, joints, links, int(time.time()), one=one, patches=patches)


def _days(
    entries: Sequence[HistoryEntry], *, one: bool, chosen: bool, patches: Sequence[str]
) -> Lines:
    import time

    from tkledger.views.log import days

    return days(entries, int(time.time()), one=one, chosen=chosen, patches=patches)


def _made_by(session: Session, names: Sequence[str], at: str | None) -> Wanted:
    from tkledger.api.log import made_by  # most often all are wanted

    return made_by(session, names, at)


def _both(one: Wanted, other: Wanted) -> Wanted:
    return lambda entry: one(entry) and other(entry)


def _table(fields: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Lines:
    from tkledger.views.fields import table

    return table(fields, rows)


def _require(fields: Sequence[str], graph: bool) -> None:
    from tkledger.api.fields import require
    from tkledger.api.json import ENTRY_FIELDS
    from tkledger.errors import usage_error

    if graph:
        fact = "the graph has whole entries beside it, and --fields asks for parts of them"
        raise usage_error("fields-and-graph", fact, "tk log --graph")
    require(fields, ENTRY_FIELDS)


def _wanted(session: Session, at: str | None, options: Mapping[str, Any]) -> tuple[Wanted, int]:
    """What filters leave of a log, and the beginning of that, in seconds since 1970."""
    from tkledger.api import filters, log  # most often without any
    from tkledger.api.overview import Shown

    ledger = Shown(session, at)
    choice = filters.choice(ledger, options)
    say_unknown(ledger, choice.timeless)
    return log.wanted(ledger, choice), choice.filter.since
