"""How a commit that breaks the rules gets past a server, openly: the acceptance first, then it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.clone import Clone, Refused, followed
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


# -- a client says so before the server does ---------------------------------------------------


@pytest.fixture
def slipped(clone: Clone) -> Clone:
    """main holds an illegal commit that came past the hooks, and nobody has it yet."""
    off = ("-c", "core.hooksPath=/dev/null")
    clone.edit("a", state="done")
    clone.git(*off, "commit", "-q", "-a", "-m", "past the hooks")
    return clone


def test_an_acceptance_on_top_is_said_not_to_count(slipped: Clone) -> None:
    """By accept, verify and pre-push; what each says to do works, and then all agree."""
    bad = slipped.oid()
    said = slipped.ok("accept", bad, "--reason", "it's so").err
    (way,) = re.findall(r"believes it once its branch has it: (.*)\n", said)
    told = slipped.tk("verify", "--all")
    assert told.status == Exit.REJECTED
    assert "1 accepted at the end only: counts once origin/main has it\n  to get it" in told.err
    assert "accepted here, but not by origin/main yet" in told.err
    assert f"\n  remedy: {way}\n" in told.err, "not to accept it once more"
    with pytest.raises(Refused, match=r"TK201.*accepted here, but not by origin/main yet") as found:
        slipped.push()
    assert slipped.refusals() == ["pre-push"]
    assert f"remedy: {way}; then push this again" in str(found.value)
    followed(slipped, way)
    assert slipped.git("branch", "--show-current") == "main"
    assert slipped.verified("--all") == set()
    slipped.git("merge", "-q", "--no-edit", "origin/main")
    slipped.push()
    assert slipped.at(slipped.server).verified("--all") == slipped.verified("--all") == set()


def test_an_acceptance_without_the_commit_is_to_be_pushed_first(slipped: Clone) -> None:
    slipped.git("branch", "side")
    slipped.git("reset", "-q", "--hard", "origin/main")
    said = slipped.ok("accept", "side", "--reason", "r").err
    assert said.endswith("once its branch has it: git push origin main\n")
    with pytest.raises(Refused, match="TK201"):
        slipped.push("side")
    followed(slipped, "git push origin main")
    slipped.push("side")
    assert slipped.refusals() == ["pre-push"]
    assert slipped.verified("side") == set()


def test_without_a_remote_branch_an_acceptance_counts_here(slipped: Clone) -> None:
    slipped.git("remote", "rename", "origin", "elsewhere")
    slipped.git("update-ref", "-d", "refs/remotes/elsewhere/main")
    assert slipped.ok("accept", "HEAD", "--reason", "r").err == ""
    assert slipped.verified("--all") == set()
