"""A clone of a ledger: its rules hold there after `tk init`, and until then commands that write say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import Project
from tkledger.errors import Exit

LINE = "tk's hooks are not installed in this clone, so git does not check commits: tk init\n"


@pytest.fixture
def new_clone(project: Project, tmp_path: Path) -> Project:
    (clone,) = cloned(project, tmp_path, 1)
    clone.git("config", "--global", "--unset", "tk.hooks")
    return clone


def test_a_clone_joins_by_init(new_clone: Project) -> None:
    said = [
        new_clone.ok(*words.split()).err
        for words in ("start a", "note a words", "undo", "sync", "config set depth 4")
    ]
    assert [err.count(LINE) for err in said] == [1] * len(said), said
    assert LINE not in new_clone.ok("list").err + new_clone.ok("done", "a", "--dry-run").err
    head = new_clone.head()
    assert new_clone.ok("init", "--dry-run").out.startswith("would join the ledger;")
    joined = new_clone.ok("init", "--prefix", "job", "--preset", "agents")
    assert joined.out == "joined the ledger: hooks and merge driver are installed; next: tk ready\n"
    assert "tk config set prefix job" in joined.err
    assert new_clone.head() == head
    new_clone.ok("hooks", "status")
    assert new_clone.git("config", "merge.tk.driver")
    assert LINE not in new_clone.ok("done", "a").err
    new_clone.write(".tasks/b.yaml", "state: done\n")
    head = new_clone.head()
    new_clone.git("commit", "-qam", "cheat", check=False)
    assert new_clone.head() == head
    new_clone.ok("init")  # again, whatever is going on there


def test_who_wants_no_hooks_is_not_asked_again(new_clone: Project) -> None:
    assert new_clone.ok("init", "--no-hooks").out.startswith("joined the ledger, without hooks;")
    assert new_clone.ok("start", "a").err == ""
    new_clone.ok("init")
    new_clone.git("config", "core.hooksPath", str(new_clone.path / "elsewhere"))
    assert LINE in new_clone.ok("done", "a").err
    new_clone.ok("hooks", "install")
    assert new_clone.ok("start", "b").err == ""
    new_clone.ok("hooks", "uninstall")
    assert LINE not in new_clone.ok("done", "b").err


def test_a_server_is_not_joined(new_clone: Project, tmp_path: Path) -> None:
    new_clone.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    refused = Project(tmp_path / "bare").tk("init")
    assert refused.status == Exit.UNUSABLE
    assert "\n  remedy: tk hooks install --server\n" in refused.err
