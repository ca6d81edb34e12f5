"""``tk ready``: the tasks that can be started now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.api import look
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def ready(
    label: Sequence[str] = (), limit: int | None = None, at: str | None = None, path: str = "."
) -> Answer:
    """List what can be started now, most urgent first."""
    ledger, found = look.ready(Session(path, progress=TERMINAL), label, at)

    def view() -> Iterable[Lines | Aside]:
        if not found:
            return [Aside("no task is ready to start: tk list")]
        from tkledger.views.list import listing

        return [listing(found[:limit], ledger, {})]

    return Answer(lambda: {"tasks": look.tasks_json(ledger, found[:limit])}, view)
