"""Looking back in a long history: ``python bench/log.py [ROUNDS] [COMMITS] [TASKS]``."""

from __future__ import annotations

import sys

import history
from stopwatch import READ, READ_ALL, in_turns, loads, run, seconds, show, tk, world

ASKED = ("log --limit 20", "log tk-00007", "show tk-00007")


def main(rounds: int, commits: int, tasks: int) -> None:
    """The first look, which walks, against git's own walk; the next ones against the bare start."""
    with world() as folder:
        repo = history.build(folder / "repo", commits, tasks)

        def timed(*command: str) -> float:
            return seconds(lambda: run(tk(*command), repo))

        def first(*command: str) -> float:
            for kept in (repo / ".git" / "tk").glob("*"):
                if kept.is_file():
                    kept.unlink()
            return timed(*command)

        walk = ["git", "log", "--raw", "--no-abbrev", "-z"]
        cases = {"git log --raw": lambda: seconds(lambda: run(walk, repo))}
        cases[READ] = lambda: seconds(lambda: run(READ_ALL, repo))
        for words in ASKED[1:]:
            cases[f"the first tk {words}"] = lambda words=words: first(*words.split())
        show(f"{commits:,} commits, {tasks:,} tasks", in_turns(cases, rounds), "git log --raw")
        cases = {"tk --version": lambda: timed("--version")}
        for words in ASKED:
            cases[f"tk {words}"] = lambda words=words: timed(*words.split())
        modules = loads(repo, *ASKED[-1].split())
        cases["the modules of show, loaded"] = lambda: seconds(lambda: run(modules, repo))
        show("the next looks", in_turns(cases, 5 * rounds), "tk --version")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(3, 100_000, 1_000)[len(given) :])
