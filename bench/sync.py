"""Many clones on one branch through the server's hook: ``python bench/sync.py [CLONES] [TASKS] [MOVES]``.

Each clone takes TASKS tasks of its own to their end, MOVES moves at a time, each time with `tk sync`
until the server has taken it. What counts is what arrived.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from stopwatch import run, tk, world

from tkledger.sync.sync import TRIES

BUSY = 4


class Sync(NamedTuple):
    """One `tk sync` that was taken: seconds from the first call on, and pushes it took."""

    seconds: float
    tries: int


def main(clones: int, tasks: int, moves: int) -> None:
    """Set the clones going at the same time, and look at what the server has in the end."""
    with world() as folder:
        begin(folder, clones, tasks)
        places = [cloned(folder, number) for number in range(clones)]
        begun, busy = time.perf_counter(), cpu()
        with ThreadPoolExecutor(clones) as pool:
            work = [
                pool.submit(through, place, moved(number, tasks), moves)
                for number, place in enumerate(places)
            ]
            syncs = [one for each in work for one in each.result()]
        took, busy = time.perf_counter() - begun, cpu() - busy
        check(places[0], clones * tasks)
        tell(syncs, 2 * clones * tasks, took, busy)


def begin(folder: Path, clones: int, tasks: int) -> None:
    """A bare repository with the hooks that judge, and a ledger with a task for each step."""
    first = folder / "first"
    run(["git", "init", "-q", str(first)], folder)
    run(tk("init"), first)
    ids = [f"c{number}-{task}" for number in range(clones) for task in range(tasks)]
    lines = (json.dumps({"op": "new", "id": one, "title": f"Task {one}"}) for one in ids)
    run(tk("batch"), first, "\n".join(lines).encode())
    run(["git", "clone", "-q", "--bare", "first", "server.git"], folder)
    run(tk("hooks", "install", "--server"), folder / "server.git")


def cloned(folder: Path, number: int) -> Path:
    """A clone with hooks and driver."""
    path = folder / f"clone-{number}"
    run(["git", "clone", "-q", "server.git", str(path)], folder)
    run(tk("hooks", "install"), path)
    return path


def moved(number: int, tasks: int) -> Iterator[list[str]]:
    """The moves of one clone, in their order."""
    return ([verb, f"c{number}-{task}"] for task in range(tasks) for verb in ("start", "done"))


def through(place: Path, todo: Iterator[list[str]], moves: int) -> list[Sync]:
    """Make the moves, so many at a time, and sync until they are taken."""
    found = []
    while chunk := list(islice(todo, moves)):
        for words in chunk:
            run(tk(*words), place)
        begun, tries = time.perf_counter(), 0
        while True:
            done = subprocess.run(tk("sync", "--json"), cwd=place, capture_output=True)
            if done.returncode not in (0, BUSY):
                words = f"{done.stdout.decode()}{done.stderr.decode()}"
                raise SystemExit(f"{place}: tk sync ended with {done.returncode}: {words}")
            tries += json.loads(done.stdout).get("tries", TRIES)
            if done.returncode == 0:
                break
        found.append(Sync(time.perf_counter() - begun, tries))
    return found


def check(place: Path, tasks: int) -> None:
    """Everything is there, and legal."""
    run(tk("sync"), place)
    run(tk("verify", "--all"), place)
    listed = json.loads(run(tk("list", "--state", "done", "--json"), place))["tasks"]
    assert len(listed) == tasks, f"{len(listed)} of {tasks} are done"


def cpu() -> float:
    """The seconds of processor that all commands took that have ended, the server's with them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tell(syncs: list[Sync], accepted: int, took: float, busy: float) -> None:
    """What came through, and what it took."""
    times = sorted(one.seconds for one in syncs)
    pushes = sum(one.tries for one in syncs)
    print(f"{accepted} moves accepted in {took:.1f} s: {accepted / took:.2f} moves/s")
    cores = os.cpu_count() or 1
    print(
        f"{busy / accepted:.2f} s of processor a move, so at most {cores * accepted / busy:.2f} moves/s here"
    )
    print(f"{len(syncs)} syncs taken after {pushes} tries ({pushes / len(syncs):.1f} each)")
    quantiles = statistics.quantiles(times, n=20)
    print(f"a sync: median {quantiles[9]:.2f} s, p95 {quantiles[18]:.2f} s, max {times[-1]:.2f} s")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(30, 2, 1)[len(given) :])
