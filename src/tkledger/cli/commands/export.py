"""``tk export``: tasks for other programs."""

from __future__ import annotations

from tkledger.api import filters, lists
from tkledger.api.json import task_json
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Verbatim, say_flaws, say_unknown
from tkledger.core.overview import picked
from tkledger.core.typing import Any
from tkledger.exchange.exports import KINDS


def export(to: str, at: str | None = None, path: str = ".", **options: Any) -> Answer:
    """Write tasks out: all of them, or those that match filters."""
    ledger = Shown(Session(path, progress=TERMINAL), at)
    overview = ledger.overview
    say_flaws(overview.flaws)
    choice = filters.choice(ledger, options)
    say_unknown(ledger, choice)
    places = choice.found(ledger, lists.every(overview, mistakes=False))[: choice.limit]
    tasks = [*ledger.snapshot.tasks(picked(overview.column("id"), places))]

    def text() -> str:
        return KINDS[to]((task, task_json(task)) for task in tasks)

    return Answer(
        lambda: {"to": to, "total": len(tasks), "text": text()},
        lambda: [Verbatim(text().removesuffix("\n"))] if tasks else [],
    )
