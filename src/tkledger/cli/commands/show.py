"""``tk show``: one task whole."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import look
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, tell_of, unread
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.verbs.ids import existing

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def show(id: str, at: str | None = None, path: str = ".") -> Answer:
    """Show one task whole, with what its history and its neighbours say."""
    session = Session(path, progress=TERMINAL)
    ledger = session.look(at)
    task = existing(ledger, id, reading=True)
    details = look.details(session, ledger, task, at)
    letters = [] if at else unread(session, task.id)

    def to_json() -> dict[str, Any]:
        from tkledger.api.json import details_json

        return {
            "task": look.task_with_place(task, ledger),
            "derived": details_json(task, details),
            **({"unread": len(letters)} if letters else {}),
        }

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.show import card

        return [card(task, details), *tell_of(letters)]

    return Answer(to_json, view)
