"""``tk ready``: the tasks that can be started now."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.api.session import Session
from tkledger.cli.answer import show_view
from tkledger.errors import Exit
from tkledger.report import print_json, say, task_json


def ready(
    label: Sequence[str] = (),
    limit: int | None = None,
    at: str | None = None,
    path: str = ".",
    as_json: bool = False,
) -> int:
    """List what can be started now, most urgent first."""
    session = Session(path, as_json=as_json)
    ledger = session.read(at, remarks=not as_json)
    claimed = {} if at else session.standing()
    found = [
        task
        for task in ledger.ready()
        if (not label or set(label) <= set(task.labels))
        and not (task.id in claimed and claimed[task.id].live)
    ]
    if as_json:
        print_json(tasks=[task_json(task) for task in found[:limit]])
        return Exit.OK
    from tkledger.views.list import listing

    if found:
        show_view(listing(found[:limit], ledger, {}))
    else:
        say("nothing is ready to be started: tk list")
    return Exit.OK
