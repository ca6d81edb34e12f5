"""Commands that are killed at each of their effects, and what must hold afterwards."""

from __future__ import annotations

import signal
from itertools import count
from pathlib import Path

from tests.support.project import Project

MOST = 80
"""A move has some forty effects; far more would mean that it is counted wrong."""


def killed_everywhere(
    project: Project, tmp_path: Path, how: str, *command: str, step: int = 1, least: int = 20
) -> list[Project]:
    """One repository for each point at which the command was killed, after its git has ended."""
    found = []
    for point in count(1, step):
        one = Project.copy(project.path, tmp_path / f"killed-{point}")
        answer = one.at_point(point, how, *command)
        one.settle()
        if answer.status == 0:
            assert least < point < MOST, "every effect is a point"
            return found
        assert answer.status == -signal.SIGKILL, answer.said
        found.append(one)
    raise AssertionError


def goes_on(one: Project) -> None:
    """The next command works with no lock removed, and leaves everything in order."""
    assert not list(one.path.glob(".git/**/*.lock"))
    after = one.tk("note", "b", "the next command")
    assert after.status == 0, after.said
    assert one.clean(), one.status()
    assert not list((one.path / ".tasks").glob("*.new"))
    one.git("fsck", "--strict")
    one.ok("verify", "--all")
