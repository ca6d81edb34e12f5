"""``tk why``: what is legal now, and what stands in the way of the rest."""

from __future__ import annotations

import sys
from typing import Any

from tkledger.api.session import Session
from tkledger.errors import Exit
from tkledger.git import history
from tkledger.report import print_json, violation_json
from tkledger.verbs import existing
from tkledger.verbs.legal_moves import Outlook, outlooks


def why(id: str, at: str | None = None, path: str = ".", as_json: bool = False) -> int:
    """Say which moves are legal now, and what stands in the way of each of the others."""
    session = Session(path, as_json=as_json)
    ledger = session.read(at)
    task = existing(ledger, id)
    tip = history.commit_at(session.repo, at) if at else session.repo.head
    parents = [tip] if tip else []
    found = outlooks(ledger, task, lambda made: session.ledger.counted(made, parents, None))
    legal = [one for one in found if not one.hindrances]
    hindered = [one for one in found if one.hindrances]
    if as_json:
        print_json(
            id=task.id,
            state=task.state,
            legal=[{"event": one.event, "to": one.target} for one in legal],
            hindered=[_hindered_json(one) for one in hindered],
        )
        return Exit.OK
    from tkledger.views.style import show
    from tkledger.views.why import moves

    view = moves(
        task,
        [(one.event.value, one.target, one.reason) for one in legal],
        [
            (
                one.event.value,
                one.target,
                [(found.code, found.message, found.remedy) for found in one.hindrances],
            )
            for one in hindered
            if one.reason
        ],
        [one.event.value for one in hindered if not one.reason],
    )
    show(view, sys.stdout)
    return Exit.OK


def _hindered_json(one: Outlook) -> dict[str, Any]:
    violations = [violation_json(found) for found in one.hindrances]
    return {"event": one.event, "to": one.target, "violations": violations}
