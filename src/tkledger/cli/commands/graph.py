"""``tk graph``: what waits for what, drawn, or for other programs."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import filters
from tkledger.api.graph import graph_json, graph_of
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.cli.answer import (
    TERMINAL,
    Answer,
    Aside,
    TerminalView,
    Verbatim,
    say_flaws,
    say_unknown,
)
from tkledger.core.task_graph import cut
from tkledger.core.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def graph(
    id: str | None = None,
    format: str = "text",
    all: bool = False,
    at: str | None = None,
    path: str = ".",
    **options: Any,
) -> Answer:
    """Draw what waits for what and what is part of what: of one task, or of those that match."""
    ledger = Shown(Session(path, progress=TERMINAL), at)
    say_flaws(ledger.overview.flaws)
    root = filters.task_named(ledger, id) if id else None
    choice = filters.choice(ledger, options)
    say_unknown(ledger, choice)
    whole = graph_of(ledger, choice, root, ended=all)
    found = cut(whole, choice.limit)

    def to_json() -> dict[str, Any]:
        return graph_json(ledger, found, len(whole.ids))

    def view() -> Iterable[Lines | Verbatim | Aside | TerminalView]:
        if format == "text":
            from tkledger.views.graph import NOTHING
            from tkledger.views.graph import graph as drawn

            lines = drawn(ledger.overview, found, len(whole.ids))
            return [lines] if found.ids else [TerminalView(lambda: lines, [Aside(NOTHING)])]
        if format == "json":
            from tkledger.report import json_text

            return [Verbatim(json_text(**to_json()))]
        from tkledger.views.graph_formats import written

        text, many = written(ledger.overview, found, format)
        words = (
            f"{many:,} of {len(whole.ids):,} tasks: the others can be chosen by filters or an ID"
        )
        return [Verbatim(text), *([Aside(words)] if many < len(whole.ids) else [])]

    return Answer(to_json, view)
