"""``tk board``: the states side by side."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import look
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, say_flaws
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def board(at: str | None = None, path: str = ".") -> Answer:
    """Show the states side by side."""
    ledger = Session(path, progress=TERMINAL).look(at)
    say_flaws(ledger)

    def view() -> Iterable[Lines]:
        from tkledger.views.board import board as drawn

        return [drawn(ledger)]

    return Answer(lambda: {"columns": look.columns_json(ledger)}, view)
