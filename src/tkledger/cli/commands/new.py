"""``tk new``: a task is created."""

from __future__ import annotations

from typing import Any

from tkledger.api.session import Session, read_text
from tkledger.errors import Exit
from tkledger.report import print_json


def new(
    title: str,
    message: str | None = None,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
    **fields: Any,
) -> int:
    """Create a task with these fields; prints its id."""
    session = Session(path, as_json=as_json, actor=actor)
    words = {"title": (read_text(title) or "").strip(), "message": read_text(message)}
    recorded, steps = session.carry_out([("new", {**fields, **words})], dry_run=dry_run)
    session.warn(recorded, [])
    if as_json:
        print_json(id=steps[0].id, **({"commit": recorded.commit} if recorded.commit else {}))
    else:
        print(f"would be: {steps[0].id}" if dry_run else steps[0].id)
    return Exit.OK
