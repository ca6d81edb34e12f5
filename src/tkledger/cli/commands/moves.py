"""``tk admit .. cancel``: the moves, each an edge of the lifecycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_ids, read_text
from tkledger.core.lifecycle import Event
from tkledger.core.quoting import few
from tkledger.core.typing import TYPE_CHECKING, Any

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
    recorded, steps = session.carry_out(verbs, dry_run=dry_run, key=key)
    said = message or qualifiers.get("gap")
    hint = partial(_hint, session, recorded, verb, said=bool(said))
    return changed(session, recorded, dry_run=dry_run, verb=verb, hint=hint, steps=steps)


def _hint(session: Session, recorded: Recorded, verb: str, *, said: bool) -> str:
    """What to say to a person of a move that was made, apart from what it did; empty if nothing. ``said`` is
    whether there was a reason.
    """
    if verb in _ENDS and _is_newest(session, recorded):
        return "undo: tk undo"
    if verb == Event.REJECT and not said:
        first = recorded.touched[0] if len(recorded.touched) == 1 else "ID"
        return f"no reason was given (-m TEXT); to say what is missing: tk note {first} TEXT"
    if verb == Event.SUBMIT and recorded.commit:
        from tkledger.ledger.recent import without_work

        return "; ".join(_unnamed(without_work(session.ledger, recorded)))
    return ""


def _unnamed(tasks: Mapping[str, bool]) -> Iterator[str]:
    """What to say of submitted tasks that no commit names, and whether they had been sent back."""
    for back, since in ((False, "work began"), (True, "it was sent back")):
        ids = [one for one, was in tasks.items() if was is back]
        if ids:
            yield f"no commit since {since} names {few(ids)}: tk diff {ids[0]}"


_ENDS = (Event.FINISH, Event.APPROVE, Event.CANCEL)


def _is_newest(session: Session, recorded: Recorded) -> bool:
    """Whether a move was committed just now, on the branch that HEAD is on: then no one else has it."""
    return bool(recorded.commit) and recorded.commit == session.repo.head and not recorded.warning
