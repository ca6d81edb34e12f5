"""Moves that are killed at any moment: ``python -m stress.kills [KILLS] [WORKERS]``.

WORKERS move a task of their own each, in one checkout, and kill most of their commands by SIGKILL
after a random time, until KILLS were killed before they had ended. Exits 1 if an acknowledged commit
is lost, state and claim differ, a lock is left, or the history breaks a rule.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

from bench.stopwatch import tk, world
from stress.outcome import founded, told
from tests.support.agents import disorder, lost, stuck, with_tasks
from tests.support.project import Project

ROUND = (["start"], ["note", "so far"], ["renew"], ["block", "--reason", "user"], ["requeue"])
"""What is done to a task, over and over; what a killed command did already is refused, and passed."""

SHARE = 0.7
"""Of the commands: how many are to be killed."""

LEASE = 7_200
"""Seconds: nothing is to run out here."""

LONGEST = 0.6
"""Seconds until the kill, at most: a move takes less, if nothing else goes on."""


class Tally:
    """What came of the commands of all workers."""

    def __init__(self, kills: int) -> None:
        self.wanted = kills
        self.killed = 0
        self.commits: list[str] = []


def main(kills: int, workers: int) -> int:
    """Have them work until enough was killed, and look at what they leave."""
    with world() as folder:
        project = founded(folder, LEASE)
        ids = [f"t{number}" for number in range(workers)]
        with_tasks(project, ids)
        tally = Tally(kills)
        begun = time.perf_counter()
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda task: work(project, task, tally), ids))
        seconds = time.perf_counter() - begun
        wrong = (
            *disorder(project),
            *lost(project, tally.commits),
            *stuck(project),
        )
        return told(len(tally.commits), tally.killed, seconds, wrong)


def work(project: Project, task: str, tally: Tally) -> None:
    """Move one task round and round."""
    for verb, *rest in cycle(ROUND):
        if tally.killed >= tally.wanted:
            return
        words = [verb, task, *rest, "--as", f"worker-{task}", "--json"]
        process = subprocess.Popen(
            tk(*words), cwd=project.path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        if random.random() < SHARE:
            time.sleep(random.uniform(0, LONGEST))
            process.kill()
        out, _ = process.communicate()
        tally.killed += process.returncode == -9
        tally.commits += said(out)


def said(out: bytes) -> Iterator[str]:
    """The commit that a command told of, if it came to that."""
    try:
        commit = json.loads(out).get("commit")
    except ValueError:
        return
    if commit:
        yield commit


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*given, *(1_000, 4)[len(given) :]))
