"""``tk why``: what is legal now, and what hinders the rest."""

from __future__ import annotations

import time
from collections.abc import Iterable

from tkledger.api import look
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.report import violation_json
from tkledger.verbs.ids import existing
from tkledger.verbs.legal_moves import Outlook

if TYPE_CHECKING:
    from tkledger.core.causes import Cause
    from tkledger.core.snapshot import Snapshot
    from tkledger.core.task import Task
    from tkledger.views.text_layout import Lines


def why(id: str, at: str | None = None, path: str = ".") -> Answer:
    """Say which moves are legal now, and what hinders each of the others."""
    session = Session(path, progress=TERMINAL)
    ledger = session.look(at)
    task = existing(ledger, id, reading=True)
    found = look.prospects(session, ledger, task, at)
    legal = [one for one in found if not one.hindrances]
    hindered = [one for one in found if one.hindrances]

    place = ledger.elsewhere.get(task.id)
    left = look.left(session, task) if at is None else ""
    held = _nearest(session, ledger, task, at)
    later = [one.id for one in ledger.successors(task.id)] if task.ended else []

    def to_json() -> dict[str, Any]:
        return {
            "id": task.id,
            "state": task.state,
            **({"elsewhere": place.branch} if place else {}),
            **({"reopened_as": later} if later else {}),
            **({"left": left} if left else {}),
            "legal": [
                {"event": one.event, "to": one.target, **({"more": one.more} if one.more else {})}
                for one in legal
            ],
            "hindered": [_hindered_json(one) for one in hindered],
            **({"nearest": _cause_json(held)} if held else {}),
        }

    def view() -> Iterable[Lines]:
        from tkledger.claims.elsewhere import standing_there
        from tkledger.core.rules.rule import way_on
        from tkledger.views.why import Onward, in_words, moves

        assert ledger.policy is not None
        over = ledger.is_over(task)
        onward = Onward(later, way_on(ledger, task.id, ledger.policy)) if over else None
        obstacles = [
            (
                one.event.value,
                one.target,
                [(each.code, each.message, each.remedy) for each in one.hindrances],
            )
            for one in hindered
            if one.reason
        ]
        there = standing_there(ledger, task.id) if place else None
        now = [(one.event.value, one.target, one.more or one.reason) for one in legal]
        elsewhere = [one.event.value for one in hindered if not one.reason]
        nearest = in_words(held, int(time.time())) if held else ()
        return [moves(task, now, obstacles, elsewhere, onward, there, left, nearest)]

    return Answer(to_json, view)


def _nearest(session: Session, ledger: Snapshot, task: Task, at: str | None) -> Cause | None:
    """What the task comes down to waiting for, if it waits for any other."""
    if not (task.depends_on or task.wait.tasks or ledger.children(task.id)):
        return None
    from tkledger.api.around import cause

    return cause(session, ledger, task, at)


def _cause_json(one: Cause) -> dict[str, Any]:
    from tkledger.api.json import cause_json

    return cause_json(one)


def _hindered_json(one: Outlook) -> dict[str, Any]:
    violations = [violation_json(found) for found in one.hindrances]
    return {"event": one.event, "to": one.target, "violations": violations}
