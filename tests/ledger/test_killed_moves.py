"""A command killed at each of its effects: old state or new, and the next command goes on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.killing import goes_on, killed_everywhere
from tests.support.project import Project

pytestmark = pytest.mark.skipif(
    not os.path.isdir("/proc"), reason="waits for orphans by the process table"
)


@pytest.mark.parametrize(
    ("how", "step"),
    [
        ("kill", 2),
        *(pytest.param(how, 1, marks=pytest.mark.long) for how in ("kill", "kill-group")),
    ],
)
def test_a_killed_start_is_done_or_not_done(
    project: Project, tmp_path: Path, how: str, step: int
) -> None:
    states = []
    for one in killed_everywhere(project, tmp_path, how, "start", "a", step=step):
        states.append(one.state("a"))
        goes_on(one)
        assert one.state("a") == states[-1], "the next command finishes, it does not decide"
    assert set(states) == {"todo", "in_progress"}
    assert states == sorted(states, reverse=True), "from one point on it is done"


@pytest.mark.long
def test_a_killed_creation_is_done_or_not_done(project: Project, tmp_path: Path) -> None:
    for one in killed_everywhere(project, tmp_path, "kill", "new", "--id", "e", "Task e"):
        there = one.git("ls-tree", "--name-only", "HEAD", ".tasks/e.yaml")
        goes_on(one)
        again = one.tk("new", "--id", "e", "Task e")
        assert again.status == (2 if there else 0), again.said
        assert one.clean()


def test_a_killed_move_with_a_key_is_made_once(project: Project, tmp_path: Path) -> None:
    before = project.count()
    for one in killed_everywhere(project, tmp_path, "kill", "start", "a", "--key", "once", step=3):
        again = one.tk("start", "a", "--key", "once")
        assert again.status == 0, again.said
        assert (one.count(), one.state("a")) == (before + 1, "in_progress")
        assert one.clean(), one.status()


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
def test_a_killed_reopen_with_a_key_is_made_once_and_whole(
    project: Project, tmp_path: Path, step: int
) -> None:
    project.ok("edit", "c", "--depends-on", "a")
    project.ok("cancel", "a")
    before = project.count()
    reopen = ("reopen", "a", "--key", "once")
    for one in killed_everywhere(project, tmp_path, "kill", *reopen, step=step):
        again = one.tk(*reopen)
        assert again.status == 0, again.said
        assert one.count() == before + 1
        assert f"depends_on:\n- {again.out.strip()}\n" in one.file("c")
        assert one.clean(), one.status()
        one.ok("verify", "--all")


@pytest.mark.parametrize("setting", ["core.autocrlf", "core.eol"])
def test_a_killed_move_is_finished_where_lines_end_otherwise(
    project: Project, tmp_path: Path, setting: str
) -> None:
    if setting == "core.eol":
        project.write(".gitattributes", "* text eol=crlf\n")
        project.git("add", ".gitattributes")
        project.git("commit", "-q", "-m", "line ends")
    else:
        project.git("config", setting, "true")
    for file in (project.path / ".tasks").iterdir():
        file.unlink()
    project.git("checkout", "-q", "--", ".tasks")
    assert b"\r\n" in (project.path / ".tasks/a.yaml").read_bytes()
    for moment, state in (("update-index", "todo"), ("update-ref", "in_progress")):
        one = Project.copy(project.path, tmp_path / moment)
        one.at_point(moment, "kill", "start", "a")
        one.settle()
        assert one.state("a") == state
        goes_on(one)


def test_a_killed_move_that_lands_late_is_finished(project: Project, tmp_path: Path) -> None:
    """Its git is at work still when the next command comes, and moves the ref after that."""
    gate, there = tmp_path / "gate", tmp_path / "there"
    os.mkfifo(gate)
    os.mkfifo(there)
    project.write(
        ".git/hooks/reference-transaction",
        f'#!/bin/sh\n[ "$1" = prepared ] && mkdir "{tmp_path}/once" 2>/dev/null || exit 0\n'
        f': >"{there}"\nread -r _ <"{gate}"\nexit 0\n',
    ).chmod(0o755)
    project.at_point("update-ref", "kill", "start", "a")
    there.read_text()  # the orphan has the ref's lock
    assert project.left_running()
    busy = project.process("note", "b", "too early")
    assert (busy.status, project.state("a")) == (4, "todo"), busy.said
    gate.write_text("go\n")
    project.settle()
    assert project.state("a") == "in_progress"
    goes_on(project)
