"""Finding what was learnt in a large ledger: ``python bench/recall.py [ROUNDS] [TASKS]``."""

from __future__ import annotations

import random
import sys

import history
from stopwatch import in_turns, loads, run, seconds, show, tk, world

ASKED = ("recall parser", "recall parser config empty file", "recall the", "next")
"""A word in a tenth of the tasks, several, one in all of them; and what a task is told that is taken."""


def main(rounds: int, tasks: int) -> None:
    """Each search against the bare start, and git's own."""
    with world() as folder:
        repo = history.build_learnt(folder / "repo", tasks, random.Random(1))
        grep = ["git", "grep", "-F", "-i", "-a", "-e", "parser", "HEAD", "--", ".tasks"]
        modules = loads(repo, "recall", "parser")
        cases = {
            "tk --version": lambda: seconds(lambda: run(tk("--version"), repo)),
            "git grep": lambda: seconds(lambda: run(grep, repo)),
            "the modules of recall, loaded": lambda: seconds(lambda: run(modules, repo)),
        }
        for words in ASKED:
            cases[f"tk {words}"] = lambda words=words: seconds(
                lambda: run(tk(*words.split()), repo)
            )
        show(f"{tasks:,} tasks", in_turns(cases, rounds), "tk --version")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(5, 10_000)[len(given) :])
