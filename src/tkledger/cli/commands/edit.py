"""``tk edit``: other values for a task's fields."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.api.session import Session, each
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.cli.parser import read_ids, read_text
from tkledger.core.quoting import quoted
from tkledger.core.typing import Any
from tkledger.errors import usage_error


def edit(
    ids: Sequence[str],
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
    **fields: Any,
) -> Answer:
    """Change these fields of the tasks, in one commit; without any, of one in the editor."""
    session = Session(path, actor=actor, progress=TERMINAL)
    if not fields and key is not None:
        raise usage_error("no-fields", "--key needs the fields as options", "tk edit --help")
    wanted = read_ids(ids)
    if not fields and len(wanted) > 1:
        fact = "the editor takes one task; fields of several are given as options"
        raise usage_error("no-fields", fact, f"tk edit {quoted(wanted[0])}")
    if not fields:
        from tkledger.cli.editor import edit_file

        recorded = edit_file(session, wanted[0], dry_run=dry_run)
        return changed(session, recorded, dry_run=dry_run, verb="edited")
    if "message" in fields:
        fields["message"] = read_text(fields["message"])
    recorded, _ = session.carry_out(each("edit", wanted, fields), dry_run=dry_run, key=key)
    return changed(session, recorded, dry_run=dry_run, verb="edited")
