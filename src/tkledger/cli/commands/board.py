"""``tk board``: the states side by side."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import lists
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, say_flaws
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def board(at: str | None = None, path: str = ".") -> Answer:
    """Show the states side by side."""
    ledger = Shown(Session(path, progress=TERMINAL), at)
    say_flaws(ledger.overview.flaws)

    def view() -> Iterable[Lines]:
        from tkledger.views.board import board as drawn

        return [drawn(ledger.overview)]

    return Answer(lambda: {"columns": lists.columns_json(ledger)}, view)
