"""``tk checklist``: the steps of the work on a task."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer
from tkledger.cli.commands.criteria import check_off
from tkledger.core.criteria import CHECKLIST


def checklist(
    id: str,
    add: Sequence[str] = (),
    check: Sequence[int] = (),
    skip: Sequence[int] = (),
    reason: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Add, check or skip steps of a task's checklist; without options, list them."""
    session = Session(path, actor=actor, progress=TERMINAL)
    given = {"add": add, "check": check, "skip": skip}
    return check_off(session, id, CHECKLIST, given, reason, dry_run=dry_run, key=key)
