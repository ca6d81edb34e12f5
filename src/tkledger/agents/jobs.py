"""The status of one running tk, in a file that the tk which started it reads; it knows no ledger."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress

from tkledger.core.typing import NamedTuple
from tkledger.errors import some
from tkledger.local.store import replace

VARIABLE = "TK_JOB"
"""Names the file in a job's environment; empty if it is not wanted."""

_STOPPED = "stopped"
"""The file beside it that tells all jobs to take no other task."""


class Report(NamedTuple):
    """The task, its state or what is done about it, since when (seconds since 1970), its output; and in the
    end the tasks that are done and not merged.
    """

    task: str = ""
    state: str = "looking"
    since: float = 0.0
    log: str = ""
    unmerged: Sequence[str] = ()


def publish(task: str, state: str, log: str = "", unmerged: Sequence[str] = ()) -> None:
    """Write what this job does now, if that is wanted; if it cannot be written, work continues."""
    path = os.environ.get(VARIABLE)
    if path:
        with suppress(OSError):
            replace(path, json.dumps(Report(task, state, time.time(), log, unmerged)).encode())


def is_job() -> bool:
    """Whether another tk started this one, and speaks for it."""
    return bool(os.environ.get(VARIABLE))


def stop_others() -> None:
    """Have no job that was started together with this one take another task."""
    path = os.environ.get(VARIABLE)
    if path:
        with open(os.path.join(os.path.dirname(path), _STOPPED), "wb"):
            pass


def is_stopped() -> bool:
    """Whether one of the jobs that were started together stopped the others."""
    path = os.environ.get(VARIABLE)
    return bool(path) and os.path.exists(os.path.join(os.path.dirname(path or ""), _STOPPED))


def latest(path: str) -> Report:
    """The status that a job wrote last."""
    try:
        with open(path, encoding="utf-8") as file:
            return Report(*json.load(file))
    except (OSError, ValueError, TypeError):
        return Report()


def unmerged(tasks: Sequence[str]) -> Sequence[str]:
    """What is to be said at the end of tasks that are done on their branches."""
    lines = [f"to merge what is done: tk work {task} --merge" for task in sorted(tasks)]
    return some(lines).split("\n") if lines else ()
