"""``tk budget``: limits and what is used of them."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import look
from tkledger.api.json import budget_json
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def budget(id: str | None = None, at: str | None = None, path: str = ".") -> Answer:
    """Show what is used of the limits: of a task and all above it, or of every open task."""
    rows, now = look.spending(Session(path, progress=TERMINAL), id, at)

    def view() -> Iterable[Lines]:
        from tkledger.views.budget import budget as drawn

        return [drawn(rows, now, whole=id is not None)]

    return Answer(lambda: {"tasks": [budget_json(*row, now) for row in rows]}, view)
