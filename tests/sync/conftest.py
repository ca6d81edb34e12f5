"""A server with hooks and as many clones as a test wants; the server is built once and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from project import Project
from team import Team


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the team is kept that others are copied from."""
    return tmp_path_factory.mktemp("team") / "team"


@pytest.fixture
def team(built: Path, tmp_path: Path) -> Team:
    """A server whose ledger has the tasks a to d, in todo."""
    if not built.exists():
        built.mkdir()
        Team.create(built)
    shutil.copytree(built, tmp_path / "team", symlinks=True)
    return Team(tmp_path / "team")


@pytest.fixture
def ada(team: Team) -> Project:
    return team.member("ada")


@pytest.fixture
def bob(team: Team) -> Project:
    return team.member("bob")
