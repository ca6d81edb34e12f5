"""Every test runs in a world of its own: no configuration, identity or ledger of the machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

IDENTITY = """\
[user]
    name = Test Person
    email = test@example.org
[init]
    defaultBranch = main
[commit]
    gpgSign = false
[protocol "file"]
    allow = always
"""


@pytest.fixture(autouse=True)
def sealed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's git, terminal or tk settings reaches a test."""
    home = tmp_path_factory.mktemp("home")
    config = home / "gitconfig"
    config.write_text(IDENTITY)
    for name in list(os.environ):
        if name.startswith(("GIT_", "TK_")) or name in ("EMAIL", "EDITOR", "VISUAL", "NO_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture
def repo_path(tmp_path: Path) -> Path:
    """An empty folder for a repository."""
    path = tmp_path / "repo"
    path.mkdir()
    return path
