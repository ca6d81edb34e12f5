"""``tk ready``: the tasks that can be started now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.api import lists
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def ready(
    label: Sequence[str] = (), limit: int | None = None, at: str | None = None, path: str = "."
) -> Answer:
    """List what can be started now, most urgent first."""
    session = Session(path, progress=TERMINAL)
    ledger = Shown(session, at, here=True)
    found = lists.ready(session, ledger, label)

    def view() -> Iterable[Lines | Aside]:
        if not found:
            return [Aside("no task is ready to start: tk list")]
        from tkledger.views.list import listing

        return [listing(ledger.overview, found[:limit], {})]

    return Answer(lambda: {"tasks": lists.tasks_json(ledger, found[:limit])}, view)
