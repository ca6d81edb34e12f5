"""``tk doctor`` in real repositories: what is wrong is named, and the doors are tried."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.plain_git import git
from tkledger.cli import run
from tkledger.doors import install
from tkledger.errors import Exit


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


def test_a_new_ledger_is_well(repo_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also before it has a task, when taking all of it out might amend its beginning."""
    git(repo_path, "init", "-q")
    assert run(["init", "-C", str(repo_path)]) == Exit.OK
    before = git(repo_path, "for-each-ref")
    status, good, _ = examined(repo_path, capsys)
    assert status == Exit.OK
    assert all(good.values())
    assert set(install.CLIENT) <= set(good)
    assert git(repo_path, "for-each-ref") == before
    assert git(repo_path, "status", "--short") == ""


def test_findings_are_grouped_by_what_mends_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["hooks", "uninstall", "-C", str(project)]) == Exit.OK
    capsys.readouterr()
    assert run(["doctor", "-C", str(project)]) == Exit.UNUSABLE
    bad = capsys.readouterr().out.partition("BAD")[2].splitlines()
    names = ", ".join(install.CLIENT)
    assert bad == [
        f"  hooks: missing or of another version of tk: {names}",
        f"BAD  {names}: accepts an illegal change",
        "BAD  merge driver: is not set up: git merges task files as text",
        "       remedy: tk hooks install",
        "to repair what is safe to repair: tk doctor --fix",
    ]


HALVES = (install.CLIENT[::2], install.CLIENT[1::2])
"""Each hook is tried once beside broken ones, and once broken."""


def test_a_hook_that_git_passes_over_is_found_and_fixed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for half in HALVES:
        hooks = [project / ".git" / "hooks" / name for name in half]
        for hook in hooks:
            hook.chmod(0o644)
        status, good, remedies = examined(project, capsys)
        assert status == Exit.UNUSABLE
        assert not good["hooks"]
        assert [one for one in install.CLIENT if not good[one]] == [*half]
        assert all("tk hooks install" in remedies[name] for name in half)
        assert "tk-canary" not in git(project, "for-each-ref")
        status, good, _ = examined(project, capsys, "--fix")
        assert status == Exit.OK
        assert all(good[name] for name in half)
        assert all(os.access(hook, os.X_OK) for hook in hooks)


