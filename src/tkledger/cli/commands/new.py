"""``tk new``: a task is created."""

from __future__ import annotations

from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, say_advice, with_commit, would_be
from tkledger.cli.parser import read_text
from tkledger.core.typing import Any


def new(
    title: str,
    message: str | None = None,
    template: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
    **fields: Any,
) -> Answer:
    """Create a task with these fields; prints its id."""
    session = Session(path, actor=actor, progress=TERMINAL)
    given = {"title": (read_text(title) or "").strip(), "message": read_text(message), **fields}
    if template is not None:
        from tkledger.cli.templates import filled  # most tasks have none

        given = filled(template, given)
    recorded, steps = session.carry_out([("new", given)], dry_run=dry_run, key=key)
    say_advice(session, recorded, [])
    return Answer(
        lambda: {"id": steps[0].id, **with_commit(recorded)},
        lambda: [f"{would_be(dry_run)}{steps[0].id}"],
    )
