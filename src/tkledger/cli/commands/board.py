"""``tk board``: the states side by side."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

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
    from tkledger.views.text_layout import Lines


def board(by: str | None = None, at: str | None = None, path: str = ".", **options: Any) -> Answer:
    """Show the states side by side, or owners, parents or labels; of each at most --limit tasks."""
    ledger = Shown(Session(path, progress=TERMINAL), at)
    overview = ledger.overview
    say_flaws(overview.flaws)
    choice = filters.choice(ledger, options)
    say_unknown(ledger, choice)
    every = lists.every(overview, mistakes=False)
    found = choice.found(ledger, every)

    def to_json() -> dict[str, Any]:
        groups = lists.groups_of(overview, found, by) if by else lists.by_state(overview, found)
        columns = lists.columns_json(ledger, groups, choice.limit, choice.fields)
        return {"columns": columns, "total": len(found)}

    def view() -> Iterable[Lines | TerminalView]:
        from tkledger.views.board import board as drawn
        from tkledger.views.board import board_by, nothing

        shown = texts_of(ledger, found, choice.fields) if choice.fields else None
        ages = partial(lists.ages, ledger)
        if not found:
            empty = drawn(overview, found, every)
            return [TerminalView(lambda: empty, [Aside(nothing(there=bool(every)))])]
        if by:
            groups = lists.groups_of(overview, found, by)
            return [
                board_by(
                    *(overview, groups, by, choice.limit, shown),
                    ages=ages,
                    most=lambda: ledger.policy.wip_actor,
                )
            ]
        return [
            drawn(
                *(overview, found, every, choice.limit, shown),
                ages=ages,
                most=lambda: ledger.policy.wip_total,
                reordered=choice.sort is not None,
            )
        ]

    return Answer(to_json, view)
