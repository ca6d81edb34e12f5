"""``tk tree``: tasks under their parents."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import lists
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, say_flaws
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def tree(
    id: str | None = None, all: bool = False, at: str | None = None, path: str = "."
) -> Answer:
    """Show tasks under their parents, with what blocks them and how far they are."""
    ledger = Shown(Session(path, progress=TERMINAL), at)
    say_flaws(ledger.overview.flaws)
    root = _find(ledger, id) if id else None

    def view() -> Iterable[Lines]:
        from tkledger.views.tree import tree as drawn

        return [drawn(ledger.overview, root, show_ended=root is not None, show_all=all)]

    return Answer(lambda: {"tasks": lists.forest_json(ledger, root, show_all=all)}, view)


def _find(ledger: Shown, word: str) -> str:
    from tkledger.verbs.ids import find  # most often all are shown

    return find(ledger.snapshot, word, reading=True)
