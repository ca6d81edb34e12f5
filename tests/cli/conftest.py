"""The command line is driven in this process, in a real repository."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.project import Project
from tests.support.templates import Templates
from tkledger.cli import run
from tkledger.errors import Exit


class Answer(NamedTuple):
    """What a command said, and its exit status by name."""

    status: Exit
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout; ``schema`` first, nothing null, no words."""
        assert self.out.startswith('{"schema": "tk/1"'), self
        said: dict[str, Any] = json.loads(self.out)
        assert None not in _values(said), said
        return said


def _values(value: Any) -> Iterator[Any]:
    yield value
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _values(inner)


Tk = Callable[..., Answer]


@pytest.fixture
def git(repo_path: Path) -> Callable[..., str]:
    """Runs git in the repository."""

    def call(*args: str) -> str:
        done = subprocess.run(
            ["git", *args], cwd=repo_path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    return call


@pytest.fixture
def here(
    repo_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Tk:
    """Runs tk in an empty folder."""
    monkeypatch.chdir(repo_path)

    def call(*argv: str, stdin: str = "") -> Answer:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        status = Exit(run(list(argv)))
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Answer(status, said.out, said.err)

    return call


@pytest.fixture
def tk(here: Tk, git: Callable[..., str]) -> Tk:
    """Runs tk in a repository that has no ledger yet."""
    git("init", "-q")
    return here


@pytest.fixture
def two_tasks(templates: Templates) -> Path:
    """A repository whose ledger has the tasks a and b, to be copied."""

    def make(template: Path) -> None:
        made = Project.create(template)
        made.ok("init", "--no-hooks")
        made.ok("new", "First", "--id", "a")
        made.ok("new", "Second", "--id", "b")

    return templates.of(make)


@pytest.fixture
def ledger(here: Tk, two_tasks: Path, repo_path: Path) -> Tk:
    """Runs tk where there is a ledger with the tasks a and b."""
    Project.copy(two_tasks, repo_path)
    return here


@pytest.fixture
def grown(
    here: Tk,
    two_tasks: Path,
    templates: Templates,
    repo_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Tk:
    """A small ledger with a history on four days; it is still the fifth."""

    def on(day: int) -> None:
        monkeypatch.setenv("GIT_AUTHOR_DATE", f"2030-01-0{day}T12:00:00Z")
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2030-01-0{day}T12:00:00Z")

    def make(template: Path) -> None:
        made = Project.copy(two_tasks, template)
        for day, words in enumerate(
            (
                ["new", "Whole", "--id", "w", "--label", "x", "--priority", "0"],
                ["new", "Part", "--id", "p", "--parent", "w", "--depends-on", "a", "--type", "bug"],
                ["start", "a", "--as", "alice"],
                ["done", "a"],
                ["cancel", "b"],
            ),
            1,
        ):
            on(day)
            made.ok(*words)

    Project.copy(templates.of(make), repo_path)
    on(5)
    return here
