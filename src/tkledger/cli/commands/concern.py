"""``tk concern``: a doubt about a task, or the end of one."""

from __future__ import annotations

from tkledger.api.session import Session, each, read_ids, read_text


def concern(
    id: str,
    kind: str,
    message: str | None = None,
    settle: int | None = None,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
) -> int:
    """Raise a concern, or settle one; a task is not done while a design concern is open."""
    session = Session(path, as_json=as_json, actor=actor)
    options = {"message": read_text(message), "kind": kind, "settle": settle}
    recorded, _ = session.carry_out(each("concern", read_ids([id]), options), dry_run=dry_run)
    said = "raised" if settle is None else "settled"
    return session.answer_moves(recorded, dry_run=dry_run, verb=said)