def test_a_hook_that_does_nothing_is_found(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project / ".git" / "hooks"
    for half in HALVES:
        installed = {name: (folder / name).read_bytes() for name in half}
        for name in half:
            (folder / name).write_text("#!/bin/sh\nexit 0\n")
        _, good, _ = examined(project, capsys)
        assert [one for one in install.CLIENT if not good[one]] == [*half]
        for name, script in installed.items():
            (folder / name).write_bytes(script)


def test_a_hook_that_refuses_for_another_reason_is_found(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".git" / "hooks" / "commit-msg").write_text("echo not on a Friday >&2\nexit 1\n")
    _, good, _ = examined(project, capsys)
    assert not good["commit-msg"]


@pytest.mark.parametrize("setting", ["attribution required", "claims required", "review required"])
def test_a_policy_that_asks_for_more_stands_in_no_canarys_way(
    project: Path, setting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["config", "set", *setting.split(), "-C", str(project)]) == Exit.OK
    assert examined(project, capsys)[0] == Exit.OK


def test_nobody_has_to_be_known_to_git(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git(project, "config", "user.useConfigOnly", "true")
    assert examined(project, capsys)[0] == Exit.OK


def test_an_older_git_cannot_run_hooks_and_need_not(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`git hook run` came with 2.36."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\nfor word; do [ "$word" != hook ] || exit 1; done\n'
        f'exec "{shutil.which("git")}" "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    assert subprocess.run(["git", "hook", "run", "pre-commit"], cwd=project).returncode == 1
    assert examined(project, capsys)[0] == Exit.OK


def test_hooks_are_looked_for_where_git_looks(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "our hooks"
    for configured in (str(elsewhere), ".githooks"):
        git(project, "config", "core.hooksPath", configured)
        _, good, _ = examined(project, capsys)
        assert not [name for name in install.CLIENT if good[name]]
        status, good, _ = examined(project, capsys, "--fix")
        assert status == Exit.OK
        assert git(project, "config", "tk.hooksPath") == configured
        assert not (project / configured).exists()


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


def test_a_commit_of_code_has_to_pass(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever stops it is named; what a team's hook asks of a message has been met before."""
    hooks = project / ".git" / "hooks"
    (project / "code").touch()
    git(project, "add", "code")
    git(project, "commit", "-q", "-m", "PROJ-1 code")
    asking = hooks / "commit-msg.before-tk"
    asking.write_text("#!/bin/sh\ngrep -q PROJ- $1 || { echo no number >&2; exit 1; }\n")
    asking.chmod(0o755)
    status, good, _ = examined(project, capsys)
    assert (status, good["code commit"]) == (Exit.OK, True)
    asking.write_text("#!/bin/sh\necho KeyError: broken\nexit 1\n")
    status, good, remedies = examined(project, capsys)
    assert status == Exit.UNUSABLE
    assert [name for name in good if not good[name]] == ["code commit"]
    assert remedies["code commit"] == f"repair {asking}, which is not tk's"
    (project / "code").write_text("changed")
    assert run(["doctor", "-C", str(project)]) == Exit.OK
    assert "ok   code commit: not tried while files are changed" in capsys.readouterr().out
    asking.unlink()
    for name in ("pre-commit", "pre-push", "reference-transaction"):
        ours = hooks / name
        text = ours.read_text()
        ours.write_text(text.replace("name=", "echo Traceback >&2; exit 1; name="))
        status, good, remedies = examined(project, capsys)
        assert (good["code commit"], good[name]) == (False, False)
        assert remedies["code commit"] == "tk hooks install"
        ours.write_text(text)


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


def test_skipped_files_are_found_unless_the_checkout_is_sparse(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(project, "update-index", "--assume-unchanged", ".tasks/a.yaml")
    git(project, "update-index", "--skip-worktree", ".tasks/a.yaml", ".tasks/config.yaml")
    status, good, remedies = examined(project, capsys)
    assert status == Exit.UNUSABLE
    assert not good["skip-worktree"]
    assert remedies["skip-worktree"] == "git update-index --no-skip-worktree .tasks/*.yaml"
    status, good, _ = examined(project, capsys, "--fix")
    assert status == Exit.OK
    git(project, "sparse-checkout", "set", "--no-cone", "/code")
    assert not (project / ".tasks").exists()
    status, good, _ = examined(project, capsys)
    assert status == Exit.OK
    assert "skip-worktree" not in good


# -- a server --------------------------------------------------------------------------------


@pytest.fixture
def server(project: Path, tmp_path: Path) -> Path:
    path = tmp_path / "server.git"
    git(project, "init", "-q", "--bare", str(path))
    git(project, "push", "-q", str(path), "main")
    return path


def test_a_server_is_examined_and_its_hooks_tried(
    server: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, good, _ = examined(server, capsys)
    assert not good["hooks"]
    assert not good["receive.fsckObjects"]
    status, good, _ = examined(server, capsys, "--fix")
    assert status == Exit.OK
    before = (server / "tk" / "validated").read_text()
    for name in install.SERVER:
        assert good[name]
        script = (server / "hooks" / name).read_text()
        for text in ("#!/bin/sh\nexit 0\n", script.replace("python='", "python='/gone")):
            (server / "hooks" / name).write_text(text)
            _, good, remedies = examined(server, capsys)
            assert not good[name]
            assert remedies[name] == "tk hooks install --server"
        (server / "hooks" / name).write_text(script)
        (server / "hooks" / name).chmod(0o644)
        assert not examined(server, capsys)[1][name]
        (server / "hooks" / name).chmod(0o755)
    assert examined(server, capsys)[0] == Exit.OK
    assert (server / "tk" / "validated").read_text() == before
    assert "tk-canary" not in git(server, "for-each-ref")


def test_a_servers_hooks_are_looked_for_where_git_looks(
    server: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the usual place they are as they should be, and git does not run them."""
    assert examined(server, capsys, "--fix")[0] == Exit.OK
    elsewhere = tmp_path / "hooks"
    git(server, "config", "core.hooksPath", str(elsewhere))
    _, good, _ = examined(server, capsys)
    assert not good["pre-receive"]
    assert not good["post-receive"]
    assert examined(server, capsys, "--fix")[0] == Exit.OK
    git(server, "config", "core.hooksPath", "hooks")
    _, good, remedies = examined(server, capsys)
    assert not good["hooks"]
    assert "core.hooksPath" in remedies["hooks"]
    assert good["pre-receive"]
    assert good["post-receive"]


def test_nobody_is_told_of_a_push_that_there_was_not(
    server: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hook of others writes mails to all, say; it is in the place of ours first, then behind it."""
    foreign = server / "hooks" / "post-receive"
    foreign.write_text(f"#!/bin/sh\ntouch '{tmp_path}/told'\n")
    foreign.chmod(0o755)
    assert not examined(server, capsys)[1]["post-receive"]
    assert examined(server, capsys, "--fix")[0] == Exit.OK
    shutil.copy(foreign.with_name("post-receive.before-tk"), server / "hooks/pre-receive.before-tk")
    assert examined(server, capsys)[0] == Exit.OK
    assert not (tmp_path / "told").exists()
