"""How costs grow with the ledger, beside other tools: ``python bench/growth.py [ROUNDS] [LARGEST] [SVG]``.

taskwarrior (``task``) and Backlog.md (``backlog``) are measured if they are installed. With a file name
it draws the medians as a picture.
"""

from __future__ import annotations

import json
import statistics
import sys
from functools import partial
from pathlib import Path

import history
from peers import Cases, backlog, taskwarrior
from plot import plot
from stopwatch import in_turns, run, seconds, show, tk, world

FLOOR = Path(__file__).with_name("floor.sh")
SIZES = (100, 1_000, 10_000, 100_000)
PEERS_MOST = 10_000
"""Tasks; beyond them the other tools take minutes."""


def main(rounds: int, largest: int, picture: str = "") -> None:
    """The same questions in ledgers of several sizes."""
    medians: dict[str, dict[float, float]] = {}
    with world() as folder:
        for tasks in (one for one in SIZES if one <= largest):
            repo = history.build_at_once(folder / f"tk-{tasks}", tasks)
            cases = ours(repo, tasks, 2 * rounds + 2)
            if tasks <= PEERS_MOST:
                cases |= taskwarrior(folder / f"taskwarrior-{tasks}", tasks)
                cases |= backlog(folder / f"backlog-{tasks}", tasks)
            found = in_turns(cases, rounds)
            show(f"{tasks:,} tasks", found, "tk --version")
            for name, took in found.items():
                medians.setdefault(name, {})[tasks] = statistics.median(took) * 1_000
    if picture:
        plot(Path(picture), medians, "tasks in the ledger", "milliseconds")


def ours(repo: Path, tasks: int, moves: int) -> Cases:
    """Looks and moves of tk, and the least a move can cost."""
    run(["git", "commit", "-q", "--allow-empty", "-m", "begun"], repo)
    # the tasks of tens have children, and a few wait for others: ask which can be started
    ready = json.loads(run(tk("ready", "--json", "--limit", str(2 * moves)), repo))["tasks"]
    ids = iter([one["id"] for one in ready])
    timed = {name: partial(seconds, partial(run, tk(name), repo)) for name in ("list", "next")}
    return {
        "tk --version": partial(seconds, partial(run, tk("--version"), repo)),
        **{f"tk {name}": case for name, case in timed.items()},
        "tk start": lambda: seconds(partial(run, tk("start", next(ids)), repo)),
        "a script that commits": lambda: seconds(partial(run, [str(FLOOR), next(ids)], repo)),
    }


if __name__ == "__main__":
    given = [*sys.argv[1:], *("7", "10000")[len(sys.argv) - 1 :]]
    main(int(given[0]), int(given[1]), *given[2:3])
