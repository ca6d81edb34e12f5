"""Judging a whole history: ``python bench/verify.py [ROUNDS] [COMMITS] [TASKS]``."""

from __future__ import annotations

import statistics
import sys

import history
from stopwatch import READ, READ_ALL, Peak, held, in_turns, peak, run, seconds, show, tk, world

_LOADED = [sys.executable, "-c", "import tkledger.cli.commands.verify, tkledger.doors.judged"]


def main(rounds: int, commits: int, tasks: int) -> None:
    """Verify against git's own walk over the same history; and a second time, against the bare start."""
    with world() as folder:
        repo = history.build(folder / "repo", commits, tasks)
        peaks: list[Peak] = []

        def verified() -> float:
            peaks.append(peak(tk("verify", "--all", "--again"), repo))
            return peaks[-1].seconds

        def timed(*command: str) -> float:
            return seconds(lambda: run(tk(*command), repo))

        def with_one_more() -> float:
            run(["git", "commit", "-q", "--allow-empty", "-m", "one more"], repo)
            return timed("verify", "--all")

        walk = ["git", "log", "--raw", "--no-abbrev", "-z"]
        cases = {
            "git log --raw": lambda: seconds(lambda: run(walk, repo)),
            READ: lambda: seconds(lambda: run(READ_ALL, repo)),
            "tk verify --all --again": verified,
        }
        found = in_turns(cases, rounds)
        show(f"{commits:,} commits, {tasks:,} tasks", found, "git log --raw")
        rates = [commits / took for took in found["tk verify --all --again"]]
        print(
            f"{statistics.median(rates):,.0f} commits/s ({min(rates):,.0f} - {max(rates):,.0f}),"
            f" peak {max(one.own for one in peaks):.0f} MB, of git beside it"
            f" {max(one.largest for one in peaks):.0f} MB; of all processes together, without mapped"
            f" packs, {held(tk('verify', '--all', '--again'), repo):.0f} MB"
        )
        cases = {
            "tk --version": lambda: timed("--version"),
            "tk verify --all, nothing new": lambda: timed("verify", "--all"),
            "tk verify --all, one new commit": with_one_more,
            "the modules that judge, loaded": lambda: seconds(lambda: run(_LOADED, repo)),
        }
        show("a second time", in_turns(cases, 3 * rounds), "tk --version")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(5, 10_000, 1_000)[len(given) :])
