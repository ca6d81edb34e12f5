"""What the hooks cost a commit: ``python bench/hooks.py [ROUNDS]``."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from stopwatch import NO_HOOKS, in_turns, loads, run, seconds, show, tk, world

COMMIT_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "reference-transaction")
ONE_GIT = "git diff-index --cached --quiet HEAD -- .tasks\n"


def main(rounds: int) -> None:
    """Code commits, and commits that move a task by an edit of its file."""
    with world() as folder:
        repo = folder / "repo"
        repo.mkdir()
        run(["git", "init", "-q"], repo)
        run(tk("init"), repo)
        run(tk("hooks", "install"), repo)
        run(tk("new", "A task", "--id", "t"), repo)
        run(tk("start", "t"), repo)
        run(tk("block", "t", "--reason", "other", "-m", "waits"), repo)
        task = repo / ".tasks" / "t.yaml"

        def code(*options: str) -> float:
            (repo / "file").write_text(f"{os.urandom(8).hex()}\n")
            run(["git", "add", "file"], repo)
            return seconds(lambda: run(["git", *options, "commit", "-qm", "code"], repo))

        def charged() -> float:
            code()  # the first after a change finds out who works on what
            return code()

        waiting = task.read_text()
        begun = waiting[: waiting.index("wait:")].replace("state: blocked", "state: in_progress")

        def moved(*options: str) -> float:
            task.write_text(begun if task.read_text() == waiting else waiting)
            return seconds(lambda: run(["git", *options, "commit", "-qam", "move"], repo))

        empty = _hooks(folder / "empty", {})
        asking = _hooks(folder / "asking", {"pre-commit": ONE_GIT})
        python = shlex.join(loads(repo, "verify", "--staged"))
        loading = _hooks(folder / "loading", {"pre-commit": f"{ONE_GIT}{python}\n"})
        cases = {
            "code, without hooks": lambda: code(*NO_HOOKS),
            "code, with hooks that do nothing": lambda: code("-c", f"core.hooksPath={empty}"),
            "code, with one git in one of them": lambda: code("-c", f"core.hooksPath={asking}"),
            "code, after a task changed": code,
            "code, with hooks": code,
            "a move by hand, without hooks": lambda: moved(*NO_HOOKS),
            "a move by hand, the modules that judge loaded": lambda: moved(
                "-c", f"core.hooksPath={loading}"
            ),
            "code of a task in progress, with hooks": charged,
            "a move by hand, with hooks": moved,
        }
        found = in_turns(cases, rounds)
        run(tk("verify", "--all"), repo)
        show("a commit", found, "code, without hooks")


def _hooks(folder: Path, bodies: dict[str, str]) -> Path:
    """A folder with the hooks that git runs in a commit, which leave at once: the least they cost."""
    folder.mkdir()
    for name in COMMIT_HOOKS:
        hook = folder / name
        hook.write_text(f"#!/bin/sh\n{bodies.get(name, '')}exit 0\n")
        hook.chmod(0o755)
    return folder


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
