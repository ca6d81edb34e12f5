"""``tk doctor`` in real repositories: what is wrong is named, and the doors are tried."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tkledger.cli import run
from tkledger.errors import Exit


def git(path: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def project(repo_path: Path) -> Path:
    git(repo_path, "init", "-q")
    assert run(["init", "-C", str(repo_path)]) == Exit.OK
    run(["new", "Parse", "--id", "a", "-C", str(repo_path)])
    return repo_path


def examined(
    path: Path, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, dict[str, bool], dict[str, str]]:
    """The exit status, what is good by its name, and the remedies."""
    capsys.readouterr()
    status = run(["doctor", "--json", "-C", str(path), *words])
    findings = json.loads(capsys.readouterr().out)["findings"]
    good = {one["what"]: one["good"] for one in findings}
    return status, good, {one["what"]: one.get("remedy", "") for one in findings}


def test_a_new_ledger_is_well(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = git(project, "for-each-ref")
    status, good, _ = examined(project, capsys)
    assert status == Exit.OK
    assert {"pre-commit", "prepare-commit-msg", "reference-transaction", "pre-push"} <= set(good)
    assert git(project, "for-each-ref") == before
    assert git(project, "status", "--short") == ""


@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "reference-transaction"])
def test_a_hook_that_git_passes_over_is_found_and_fixed(
    project: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = project / ".git" / "hooks" / name
    hook.chmod(0o644)
    status, good, remedies = examined(project, capsys)
    assert status == Exit.UNUSABLE
    assert not good["hooks"]
    assert not good[name]
    assert "tk hooks install" in remedies[name]
    assert "tk-canary" not in git(project, "for-each-ref")
    status, good, _ = examined(project, capsys, "--fix")
    assert status == Exit.OK
    assert good[name]
    assert os.access(hook, os.X_OK)


def test_a_hook_that_does_nothing_is_found(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".git" / "hooks" / "pre-push").write_text("#!/bin/sh\nexit 0\n")
    _, good, _ = examined(project, capsys)
    assert not good["pre-push"]
    assert good["pre-commit"]


def test_every_worktree_is_tried(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    git(project, "worktree", "add", "-q", str(other))
    status, good, _ = examined(project, capsys)
    assert status == Exit.OK
    assert good[f"pre-commit in {other}"]
    status, good, _ = examined(other, capsys)
    assert good[f"reference-transaction in {project}"]


def test_a_relative_hooks_path_has_its_remedy(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(project, "config", "core.hooksPath", ".githooks")
    _, good, remedies = examined(project, capsys)
    assert not good["hooks"]
    assert f'git config core.hooksPath "{project}/.githooks"' in remedies["hooks"]


def test_what_makes_the_checkout_lie_is_found(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".git" / "info" / "attributes").write_text(".tasks/** filter=lie\n")
    git(project, "update-index", "--assume-unchanged", ".tasks/a.yaml")
    _, good, _ = examined(project, capsys)
    assert not good["attributes"]
    assert not good["assume-unchanged"]
    _, good, _ = examined(project, capsys, "--fix")
    assert good["assume-unchanged"]


def test_a_missing_merge_driver_is_put_back(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(project, "config", "--remove-section", "merge.tk")
    _, good, _ = examined(project, capsys)
    assert not good["merge driver"]
    _, good, _ = examined(project, capsys, "--fix")
    assert good["merge driver"]


def test_a_stale_lock_is_named_and_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = project / ".git" / "index.lock"
    lock.touch()
    os.utime(lock, (1, 1))
    _, good, remedies = examined(project, capsys)
    assert not good["lock"]
    assert str(lock) in remedies["lock"]
    assert lock.exists()


def test_pruning_at_once_is_warned_of(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(project, "config", "gc.pruneExpire", "now")
    _, good, _ = examined(project, capsys)
    assert not good["gc.pruneExpire"]


def test_a_server_is_examined_and_its_hook_tried(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = tmp_path / "server.git"
    git(project, "init", "-q", "--bare", str(server))
    git(project, "push", "-q", str(server), "main")
    _, good, _ = examined(server, capsys)
    assert not good["hooks"]
    assert not good["receive.fsckObjects"]
    status, good, _ = examined(server, capsys, "--fix")
    assert status == Exit.OK
    assert good["pre-receive"]
    (server / "hooks" / "pre-receive").write_text("#!/bin/sh\nexit 0\n")
    _, good, _ = examined(server, capsys)
    assert not good["pre-receive"]
