"""Commands of this checkout against those of another commit: ``python bench/versions.py COMMIT [ROUNDS]``.

Processor time of tk and of the git processes that it starts; it varies less than time on the clock.
"""

from __future__ import annotations

import compileall
import os
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path

from stopwatch import in_turns, run, show, world

import tkledger

COMMANDS = (
    *("--version", "list", "tree", "show a", "log", "why a", "budget a", "next"),
    *("start a --dry-run", "new Title --dry-run", "edit a --title Other --dry-run"),
    *("start a", "note a words", "verify --all", "explain TK301"),
)
TASKS = 100
HERE = Path(tkledger.__file__).parent.parent
BACK = {"start a": ("block a --reason other", "requeue a")}
"""What is run after each measuring, unmeasured."""

PROGRAM = "from tkledger.cli import main; main()"


def _source(commit: str, folder: Path) -> Path:
    """The source at a commit, byte-compiled."""
    archive = run(["git", "archive", commit, "src"], HERE.parent)
    folder.mkdir()
    run(["tar", "-x"], folder, archive)
    compileall.compile_dir(folder / "src", quiet=2)
    return folder / "src"


def _ledger(path: Path, source: Path) -> Path:
    """A repository with `TASKS` tasks, one of them a, written by one of the two."""
    path.mkdir()
    run(["git", "init", "-q"], path)
    run(["git", "commit", "-q", "--allow-empty", "-m", "begun"], path)
    ids = ["a", *(f"t{number}" for number in range(1, TASKS))]
    lines = "".join(f'{{"op": "new", "id": "{one}", "title": "Task {one}"}}\n' for one in ids)
    _run(source, path, "init --no-hooks")
    _run(source, path, "batch", lines)
    return path


def _spent(source: Path, where: Path, command: str) -> float:
    """Seconds of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(source, where, command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    for back in BACK.get(command, ()):
        _run(source, where, back)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run(source: Path, where: Path, command: str, stdin: str = "") -> None:
    subprocess.run(
        [sys.executable, "-c", PROGRAM, *command.split()],
        cwd=where,
        env={**os.environ, "PYTHONPATH": str(source)},
        input=stdin.encode(),
        capture_output=True,
        check=True,
    )


def main(commit: str, rounds: int = 31) -> None:
    """Compare, each command in a repository of its own for each version."""
    with world() as folder:
        sources = {commit: _source(commit, folder / "source"), "this checkout": HERE}
        places = {
            name: _ledger(folder / f"ledger-{number}", source)
            for number, (name, source) in enumerate(sources.items())
        }
        for command in COMMANDS:
            cases = {
                name: partial(_spent, source, places[name], command)
                for name, source in sources.items()
            }
            show(f"tk {command}", in_turns(cases, rounds), commit)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
