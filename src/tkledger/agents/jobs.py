"""What a tk at work beside others tells of itself, in a file that they all can read; no ledger."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from typing import NamedTuple

from tkledger.local.store import replace

VARIABLE = "TK_JOB"
"""Names the file in a job's environment; it is empty where nobody listens."""


class Report(NamedTuple):
    """The task, its state or what is done about it, since when (seconds since 1970), its output."""

    task: str = ""
    state: str = "looking"
    since: float = 0.0
    log: str = ""


def tell(task: str, state: str, log: str = "") -> None:
    """Say what this job is at, if anybody wants to know; work goes on where that is not possible."""
    path = os.environ.get(VARIABLE)
    if path:
        with suppress(OSError):
            replace(path, json.dumps(Report(task, state, time.time(), log)).encode())


def heard(path: str) -> Report:
    """What a job has told last."""
    try:
        with open(path, encoding="utf-8") as file:
            return Report(*json.load(file))
    except (OSError, ValueError, TypeError):
        return Report()
