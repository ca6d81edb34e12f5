"""Other tools with as many tasks, if they are installed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from stopwatch import run, seconds

Cases = dict[str, Callable[[], float]]


def taskwarrior(folder: Path, tasks: int) -> Cases:
    """Its list of as many tasks."""
    if not shutil.which("task"):
        return {}
    folder.mkdir()
    rc = folder / "rc"
    rc.write_text(f"data.location={folder}\nconfirmation=no\nverbose=nothing\n")
    os.environ["TASKRC"] = str(rc)
    rows = [{"description": f"Task number {n}", "priority": "HML"[n % 3]} for n in range(tasks)]
    run(["task", "import", "-"], folder, json.dumps(rows).encode())
    return {
        "taskwarrior list": partial(seconds, partial(run, ["task", f"rc:{rc}", "list"], folder))
    }


def backlog(folder: Path, tasks: int) -> Cases:
    """Its list of as many tasks, which it makes itself once and is given copies of."""
    if not shutil.which("backlog") or tasks > 1_000:
        return {}
    folder.mkdir()
    run(["git", "init", "-q"], folder)
    run(["backlog", "init", "bench", "--defaults"], folder)
    run(["backlog", "task", "create", "Task number 1"], folder)
    (first,) = (folder / "backlog" / "tasks").glob("*.md")
    text, name = first.read_text(), first.name
    word = name.split(" ")[0]  # such as task-1
    for number in range(2, tasks + 1):
        other = word.replace("1", str(number))
        first.with_name(name.replace(word, other)).write_text(
            text.replace(word, other).replace(word.upper(), other.upper())
        )
    run(["git", "add", "-A"], folder)
    run(["git", "commit", "-qm", "tasks"], folder)
    words = ["backlog", "task", "list", "--plain"]
    return {"Backlog.md list": partial(seconds, partial(run, words, folder))}
