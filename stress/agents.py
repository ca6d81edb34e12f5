"""Agents at work, killed at random: ``python -m stress.agents [AGENTS] [TASKS] [KILLS]``.

AGENTS processes take TASKS tasks for each of them from one ledger to the end, while a tk that one
of them runs is killed by SIGKILL now and then. Exits 1 if a task was not done exactly once, an
acknowledged commit is lost, a claim or a lock is left, or the history breaks a rule.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from bench.stopwatch import world
from stress.outcome import founded, told
from tests.support.agents import (
    acknowledged,
    disorder,
    done_once,
    lost,
    stuck,
    to_completion,
    with_tasks,
)
from tests.support.project import Project

LEASE = 5
"""Seconds: as long as a task lies there whose claiming was killed before it was told."""

SECONDS = 10.0
"""How long a task may take at the most, on average."""


def main(agents: int, tasks: int, kills: int) -> int:
    """Set them to work, and look at what they leave."""
    with world() as folder:
        project = founded(folder, LEASE)
        ids = [f"t{number}" for number in range(agents * tasks)]
        with_tasks(project, ids)
        begun = time.perf_counter()
        killed = to_completion([project] * agents, ids, kills, 60 + SECONDS * len(ids))
        seconds = time.perf_counter() - begun
        print(f"{agents} agents, {len(ids)} tasks")
        return told(len(acknowledged(project)), killed, seconds, wrongs(project, ids))


def wrongs(project: Project, ids: list[str]) -> Iterator[str]:
    """What is not as it has to be."""
    yield from disorder(project)
    yield from done_once(project, ids)
    yield from lost(project, acknowledged(project))
    project.ok("reap")
    yield from stuck(project)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*given, *(20, 50, 200)[len(given) :]))
