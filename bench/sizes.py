"""Hooks of small and large ledgers: ``python bench/sizes.py [ROUNDS] [TASKS]``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import history
from stopwatch import NO_HOOKS, in_turns, loads, run, seconds, show, tk, world

from tkledger.core.task import changed
from tkledger.files import codec


def main(rounds: int, most: int) -> None:
    """The same commits and pushes in a ledger of 100 tasks and in a large one."""
    with world() as folder:
        cases: dict[str, Callable[[], float]] = {}
        for tasks in (100, most):
            repo = history.build(folder / str(tasks), tasks + 1, tasks)
            bare = folder / f"{tasks}.git"
            run(["git", "clone", "-q", "--bare", str(repo), str(bare)], folder)
            run(tk("hooks", "install", "--server"), bare)
            plain = folder / f"{tasks}-plain.git"
            run(["git", "clone", "-q", "--bare", str(repo), str(plain)], folder)
            run(["git", "remote", "add", "plain", str(plain)], repo)
            run(["git", "remote", "add", "origin", str(bare)], repo)
            run(tk("hooks", "install"), repo)
            cases |= {
                f"{tasks:,}: code by hand, without hooks": partial(by_hand, repo, "file", NO_HOOKS),
                f"{tasks:,}: code, after a task changed": partial(by_hand, repo, "file", ()),
                f"{tasks:,}: code by hand, with hooks": partial(by_hand, repo, "file", ()),
                f"{tasks:,}: a task by hand, without hooks": partial(by_hand, repo, "", NO_HOOKS),
                f"{tasks:,}: a task by hand, with hooks": partial(by_hand, repo, "", ()),
                f"{tasks:,}: push of a task, without hooks": partial(pushed, repo, "", "plain"),
                f"{tasks:,}: push of code": partial(pushed, repo, "file"),
                f"{tasks:,}: push of a task": partial(pushed, repo, ""),
            }
        floor = partial(run, loads(repo, "note", "--dry-run", "tk-00001", "a note"), repo)
        cases["the modules of tk note, loaded"] = partial(seconds, floor)
        show("hooks", in_turns(cases, rounds), next(iter(cases)))


def edited(repo: Path, name: str) -> None:
    """Change a file; without a name, the file of the last task of the ledger."""
    if name:
        (repo / name).write_text(f"{os.urandom(8).hex()}\n")
        return
    path = max((repo / ".tasks").glob("tk-*"))
    now = codec.load_task(path.read_bytes())
    path.write_bytes(codec.dump_task(changed(now, priority=(now.urgency + 1) % 5)))


def by_hand(repo: Path, name: str, options: tuple[str, ...]) -> float:
    """Seconds of a commit."""
    edited(repo, name)
    run(["git", "add", "-A"], repo)
    return seconds(lambda: run(["git", *options, "commit", "-qm", "a step"], repo))


def pushed(repo: Path, name: str, remote: str = "origin") -> float:
    """Seconds of a push of one commit; what the other remote has not yet goes before it, unmeasured."""
    options = NO_HOOKS if remote == "plain" else ()
    run(["git", *options, "push", "-q", remote, "main"], repo)
    by_hand(repo, name, NO_HOOKS)
    return seconds(lambda: run(["git", *options, "push", "-q", remote, "main"], repo))


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(5, 10_000)[len(given) :])
