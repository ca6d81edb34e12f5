"""Agents that are killed at random still do every task once, and leave nothing behind."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.support.agents import (
    acknowledged,
    disorder,
    done_once,
    killed_after,
    lost,
    stuck,
    to_completion,
    with_tasks,
)
from tests.support.project import Project


@pytest.mark.parametrize(
    ("agents", "count", "kills"), [(3, 16, 5), pytest.param(8, 50, 60, marks=pytest.mark.long)]
)
def test_every_task_is_done_once(project: Project, agents: int, count: int, kills: int) -> None:
    project.ok("config", "set", "lease", "2")
    for one in "abcd":
        project.ok("cancel", one)
    tasks = [f"t{number}" for number in range(count)]
    with_tasks(project, tasks)
    killed = to_completion([project] * agents, tasks, kills, 300 + 5.0 * count)
    assert killed >= min(kills, 2)
    assert list(disorder(project)) == []
    assert list(done_once(project, tasks)) == []
    told = acknowledged(project)
    assert len(told) >= count, "most moves were acknowledged"
    assert list(lost(project, told)) == []
    project.ok("reap")
    assert list(stuck(project)) == []


def test_nobody_else_is_killed_in_the_place_of_one_that_has_ended(project: Project) -> None:
    """A number may be another's when the moment has come; a handle is not."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, cwd=project.path) as process:
        handle = project.handle(process.pid)
        assert handle is not None
    assert killed_after(0, handle) == 0
    os.close(handle)
    assert project.handle(process.pid) is None
    assert project.handle(os.getpid()) is None, "it works elsewhere"
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, cwd=project.path) as process:
        handle = project.handle(process.pid)
        assert handle is not None
        assert killed_after(0, handle) == 1
        assert process.wait() == -9
    os.close(handle)
