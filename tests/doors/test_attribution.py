"""Work names its task where the policy asks for it: at the client's door and at the server's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.plain_git import git
from tkledger.cli import run
from tkledger.errors import Exit


@pytest.fixture
def project(repo_path: Path) -> Path:
    git(repo_path, "init", "-q")
    git(repo_path, "init", "-q", "--bare", "../server.git")
    git(repo_path, "remote", "add", "origin", "../server.git")
    at = ["-C", str(repo_path)]
    run(["init", *at])
    run(["new", "Parse", "--id", "a", *at])
    assert run(["config", "set", "attribution", "required", *at]) == Exit.OK
    git(repo_path, "push", "-q", "origin", "main")
    run(["hooks", "install", "--server", "-C", str(repo_path / "../server.git")])
    (repo_path / "code").write_text("1")
    git(repo_path, "add", "code")
    return repo_path


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("work", "names no task"),
        ("work\n\nTk-Task: b", "names b, which is not a task"),
        ("work\n\nTk-Task: a", ""),
        ("work\n\nTk-Task: a\u00a0", "names a\\u00a0, which is not a task"),
        ("Squashed\n\n* work\n\nTk-Task: a\n\n* more\n", ""),
        ("Squashed\n\n    Tk-Task: a\n    Tk-Task: gone\n", ""),
    ],
)
def test_work_names_its_task(project: Path, message: str, said: str) -> None:
    bad = bool(said)
    assert said in git(project, "commit", "-qm", message, fails=bad)
    if bad:
        git(project, "commit", "-q", "--no-verify", "-m", message)
        assert f"TK706] {head(project)[:10]}: {said}" in git(
            project, "push", "--no-verify", "origin", "main", fails=True
        )
    else:
        git(project, "push", "-q", "origin", "main")


def head(path: Path) -> str:
    return subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=path, text=True).strip()


def test_commits_that_change_a_task_and_merges_speak_for_themselves(project: Path) -> None:
    git(project, "commit", "-qm", "work\n\nTk-Task: a")
    git(project, "checkout", "-qb", "side")
    assert run(["start", "a", "-C", str(project)]) == Exit.OK
    git(project, "checkout", "-q", "main")
    git(project, "merge", "-q", "--no-ff", "-m", "join", "side")
    git(project, "push", "-q", "origin", "main")


def test_nothing_is_asked_unless_the_policy_does(project: Path) -> None:
    assert run(["config", "set", "attribution", "-C", str(project)]) == Exit.OK
    git(project, "commit", "-qm", "work")
    git(project, "push", "-q", "origin", "main")
