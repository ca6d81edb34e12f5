"""``tk next``: the task to take next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tkledger.agents.next import Taken, next_task
from tkledger.api.json import claim_json, task_json
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, with_commit
from tkledger.errors import Exit


def next_(
    claim: bool = False,
    wait: float | None = None,
    label: Sequence[str] = (),
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
) -> Answer:
    """Print the id of the task to take next: the most urgent, then the oldest. Exit 6 if none."""
    session = Session(path, actor=actor, progress=TERMINAL)
    taken = next_task(session, tuple(label), claim=claim, wait=wait or 0, key=key)
    status = Exit.OK if taken.task else Exit.NOTHING
    return Answer(lambda: _json(taken), lambda: _view(taken), lambda: status)


def _json(taken: Taken) -> dict[str, Any]:
    if taken.task is None:
        return {"reasons": list(taken.reasons)}
    return {
        "task": task_json(taken.task),
        **(with_commit(taken.recorded) if taken.recorded else {}),
        **({"claim": claim_json(taken.claim)} if taken.claim else {}),
    }


def _view(taken: Taken) -> Iterable[str | Aside]:
    task = taken.task
    if task is None:
        yield Aside(f"nothing to do: {'; '.join(taken.reasons)}")
    else:
        yield task.id
        yield Aside(f"P{task.urgency} {task.title}" + (" (started)" if taken.recorded else ""))
