"""``tk new``: a task is created."""

from __future__ import annotations

from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, say_advice, with_commit, would_be
from tkledger.cli.parser import read_text
from tkledger.core.typing import Any


def new(
    title: str,
    message: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
    **fields: Any,
) -> Answer:
    """Create a task with these fields; prints its id."""
    session = Session(path, actor=actor, progress=TERMINAL)
    words = {"title": (read_text(title) or "").strip(), "message": read_text(message)}
    recorded, steps = session.carry_out([("new", {**fields, **words})], dry_run=dry_run, key=key)
    say_advice(session, recorded, [])
    return Answer(
        lambda: {"id": steps[0].id, **with_commit(recorded)},
        lambda: [f"{would_be(dry_run)}{steps[0].id}"],
    )
