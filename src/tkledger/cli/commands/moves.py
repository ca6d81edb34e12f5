"""``tk admit .. cancel``: the moves, one for each event of the lifecycle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tkledger.api.session import Session, each, read_ids, read_text


def move(
    verb: str,
    ids: Sequence[str],
    message: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
    **qualifiers: Any,
) -> int:
    """Move the tasks along the verb's edge, in one commit."""
    session = Session(path, as_json=as_json, actor=actor)
    verbs = each(verb, read_ids(ids), {**qualifiers, "message": read_text(message)})
    recorded, _ = session.carry_out(verbs, dry_run=dry_run, key=key)
    return session.answer_moves(recorded, dry_run=dry_run, verb=verb)
