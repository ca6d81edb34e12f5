"""``tk tree``: tasks under their parents."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import filters, lists
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.cli.answer import (
    TERMINAL,
    Answer,
    Aside,
    TerminalView,
    say_flaws,
    say_unknown,
    texts_of,
)
from tkledger.core.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tkledger.core.overview import Chosen
    from tkledger.views.text_layout import Lines


def tree(
    id: str | None = None,
    all: bool = False,
    depth: int | None = None,
    at: str | None = None,
    path: str = ".",
    **options: Any,
) -> Answer:
    """Show tasks under their parents, with what blocks them and how far they are."""
    ledger = Shown(Session(path, progress=TERMINAL), at)
    overview = ledger.overview
    say_flaws(overview.flaws)
    root = filters.task_named(ledger, id) if id else None
    choice = filters.choice(ledger, options)
    say_unknown(ledger, choice)

    def chosen(*, ended: bool) -> Chosen:
        places = lists.every(overview, mistakes=all)
        if not ended:
            places, _ = lists.parted(overview, places)
        return choice.of(ledger, lists.below(overview, root, places) if root else places)

    def view() -> Iterable[Lines | TerminalView]:
        from tkledger.views.tree import DEEPEST, nothing
        from tkledger.views.tree import tree as drawn

        ended = all or root is not None or bool(choice.filter.state)
        found = chosen(ended=ended)
        shown = texts_of(ledger, found.places, choice.fields) if choice.fields else None
        tree = drawn(overview, found, root, shown, DEEPEST if depth is None else depth)
        return (
            [tree]
            if found.places or root
            else [TerminalView(lambda: tree, [Aside(nothing(overview, found))])]
        )

    def to_json() -> dict[str, Any]:
        found = chosen(ended=True)
        return {
            "tasks": lists.forest_json(ledger, found, root, choice.fields, depth),
            "total": found.matching,
        }

    return Answer(to_json, view)
