"""How tasks came to their states, out of history: remembered up to a commit, so that only what is new is read."""

from __future__ import annotations

from functools import partial

from tkledger.core.flow import Move
from tkledger.core.layout import FOLDER
from tkledger.core.lifecycle import State
from tkledger.core.typing import Any
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.ledger.log import is_cut
from tkledger.ledger.reader import Ledger
from tkledger.ledger.remembered import up_to
from tkledger.local.store import MOVES
from tkledger.report import SILENT, Progress

_STRIDE = 500
"""After so many commits those who watch are told how far it is."""

_STATES = {state.value: state for state in State}


def timelines(ledger: Ledger, tip: Oid, progress: Progress = SILENT) -> dict[str, list[Move]]:
    """The moves of each task that commits up to ``tip`` made, parents before children, with the actors that the
    commits name. Merges author none.
    """
    rows = up_to(ledger.repo, MOVES, tip, partial(_extended, ledger, progress))
    return {
        task: [
            Move(at, _STATES.get(source), _STATES[target], actor)
            for at, source, target, actor in moves
        ]
        for task, moves in rows.items()
    }


def _extended(
    ledger: Ledger, progress: Progress, rows: Any, revisions: list[str]
) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = rows or {}
    for number, commit in enumerate(history.log(ledger.repo, *revisions, path=FOLDER)):
        if number % _STRIDE == _STRIDE - 1:
            progress.update("commits read", number + 1)
        if len(commit.parents) > 1 or is_cut(ledger, commit):
            continue
        for diff in commit.diffs:
            new = ledger.files.task(diff.path, diff.new_mode, diff.new)
            old = ledger.files.task(diff.path, diff.old_mode, diff.old) if new else None
            if new is not None and (old is None or old.state is not new.state):
                source = old.state.value if old else ""
                move = (commit.at, source, new.state.value, commit.author.actor)
                found.setdefault(new.id, []).append(move)
    return found
