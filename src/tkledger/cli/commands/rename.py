"""``tk rename``: another id for a task that no one else has yet."""

from __future__ import annotations

from tkledger.api import undo as api
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, would_be


def rename(
    id: str,
    new: str,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Give a task another id, by making its creation again."""
    new = new.lower()
    session = Session(path, actor=actor, progress=TERMINAL)
    done = api.rename(session, id, new, dry_run=dry_run, key=key)
    task = done.recorded.after.task(new)
    title = task.title if task else ""
    (old,) = (key for key in done.recorded.touched if key not in done.recorded.after.entries)
    commit = {"commit": done.head} if done.head else {}
    return Answer(
        lambda: {"id": new, "renamed": old, **commit},
        lambda: [f"{would_be(dry_run)}{old} -> {new}  {title}"],
    )
