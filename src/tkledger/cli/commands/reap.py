"""``tk reap``: tasks whose lease has run out."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.agents import reap as reaper
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, would_be


def reap(actor: str | None = None, path: str = ".", dry_run: bool = False) -> Answer:
    """Block the tasks in progress here whose lease has run out, and free them for others."""
    found = reaper.reap(Session(path, actor=actor, progress=TERMINAL), dry_run=dry_run)

    def view() -> Iterable[str | Aside]:
        none = True
        for task_id, fact, task in found:
            none = False
            if task is None:
                yield f"{would_be(dry_run)}{task_id}: released, {fact}"
            else:
                move = f"{task_id}: in_progress -> blocked, {fact}  {task.title}"
                yield f"{would_be(dry_run)}{move}"
        if none:
            yield Aside("no lease has run out")

    return Answer(lambda: {"tasks": [{"id": one.id} for one in found]}, view)
