"""The hooks in hooks/ work where they are, and as copies: they find the Python of the tk on the PATH."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.clone import Clone, Refused
from tkledger.core.layout import path_of
from tkledger.doors import script

HOOKS = Path(__file__).parents[2] / "hooks"

EVERY_NAME = {*script.CLIENT, *script.SERVER}


@pytest.fixture
def copies(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A clone and a server without hooks, and a tk on the PATH."""
    clone.ok("hooks", "uninstall")
    assert clone.server_tk("uninstall").status == 0
    on_path(monkeypatch, Path(sys.executable).parent)
    return clone


def on_path(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def judged(clone: Clone) -> None:
    """Code and a legal move are taken, an illegal one is rejected."""
    clone.write("code.txt", "more\n")
    clone.commit("code")
    clone.commit(a={"state": "in_progress"})
    clone.edit("a", state="todo")
    clone.edit("b", state="done")
    with pytest.raises(Refused, match="TK201"):
        clone.git("commit", "-q", "-m", "x", path_of("b"))
    with pytest.raises(Refused, match="TK201"):
        clone.git("update-ref", "refs/heads/other", clone.dangling(b={"state": "done"}))
    clone.git("checkout", "-q", "HEAD", "--", ".")


def test_each_is_a_file_of_its_own_that_git_runs() -> None:
    assert not HOOKS.is_symlink()
    assert {path.name for path in HOOKS.iterdir()} == EVERY_NAME
    for path in HOOKS.iterdir():
        assert path.is_file()
        assert not path.is_symlink()
        assert os.access(path, os.X_OK)
        assert f"name='{path.name}'" in path.read_text()


def test_a_clone_may_point_at_them(copies: Clone) -> None:
    copies.git("config", "core.hooksPath", str(HOOKS))
    judged(copies)
    assert copies.tk("hooks", "status").status == 0
    copies.push()


@pytest.mark.parametrize("folder", [".git/hooks", ".githooks"])
def test_a_clone_may_copy_them(copies: Clone, folder: str) -> None:
    """The second is committed with the code, say, and has a relative name in the configuration."""
    shutil.copytree(HOOKS, copies.path / folder, dirs_exist_ok=True)
    if folder != ".git/hooks":
        copies.git("config", "core.hooksPath", folder)
        copies.commit("hooks")
    judged(copies)


def test_a_previous_hook_runs_behind_a_copy(copies: Clone, tmp_path: Path) -> None:
    shutil.copytree(HOOKS, copies.path / ".git/hooks", dirs_exist_ok=True)
    foreign = copies.path / ".git/hooks/pre-commit.before-tk"
    foreign.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\n")
    foreign.chmod(0o755)
    copies.commit(a={"state": "in_progress"})
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("file", ["{name}", "{name}.d/tk"])
def test_a_server_may_copy_them(copies: Clone, file: str) -> None:
    """Under their own names, or as Gitea and Forgejo have it: a folder for each hook, any file name."""
    for name in script.SERVER:
        path = copies.server / "hooks" / file.format(name=name)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HOOKS / name, path)
        if path.name != name:
            caller = copies.server / "hooks" / name
            caller.write_text(f"#!/bin/sh\nexec hooks/{name}.d/tk\n")
            caller.chmod(0o755)
    legal = copies.commit(a={"state": "in_progress"})
    copies.push()
    assert legal in (copies.server / "tk/validated").read_text()
    illegal = copies.dangling(b={"state": "done"})
    with pytest.raises(Refused, match="TK201"):
        copies.push(f"{illegal}:refs/heads/other")


@pytest.mark.parametrize(
    ("first_line", "words"),
    [("#!/gone/python3", "/gone/python3 with tkledger is gone"), ("#!{bare}/python3", "No module")],
)
def test_without_tk_nothing_is_taken(
    copies: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_line: str, words: str
) -> None:
    """A tk that is broken, and one whose Python has no tkledger."""
    program = tmp_path / "bin/tk"
    program.parent.mkdir()
    bare = program.with_name("python3")
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    program.write_text(first_line.format(bare=bare.parent) + "\n")
    for path in (bare, program):
        path.chmod(0o755)
    on_path(monkeypatch, program.parent)
    copies.git("config", "core.hooksPath", str(HOOKS))
    copies.edit("a", state="in_progress")
    with pytest.raises(Refused, match=words) as refusal:
        copies.git("commit", "-q", "-a", "-m", "x")
    assert "remedy: install tk again and run: tk hooks install" in str(refusal.value)
    assert "Traceback" not in str(refusal.value)
