"""tk watch as a process: it goes on until it is ended, and ends well."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.project import TK, Project
from tkledger.errors import Exit

PATIENCE = 60


class Running:
    """A `tk watch --json` that has told its cursor, and so waits."""

    def __init__(self, project: Project) -> None:
        self.process = subprocess.Popen(
            [*TK, "watch", "--json"],
            cwd=project.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.begin = self.line()

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def ended(self) -> tuple[int, str]:
        """Its exit status, and its words on stderr."""
        assert self.process.stderr is not None
        return self.process.wait(PATIENCE), self.process.stderr.read()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


@pytest.fixture
def running(project: Project) -> Iterator[Running]:
    made = Running(project)
    yield made
    made.close()


def test_events_come_while_it_waits(project: Project, running: Running) -> None:
    assert set(running.begin) == {"schema", "kind", "cursor"}
    project.ok("start", "a")
    start, claim = running.line(), running.line()
    assert (start["task"], start["event"]) == ("a", "start")
    assert (claim["kind"], claim["to"]) == ("claim", "test@example.org")
    project.git("commit", "-q", "--allow-empty", "-m", "code")
    only = running.line()
    assert only["kind"] == "cursor", "so that what was looked through is not looked through again"
    assert project.ok("watch", "--json", "--no-follow", "--since", only["cursor"]).out == ""


def test_an_interrupt_ends_it(project: Project, running: Running) -> None:
    running.process.send_signal(signal.SIGINT)
    assert running.ended() == (Exit.INTERRUPTED, "")
    assert project.left_running() == []


def test_a_reader_that_goes_ends_it_although_nothing_happens(running: Running) -> None:
    assert running.process.stdout is not None
    running.process.stdout.close()
    assert running.ended() == (Exit.OK, "")


def test_a_table_for_people(project: Project) -> None:
    project.ok("start", "a", "--as", "ann")
    lines = project.ok("watch", "--no-follow", "--since", "0").out.splitlines()
    assert [line.split()[2:6] for line in lines[:1]] == [["main", "a", "new", "->"]]
    assert lines[-2].split()[2:] == [
        "main",
        "a",
        "start",
        "todo",
        "->",
        "in_progress",
        "ann",
        "Task",
        "a",
    ]
    assert lines[-1].split()[2:] == ["main", "a", "claim:", "claim", "-", "ann", "-"]
