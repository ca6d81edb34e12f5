"""``tk list``: the tasks that match filters."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from tkledger.api import filters, lists
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, fields_of, say_flaws, say_unknown
from tkledger.core.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def list_(all: bool = False, at: str | None = None, path: str = ".", **options: Any) -> Answer:
    """List tasks: the open ones, or those that match filters; with --json all that match."""
    session = Session(path, progress=TERMINAL)
    ledger = Shown(session, at)
    overview = ledger.overview
    say_flaws(overview.flaws)
    choice = filters.choice(ledger, options)
    say_unknown(ledger, choice)
    every = lists.every(overview, mistakes=all)
    found = choice.found(ledger, every)
    hide = not (all or choice.filter.state)

    def to_json() -> dict[str, Any]:
        tasks = lists.tasks_json(ledger, found[: choice.limit], choice.fields)
        return {"tasks": tasks, "total": len(found)}

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.list import listing, nothing

        shown, hidden = lists.parted(overview, found) if hide else (found, {})
        whole = len(lists.parted(overview, every)[0]) if hide else len(every)
        chosen = choice.cut(shown, whole)
        if not shown:
            return [Aside(nothing(overview, chosen, hidden))]
        noun = "open" if hide else "tasks"
        if choice.fields:
            return [fields_of(ledger, chosen, choice.fields, noun)]
        return [listing(overview, chosen, hidden, noun, partial(lists.ages, ledger))]

    return Answer(to_json, view)
