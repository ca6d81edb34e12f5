"""``tk search``: tasks by words, the best first."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, say_unknown
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.ledger.recall import Hit, hits

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def search(
    words: Sequence[str], limit: int, at: str | None = None, path: str = ".", **options: Any
) -> Answer:
    """Find the tasks that have some words, the best first, with the line that has the most of them."""
    session = Session(path, progress=TERMINAL)
    tip = session.tip(at) if at is not None else None
    session.ledger.usable(session.ledger.head() if tip is None else session.ledger.at(tip))
    among = _among(session, at, options) if options else None
    found = hits(session.ledger, tip or session.tip(), " ".join(words), limit, among)

    def to_json() -> dict[str, Any]:
        flags = {name: True for name in ("more", "cut") if getattr(found, name)}
        return {"found": [*map(_json, found.found)], "total": found.total, **flags}

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.search import results

        if not found.found:
            return [Aside("no task has these words")]
        too_many = Aside("the ledger has too many lines with these words; give rarer ones")
        return [results(found), *([too_many] if found.cut else [])]

    return Answer(to_json, view)


def _among(session: Session, at: str | None, options: Mapping[str, Any]) -> Container[str]:
    """The ids of the tasks that match filters."""
    from tkledger.api import filters, lists
    from tkledger.api.overview import Shown
    from tkledger.core.overview import picked

    ledger = Shown(session, at, here=True)
    choice = filters.choice(ledger, options)
    say_unknown(ledger, choice)
    found = choice.found(ledger, lists.every(ledger.overview, mistakes=False))
    return {*picked(ledger.overview.column("id"), found)}


def _json(hit: Hit) -> dict[str, Any]:
    task = hit.task
    line = {"field": hit.line.field, "line": hit.line.text}
    return {"id": task.id, "title": task.title, "state": task.state.value, **line}
