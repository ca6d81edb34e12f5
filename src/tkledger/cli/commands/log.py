"""``tk log``: what commits did to tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tkledger.api import look
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def log(
    id: str | None = None, limit: int | None = None, at: str | None = None, path: str = "."
) -> Answer:
    """Show what commits did to a task, or to all, oldest first; --limit keeps the newest."""
    entries = look.entries(Session(path, progress=TERMINAL), id, limit, at)

    def to_json() -> dict[str, Any]:
        from tkledger.api.json import entry_json

        return {"entries": [entry_json(entry) for entry in entries]}

    def view() -> Iterable[Lines]:
        from tkledger.views.log import timeline

        return [timeline(entries)]

    return Answer(to_json, view)
