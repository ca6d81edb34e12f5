"""Git's merge driver and ``tk resolve``, in real merges."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.plain_git import git
from tkledger.cli import run
from tkledger.errors import Exit


def tk(path: Path, *words: str) -> int:
    return run([*words, "-C", str(path)])


@pytest.fixture
def project(repo_path: Path) -> Path:
    """A ledger with one task, and a branch ``side`` that left just after."""
    git(repo_path, "init", "-q")
    assert tk(repo_path, "init") == Exit.OK
    tk(repo_path, "new", "Parse", "--id", "a", "--label", "x")
    git(repo_path, "branch", "side")
    return repo_path


def on_side(path: Path, *commands: tuple[str, ...]) -> None:
    git(path, "checkout", "-q", "side")
    for words in commands:
        assert tk(path, *words) == Exit.OK
    git(path, "checkout", "-q", "main")


def text(path: Path) -> str:
    return (path / ".tasks" / "a.yaml").read_text()


def test_neighbouring_lines_merge_field_by_field(project: Path) -> None:
    on_side(project, ("start", "a"), ("note", "a", "side"), ("edit", "a", "--label", "s"))
    tk(project, "edit", "a", "--priority", "0", "--type", "bug", "--label", "m")
    tk(project, "note", "a", "main")
    git(project, "merge", "--no-edit", "side")
    assert "type: bug\nstate: in_progress\npriority: 0\nlabels:\n- m\n- s\n- x\n" in text(project)
    assert text(project).endswith("notes:\n- main\n- side\n")
    assert tk(project, "verify", "--all") == Exit.OK


def test_of_two_limits_the_stricter_stays(project: Path) -> None:
    tk(project, "edit", "a", "--budget", "steps=9")
    git(project, "branch", "-f", "side")
    on_side(project, ("edit", "a", "--budget", "steps=7"))
    tk(project, "edit", "a", "--budget", "steps=5")
    git(project, "merge", "--no-edit", "side")
    assert "budget:\n  steps: 5\n" in text(project)
    assert tk(project, "verify", "--all") == Exit.OK


def test_without_the_driver_git_leaves_a_conflict(project: Path) -> None:
    on_side(project, ("start", "a"))
    tk(project, "edit", "a", "--priority", "0")
    git(project, "config", "--remove-section", "merge.tk")
    git(project, "merge", "--no-edit", "side", fails=True)


def test_resolve_settles_what_text_could_not(project: Path) -> None:
    on_side(project, ("start", "a"))
    tk(project, "edit", "a", "--priority", "0")
    git(project, "config", "--remove-section", "merge.tk")
    git(project, "merge", "--no-edit", "side", fails=True)
    assert tk(project, "resolve") == Exit.OK
    git(project, "commit", "-q", "--no-edit")
    assert "state: in_progress\npriority: 0\n" in text(project)
    assert tk(project, "verify", "--all") == Exit.OK


@pytest.mark.parametrize(("choice", "expected"), [("--ours", "3"), ("--theirs", "1")])
def test_a_real_conflict_is_for_somebody_to_choose(
    project: Path, choice: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    on_side(project, ("edit", "a", "--priority", "1"))
    tk(project, "edit", "a", "--priority", "3")
    said = git(project, "merge", "--no-edit", "side", fails=True)
    assert ".tasks/a.yaml: both sides changed priority; tk resolve" in said
    assert "<<<<<<< ours\npriority: 3\n=======\npriority: 1\n>>>>>>> theirs\n" in text(project)
    assert tk(project, "resolve") == Exit.UNUSABLE
    assert "both sides changed priority" in capsys.readouterr().err
    assert tk(project, "resolve", choice) == Exit.OK
    git(project, "commit", "-q", "--no-edit")
    assert f"priority: {expected}\n" in text(project)
    assert tk(project, "verify", "--all") == Exit.OK


def test_conflict_markers_are_not_committed(project: Path) -> None:
    on_side(project, ("edit", "a", "--priority", "1"))
    tk(project, "edit", "a", "--priority", "3")
    git(project, "merge", "--no-edit", "side", fails=True)
    git(project, "add", ".tasks/a.yaml")
    assert "TK102" in git(project, "commit", "--no-edit", fails=True)


def test_a_criss_cross_is_merged_by_a_real_base(project: Path) -> None:
    on_side(project, ("edit", "a", "--priority", "1"))
    tk(project, "edit", "a", "--priority", "3")
    git(project, "branch", "left")
    git(project, "merge", "--no-edit", "side", fails=True)
    assert tk(project, "resolve", "--ours") == Exit.OK
    git(project, "commit", "-q", "--no-edit")
    git(project, "checkout", "-q", "side")
    git(project, "merge", "--no-edit", "left", fails=True)
    assert tk(project, "resolve", "--theirs") == Exit.OK
    git(project, "commit", "-q", "--no-edit")
    assert tk(project, "note", "a", "after") == Exit.OK
    git(project, "merge", "--no-edit", "main")
    assert "priority: 3\n" in text(project)
    assert text(project).endswith("notes:\n- after\n")
    assert tk(project, "verify", "--all") == Exit.OK


def test_the_newer_policy_wins(project: Path) -> None:
    on_side(project, ("config", "set", "depth", "4"), ("config", "set", "depth", "5"))
    tk(project, "config", "set", "squash", "path")
    git(project, "merge", "--no-edit", "side")
    assert "version: 3\n" in (project / ".tasks" / "config.yaml").read_text()
    assert tk(project, "verify", "--all") == Exit.OK


def test_what_either_side_accepts_stays_accepted(project: Path) -> None:
    on_side(project, ("config", "set", "depth", "4"), ("config", "set", "depth", "5"))
    file = project / ".tasks" / "a.yaml"
    file.write_text(file.read_text().replace("state: todo", "state: done"))
    git(project, "-c", "core.hooksPath=/dev/null", "commit", "-qam", "by hand")
    assert tk(project, "accept", "HEAD", "--reason", "it happened") == Exit.OK
    git(project, "merge", "--no-edit", "side")
    policy = (project / ".tasks" / "config.yaml").read_text()
    assert "version: 3\n" in policy
    assert "it happened" in policy
    assert tk(project, "verify", "--all") == Exit.OK


def test_resolve_says_that_there_is_nothing_to_do(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tk(project, "resolve") == Exit.USAGE
    assert "no merge has left a task file open" in capsys.readouterr().err


def test_init_keeps_attributes_that_are_there(repo_path: Path) -> None:
    git(repo_path, "init", "-q")
    (repo_path / ".gitattributes").write_text("*.png binary")
    git(repo_path, "add", ".")
    git(repo_path, "commit", "-qm", "code")
    assert tk(repo_path, "init") == Exit.OK
    lines = (repo_path / ".gitattributes").read_text().splitlines()
    assert lines == ["*.png binary", "/.tasks/*.yaml merge=tk text eol=lf"]
    assert git(repo_path, "status", "--short") == ""
