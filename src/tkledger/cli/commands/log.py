"""``tk log``: what commits did to tasks."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import look
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.core.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def log(
    id: str | None = None, limit: int | None = None, at: str | None = None, path: str = "."
) -> Answer:
    """Show what commits did to a task, or to all, oldest first; --limit keeps the newest."""
    session = Session(path, progress=TERMINAL)
    entries = look.entries(session, id, limit, at)
    shallow = session.repo.is_shallow

    def to_json() -> dict[str, Any]:
        from tkledger.api.json import entry_json

        more = {"shallow": True} if shallow else {}
        return {"entries": [entry_json(entry) for entry in entries], **more}

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.log import timeline
        from tkledger.views.words import UNSHALLOW

        fact = f"this clone is shallow: what happened before its history begins is missing: {UNSHALLOW}"
        return [*([Aside(fact)] if shallow else []), timeline(entries)]

    return Answer(to_json, view)
