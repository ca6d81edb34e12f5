"""``tk edit``: other values for a task's fields."""

from __future__ import annotations

from typing import Any

from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_text
from tkledger.errors import usage_error


def edit(
    id: str,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
    **fields: Any,
) -> Answer:
    """Change these fields of a task; without any, in the editor."""
    session = Session(path, actor=actor, progress=TERMINAL)
    if not fields and key is not None:
        raise usage_error("no-fields", "--key needs the fields as options", "tk edit --help")
    if not fields:
        from tkledger.cli.editor import edit_file

        recorded = edit_file(session, id, dry_run=dry_run)
        return changed(session, recorded, dry_run=dry_run, verb="edited")
    if "message" in fields:
        fields["message"] = read_text(fields["message"])
    recorded, _ = session.carry_out([("edit", {**fields, "id": id})], dry_run=dry_run, key=key)
    return changed(session, recorded, dry_run=dry_run, verb="edited")
