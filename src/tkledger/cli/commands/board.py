"""``tk board``: the states side by side."""

from __future__ import annotations

from typing import Any

from tkledger.api.session import Session
from tkledger.cli.answer import show_view, tell_flaws
from tkledger.core.lifecycle import State
from tkledger.errors import Exit
from tkledger.report import print_json, task_json


def board(at: str | None = None, path: str = ".", as_json: bool = False) -> int:
    """Show the states side by side."""
    ledger = Session(path, as_json=as_json).read(at, remarks=not as_json)
    tell_flaws(ledger)
    if as_json:
        columns: dict[str, list[Any]] = {state.value: [] for state in State}
        for task in ledger.tasks():
            columns[task.state.value].append(task_json(task))
        print_json(columns=columns)
        return Exit.OK
    from tkledger.views.board import board as view

    show_view(view(ledger))
    return Exit.OK
