"""``tk tree``: tasks under their parents."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import look
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, say_flaws
from tkledger.core.typing import TYPE_CHECKING
from tkledger.verbs.ids import find

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def tree(
    id: str | None = None, all: bool = False, at: str | None = None, path: str = "."
) -> Answer:
    """Show tasks under their parents, with what blocks them and how far they are."""
    ledger = Session(path, progress=TERMINAL).look(at)
    say_flaws(ledger)
    root = find(ledger, id, reading=True) if id else None

    def view() -> Iterable[Lines]:
        from tkledger.views.tree import tree as drawn

        return [drawn(ledger, root, show_ended=root is not None, show_all=all)]

    return Answer(lambda: {"tasks": look.forest_json(ledger, root, show_all=all)}, view)
