"""Views of small and large ledgers against the bare start: ``python bench/views.py [ROUNDS] [LARGEST]``.

LARGEST, such as 100000, adds one round in a ledger of so many tasks. taskwarrior is measured beside
it if it is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import history
from peers import taskwarrior
from stopwatch import in_turns, loads, run, seconds, show, tk, world

VIEWS = (
    *("--version", "list", "list --json", "list -n 2", "list --at HEAD", "list --at HEAD~1"),
    *("ready", "ready --json", "tree", "tree --json", "board", "board --json", "next", "status"),
    *("show tk-00042", "why tk-00042"),
)
LOADED = ("list", "tree", "next", "status", "show tk-00042", "why tk-00042")
"""Views that are measured beside a Python that only loads their modules."""
CHANGED = ("list", "ready", "next", "tree", "status", "show tk-00042")
"""Views that are measured right after a change, too."""
NAMED = "these of tk show, a git, the folder's names"
"""The floor of what asks about one task of many: also git starts once more, and gives a tree, of which Python
takes the names.
"""
NAMES = (
    "from tkledger.git.repo import Repo; from tkledger.git.objects import plain_files; "
    "plain_files(Repo().tree_bytes('HEAD:.tasks')[1], 40)"
)
DRAWN = "these of tk list, a git, its lines printed"
"""The floor of a list: what it loads, one git that finds the repository, and so many lines, read and printed."""
PRINTED = "python, printing what tk list does"
"""The floor of a list: Python starts, reads so many lines, and prints them."""


def printing(repo: Path) -> str:
    """Python that prints what `tk list` does, and nothing else."""
    lines = repo / ".git" / "listed"
    lines.write_bytes(run(tk("list"), repo))
    return f"import sys; sys.stdout.write(open({str(lines)!r}, encoding='utf-8').read())"


def cases(repo: Path, *views: str) -> dict[str, Callable[[], float]]:
    """Each view, and the floor of a list."""
    words = printing(repo)
    found = {
        f"tk {view}": partial(seconds, partial(run, tk(*view.split()), repo)) for view in views
    }
    return {**found, PRINTED: partial(seconds, partial(run, [sys.executable, "-c", words], repo))}


def changed(repo: Path, view: str) -> float:
    """Seconds of a view right after a change of one task."""
    run(tk("note", "tk-00042", "a note"), repo)
    return seconds(partial(run, tk(*view.split()), repo))


def main(rounds: int, largest: int) -> None:
    """Ledgers of several sizes, and one with claims."""
    with world() as folder:
        for tasks in (100, 1_000, 10_000):
            repo = history.build_at_once(folder / str(tasks), tasks)
            others = taskwarrior(folder / f"task-{tasks}", tasks)
            floors = {
                f"the modules of tk {view}, loaded": partial(
                    seconds, partial(run, loads(repo, *view.split()), repo)
                )
                for view in LOADED
            }
            *python, modules = loads(repo, "show", "tk-00042")
            named = partial(run, [*python, f"{modules}; {NAMES}"], repo)
            floors[NAMED] = partial(seconds, named)
            *python, modules = loads(repo, "list")
            words = f"{modules}; from tkledger.git.repo import Repo; Repo().head; {printing(repo)}"
            floors[DRAWN] = partial(seconds, partial(run, [*python, words], repo))
            shown = {**cases(repo, *VIEWS), **floors, **others}
            show(f"{tasks:,} tasks", in_turns(shown, rounds), "tk --version")
            after = {f"tk {view}": partial(changed, repo, view) for view in CHANGED}
            after["tk --version"] = partial(seconds, partial(run, tk("--version"), repo))
            show(f"{tasks:,} tasks, right after a change", in_turns(after, rounds), "tk --version")
        steps = {}
        for tasks in (10_000, 19_900, 20_100):
            repo = folder / str(tasks)
            repo = repo if repo.exists() else history.build_at_once(repo, tasks)
            found = cases(repo, "list", "tree", "ready")
            steps.update({f"{name}, {tasks:,}": case for name, case in found.items()})
        show("no steps", in_turns(steps, rounds), "tk list, 10,000")
        held: dict[str, Callable[[], float]] = {}
        for name, claimed in (("without", False), ("with", True)):
            repo = folder / f"claims-{name}"
            history.build_at_once(repo, 1_000, state="in_progress", claimed=claimed)
            found = cases(repo, "list", "ready")
            for floor, words in (
                (
                    "git, reading the claims",
                    ["git", "for-each-ref", "--format=%(contents)", "refs/tk"],
                ),
                ("the modules of tk list, loaded", loads(repo, "list")),
            ):
                found[floor] = partial(seconds, partial(run, words, repo))
            held.update({f"{view}, {name} claims": case for view, case in found.items()})
        show("1,000 tasks in progress", in_turns(held, rounds), "tk list, without claims")
        if largest:
            repo = history.build_at_once(folder / str(largest), largest)
            found = cases(repo, "--version", "list", "list -n 2", "tree", "ready", "next")
            show(f"{largest:,} tasks, one round", in_turns(found, 1), "tk --version")


if __name__ == "__main__":
    numbers = [*map(int, sys.argv[1:]), *(7, 0)[len(sys.argv) - 1 :]]
    main(*numbers[:2])
