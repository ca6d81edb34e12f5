"""Agents that are killed at random still do every task once, and leave nothing behind."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest
from agents import to_completion
from project import Project


@pytest.mark.parametrize(
    ("agents", "count", "kills"), [(3, 8, 5), pytest.param(8, 50, 60, marks=pytest.mark.long)]
)
def test_every_task_is_done_once(project: Project, agents: int, count: int, kills: int) -> None:
    project.ok("config", "set", "lease", "2")
    for one in "abcd":
        project.ok("cancel", one)
    tasks = [f"t{number}" for number in range(count)]
    lines = [json.dumps({"op": "new", "id": one, "title": "T"}) for one in tasks]
    project.ok("batch", stdin="\n".join(lines))
    killed = to_completion([project] * agents, tasks, kills, 60 + 5.0 * count)
    assert killed >= min(kills, 2)
    gc.collect()  # the readers that this process has started are no orphans
    project.settle()
    ends = [
        one["task"] for one in project.ok("log", "--json").json["entries"] if one["to"] == "done"
    ]
    assert sorted(ends) == sorted(tasks)
    project.ok("note", "t0", "the next command needs no lock removed")
    assert not list(Path(project.path).glob(".git/**/*.lock"))
    project.ok("reap")
    assert project.git("for-each-ref", "refs/tk/claims") == ""
    assert project.clean(), project.status()
    project.git("fsck", "--strict")
    project.ok("verify", "--all")
