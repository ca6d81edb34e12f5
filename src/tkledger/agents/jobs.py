"""The status of one running tk, in a file that the tk which started it reads; it knows no ledger."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress

from tkledger.core.run import AttemptEnd
from tkledger.core.typing import NamedTuple
from tkledger.errors import some
from tkledger.local.store import replace

VARIABLE = "TK_JOB"
"""Names the file in a job's environment; empty if it is not wanted."""

_STOPPED = "stopped"
"""The file next to it that tells all jobs to take no other task."""

_ENDS = ".ends"
"""What is added to its name for the file of the attempts that the job ended, a line each."""


class Report(NamedTuple):
    """The task, its state or what is done about it, since when (seconds since 1970), its output; in the end the
    tasks that are done and not merged; and how many seconds it may take, 0 for as many as it likes.
    """

    task: str = ""
    state: str = "looking"
    since: float = 0.0
    log: str = ""
    unmerged: Sequence[str] = ()
    limit: float = 0.0


def publish(
    task: str, state: str, log: str = "", unmerged: Sequence[str] = (), limit: float | None = None
) -> None:
    """Write what this job does now, if that is wanted; if it cannot be written, work continues."""
    path = os.environ.get(VARIABLE)
    if path:
        with suppress(OSError):
            report = Report(task, state, time.time(), log, unmerged, limit or 0.0)
            replace(path, json.dumps(report).encode())


def record(finished: AttemptEnd) -> None:
    """Write down that this job ended an attempt, likewise."""
    path = os.environ.get(VARIABLE)
    if path:
        with suppress(OSError), open(f"{path}{_ENDS}", "a", encoding="utf-8") as file:
            file.write(f"{json.dumps(finished)}\n")


def finished(path: str) -> list[AttemptEnd]:
    """The attempts that a job ended, in their order."""
    try:
        with open(f"{path}{_ENDS}", encoding="utf-8") as file:
            return [AttemptEnd(*json.loads(line)) for line in file if line.endswith("\n")]
    except (OSError, ValueError, TypeError):
        return []


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
