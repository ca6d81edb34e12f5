"""A move against the commit of one file: ``python bench/moves.py [ROUNDS] [TASKS]``."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from stopwatch import DURABLE, NO_HOOKS, in_turns, loads, run, seconds, show, tk, world

from tkledger.api import Ledger
from tkledger.cli import run as tk_here


def main(rounds: int, tasks: int) -> None:
    """Two ledgers of so many tasks, or a few more, without and with tk's hooks; then take turns."""
    with world() as folder:
        bare, hooked = (folder / name for name in ("bare", "hooked"))
        begin(bare, max(tasks, 2 * rounds + 3), "--no-hooks")
        begin(hooked, max(tasks, rounds + 1))

        def committed(*options: str) -> float:
            (bare / "file").write_text(f"{os.urandom(8).hex()}\n")
            argv = ["git", *NO_HOOKS, *options, "commit", "-q", "-m", "edit", "-o", "file"]
            return seconds(lambda: run(argv, bare))

        def moves(repo: Path, tasks: range, make: Callable[[str], object]) -> Iterator[float]:
            for number in tasks:
                for verb in ("start", "done"):
                    yield seconds(partial(make, f"{verb} t{number} -C {repo}"))

        def process(words: str) -> None:
            run(tk(*words.split()), folder)

        def created() -> float:
            return seconds(partial(run, tk("new", "A title"), bare))

        def here(words: str) -> None:
            with contextlib.redirect_stdout(io.StringIO()):
                assert tk_here(words.split()) == 0

        one = moves(bare, range(rounds + 1), process)
        two = moves(bare, range(rounds + 1, 2 * rounds + 2), here)
        three = moves(hooked, range(rounds + 1), process)
        ledger = Ledger(str(bare))

        def noted() -> None:
            ledger.record({"op": "note", "id": "t0", "message": os.urandom(8).hex()})

        git, durable = "git commit -o FILE", "git commit -o FILE, durable as tk's"
        version, python = "tk --version", "python -c pass"
        modules = loads(bare, "start", f"t{2 * rounds + 2}")

        def least() -> float:
            return seconds(partial(run, modules, folder)) + committed(*DURABLE)

        cases = {
            git: lambda: committed(),
            durable: lambda: committed(*DURABLE),
            "tk start, a process": lambda: next(one),
            "tk done, a process": lambda: next(one),
            "tk new, a process": created,
            "tk start, in-process": lambda: next(two),
            "tk done, in-process": lambda: next(two),
            "a note by tkledger.api, the ledger open": lambda: seconds(noted),
            "tk start, a process, hooks installed": lambda: next(three),
            "tk done, a process, hooks installed": lambda: next(three),
            "the modules of tk start, loaded": lambda: seconds(partial(run, modules, folder)),
            "these, and a commit as durable by git": least,
            version: lambda: seconds(lambda: run(tk("--version"), folder)),
            python: lambda: seconds(lambda: run([sys.executable, "-c", "pass"], folder)),
        }
        found = in_turns(cases, rounds)
        for repo in (bare, hooked):
            run(tk("verify", "--all"), repo)
        show("a move, in commits of git's own durability", found, git)
        show("the same, in durable commits", found, durable)
        show("the start", {name: found[name] for name in (version, python)}, python)


def begin(repo: Path, tasks: int, *options: str) -> None:
    """A ledger with some tasks to move, and a file beside it."""
    repo.mkdir()
    run(["git", "init", "-q"], repo)
    run(tk("init", *options), repo)
    lines = [{"op": "new", "id": f"t{n}", "title": f"Task {n}"} for n in range(tasks)]
    run(tk("batch"), repo, "\n".join(map(json.dumps, lines)).encode())
    (repo / "file").write_text("0\n")
    run(["git", "add", "file"], repo)
    run(["git", *NO_HOOKS, "commit", "-qm", "a file"], repo)


if __name__ == "__main__":
    words = [int(one) for one in sys.argv[1:]]
    main(*words, *(25, 100)[len(words) :])
