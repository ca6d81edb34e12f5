"""Real repositories in folders of their own, driven by real git and by tk, in-process or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import Project


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a repository is kept that others are copied from: making one takes ten processes."""
    return tmp_path_factory.mktemp("template") / "repo"


@pytest.fixture
def bare_git(tmp_path: Path) -> Project:
    """A repository without a commit, and without a ledger."""
    return Project.create(tmp_path / "repo")


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Project:
    """A repository with some code in it and a ledger of four tasks, a to d, in todo."""
    if not template.exists():
        made = Project.create(template)
        made.write("code.txt", "one\n")
        made.git("add", "code.txt")
        made.git("commit", "-q", "-m", "code")
        made.ok("init", "--no-hooks")
        lines = "".join(
            f'{{"op": "new", "id": "{one}", "title": "Task {one}"}}\n' for one in "abcd"
        )
        made.ok("batch", stdin=lines)
    return Project.copy(template, tmp_path / "repo")
