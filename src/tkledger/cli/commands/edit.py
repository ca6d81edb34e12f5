"""``tk edit``: other values for a task's fields."""

from __future__ import annotations

from typing import Any

from tkledger.api.session import Session, read_text


def edit(
    id: str,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
    **fields: Any,
) -> int:
    """Change these fields of a task; without any, in the editor."""
    session = Session(path, as_json=as_json, actor=actor)
    if not fields:
        from tkledger.cli.editor import edit_file

        return edit_file(session, id, dry_run=dry_run)
    if "message" in fields:
        fields["message"] = read_text(fields["message"])
    recorded, _ = session.carry_out([("edit", {**fields, "id": id})], dry_run=dry_run)
    return session.answer_moves(recorded, dry_run=dry_run, verb="edited")
