"""``tk ready``: the tasks that can be started now."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from tkledger.api import filters, lists
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, fields_of, say_unknown
from tkledger.core.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def ready(at: str | None = None, path: str = ".", **options: Any) -> Answer:
    """List what can be started now, most urgent first."""
    session = Session(path, progress=TERMINAL)
    ledger = Shown(session, at, here=True)
    choice = filters.choice(ledger, options)
    say_unknown(ledger, choice)
    chosen = choice.of(ledger, lists.ready(session, ledger))

    def to_json() -> dict[str, Any]:
        tasks = lists.tasks_json(ledger, chosen.places, choice.fields)
        return {"tasks": tasks, "total": chosen.matching}

    def view() -> Iterable[Lines | Aside]:
        if not chosen.whole:
            return [Aside("no task is ready to start: tk list")]
        if not chosen.matching:
            fact = f"none of the {chosen.whole:,} tasks that are ready matches"
            if chosen.whole == 1:
                fact = "the one task that is ready does not match"
            return [Aside(f"{fact}: tk ready")]
        if choice.fields:
            return [fields_of(ledger, chosen, choice.fields, "ready")]
        from tkledger.views.list import listing

        ages = partial(lists.ages, ledger)
        return [listing(ledger.overview, chosen, {}, "ready", ages)]

    return Answer(to_json, view)
