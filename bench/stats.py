"""What looks at a whole project: ``python bench/stats.py [ROUNDS] [TASKS] [WEEKS]``."""

from __future__ import annotations

import sys

from lively import build_lively
from stopwatch import held, in_turns, run, seconds, show, tk, world

NOW = 1_800_000_000
"""The end of the history that is built, in seconds since 1970."""
ASKED = ("stats", "graph", "diff --since HEAD~50", "list")


def main(rounds: int, tasks: int, weeks: int) -> None:
    """The first statistics, which read all history, against git's own walk; later ones against the bare start."""
    with world() as folder:
        repo = build_lively(folder / "repo", tasks, weeks, NOW)

        def timed(*command: str) -> float:
            return seconds(lambda: run(tk(*command), repo))

        def forget() -> None:
            for kept in (repo / ".git" / "tk").glob("*"):
                if kept.is_file():
                    kept.unlink()

        def first() -> float:
            forget()
            return timed("stats")

        def after_one() -> float:
            run(["git", "commit", "-q", "--allow-empty", "-m", "one more"], repo)
            return timed("stats")

        walk = ["git", "log", "--raw", "--no-abbrev", "-z", "--", ".tasks"]
        once = [*walk[:-2], "--sparse", *walk[-2:]]
        cases = {
            "git log --raw": lambda: seconds(lambda: run(walk, repo)),
            "git, comparing the trees of each commit once": lambda: seconds(
                lambda: run(once, repo)
            ),
            "first stats": first,
        }
        show(f"{tasks:,} tasks, {weeks} weeks", in_turns(cases, rounds), "git log --raw")
        forget()
        print(f"all processes of the first, without mapped packs: {held(tk('stats'), repo):.0f} MB")
        cases = {"tk --version": lambda: timed("--version"), "tk stats, one commit on": after_one}
        for words in ASKED:
            cases[f"tk {words}"] = lambda words=words: timed(*words.split())
        show("the next looks", in_turns(cases, 5 * rounds), "tk --version")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(3, 1_000, 30)[len(given) :])
