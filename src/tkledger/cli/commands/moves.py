"""``tk admit .. cancel``: the moves, each an edge of the lifecycle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_ids, read_text
from tkledger.core.lifecycle import Event

if TYPE_CHECKING:
    from tkledger.ledger.proposal import Recorded


def move(
    verb: str,
    ids: Sequence[str],
    message: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
    **qualifiers: Any,
) -> Answer:
    """Move the tasks along the verb's edge, in one commit."""
    session = Session(path, actor=actor, progress=TERMINAL)
    verbs = each(verb, read_ids(ids), {**qualifiers, "message": read_text(message)})
    recorded, _ = session.carry_out(verbs, dry_run=dry_run, key=key)
    hint = "undo: tk undo" if verb in _ENDS and _is_newest(session, recorded) else ""
    return changed(session, recorded, dry_run=dry_run, verb=verb, hint=hint)


_ENDS = (Event.FINISH, Event.APPROVE, Event.CANCEL)


def _is_newest(session: Session, recorded: Recorded) -> bool:
    """Whether a move was committed just now, on the branch that HEAD is on: then nobody else has it."""
    return bool(recorded.commit) and recorded.commit == session.repo.head and not recorded.warning
