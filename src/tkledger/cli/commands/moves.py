"""``tk admit .. cancel``: the moves, each an edge of the lifecycle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_ids, read_text


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
    return changed(session, recorded, dry_run=dry_run, verb=verb)
