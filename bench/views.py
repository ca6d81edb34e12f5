"""Views of small and large ledgers against the bare start: ``python bench/views.py [ROUNDS]``."""

from __future__ import annotations

import sys
from functools import partial

import history
from stopwatch import in_turns, run, seconds, show, tk, world


def main(rounds: int) -> None:
    """Three ledgers, every view of each."""
    with world() as folder:
        for tasks in (100, 1_000, 10_000):
            repo = history.build(folder / str(tasks), tasks + 1, tasks)
            views = [
                [name, *form] for name in ("list", "ready", "tree") for form in ([], ["--json"])
            ]
            cases = {
                f"tk {' '.join(view)}": partial(seconds, partial(run, tk(*view), repo))
                for view in [["--version"], *views]
            }
            show(f"{tasks:,} tasks", in_turns(cases, rounds), "tk --version")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
