"""How a commit that breaks the rules gets past a server, openly: the acceptance first, then it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.plain_git import git
from tkledger.cli import run
from tkledger.errors import Exit


@pytest.fixture
def project(repo_path: Path) -> Path:
    """A clone whose branch ``bad`` holds an illegal commit, and a server that judges."""
    git(repo_path, "init", "-q")
    git(repo_path, "init", "-q", "--bare", "../server.git")
    git(repo_path, "remote", "add", "origin", "../server.git")
    at = ["-C", str(repo_path)]
    run(["init", "--no-hooks", *at])
    run(["new", "Parse", "--id", "a", *at])
    git(repo_path, "push", "-q", "origin", "main")
    run(["hooks", "install", "--server", "-C", str(repo_path / "../server.git")])
    git(repo_path, "checkout", "-q", "-b", "bad")
    file = repo_path / ".tasks" / "a.yaml"
    file.write_text(file.read_text().replace("state: todo", "state: done"))
    git(repo_path, "commit", "-qam", "the host let it through")
    return repo_path


def test_an_acceptance_in_the_same_push_does_not_count(project: Path) -> None:
    assert run(["accept", "HEAD", "--reason", "r", "-C", str(project)]) == Exit.OK
    assert "TK201" in git(project, "push", "origin", "bad:main", fails=True)


def test_the_acceptance_goes_first(project: Path) -> None:
    git(project, "checkout", "-q", "main")
    assert run(["accept", "bad", "--reason", "r", "-C", str(project)]) == Exit.OK
    git(project, "push", "-q", "origin", "main")
    git(project, "merge", "-q", "--no-edit", "bad")
    git(project, "push", "-q", "origin", "main")
    assert run(["verify", "--all", "-C", str(project)]) == Exit.OK


def test_the_servers_own_branch_is_protected_whatever_the_policy_says(project: Path) -> None:
    git(project, "checkout", "-q", "main")
    assert run(["config", "set", "protected", "other", "-C", str(project)]) == Exit.OK
    git(project, "push", "-q", "origin", "main")
    git(project, "reset", "-q", "--hard", "HEAD~1")
    assert "TK702" in git(project, "push", "--force", "origin", "main", fails=True)
    assert "TK701" in git(project, "push", "origin", ":main", fails=True)


def test_client_hooks_do_not_go_into_a_server(project: Path) -> None:
    server = str(project / "../server.git")
    assert run(["hooks", "install", "-C", server]) == Exit.UNUSABLE
