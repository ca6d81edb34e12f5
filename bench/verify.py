"""Judging a whole history: ``python bench/verify.py [ROUNDS] [COMMITS] [TASKS]``."""

from __future__ import annotations

import statistics
import sys

import history
from stopwatch import Peak, in_turns, peak, run, seconds, show, tk, world


def main(rounds: int, commits: int, tasks: int) -> None:
    """Verify against git's own walk over the same history."""
    with world() as folder:
        repo = history.build(folder / "repo", commits, tasks)
        peaks: list[Peak] = []

        def verified() -> float:
            peaks.append(peak(tk("verify", "--all"), repo))
            return peaks[-1].seconds

        walk = ["git", "log", "--raw", "--no-abbrev", "-z"]
        cases = {
            "git log --raw": lambda: seconds(lambda: run(walk, repo)),
            "tk verify --all": verified,
        }
        found = in_turns(cases, rounds)
        show(f"{commits:,} commits, {tasks:,} tasks", found, "git log --raw")
        rates = [commits / took for took in found["tk verify --all"]]
        print(
            f"{statistics.median(rates):,.0f} commits/s ({min(rates):,.0f} - {max(rates):,.0f}),"
            f" peak {max(one.own for one in peaks):.0f} MB, of git beside it"
            f" {max(one.largest for one in peaks):.0f} MB"
        )


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(5, 10_000, 1_000)[len(given) :])
