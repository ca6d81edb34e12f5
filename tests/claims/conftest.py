"""Real repositories and real processes: a project, agents in worktrees and in clones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "git"))

from clones import cloned
from project import Project


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a repository is kept that others are copied from."""
    return tmp_path_factory.mktemp("template") / "repo"


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Project:
    """A repository with a ledger of four tasks, a to d, in todo; no hooks."""
    if not template.exists():
        made = Project.create(template)
        made.write("code.txt", "one\n")
        made.git("add", "code.txt")
        made.git("commit", "-q", "-m", "code")
        made.ok("init", "--no-hooks")
        made.ok(
            "batch", stdin="".join(f'{{"op": "new", "id": "{i}", "title": "T"}}\n' for i in "abcd")
        )
    return Project.copy(template, tmp_path / "repo")


@pytest.fixture
def hooked(project: Project) -> Project:
    """The same with hooks."""
    project.ok("hooks", "install")
    return project


@pytest.fixture
def clones(project: Project, tmp_path: Path) -> list[Project]:
    """Two clones of one bare repository, where claims are decided by it."""
    return cloned(project, tmp_path, 2)
