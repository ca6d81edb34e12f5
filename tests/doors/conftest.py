"""Real repositories, real hooks, real processes; built once and copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from clone import Clone


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pair is kept that others are copied from."""
    return tmp_path_factory.mktemp("template") / "pair"


@pytest.fixture
def fresh(template: Path, tmp_path: Path) -> Callable[[str], Clone]:
    """Makes one more clone with a server of its own."""
    pair = Clone(template) if template.exists() else Clone.create(template)
    return lambda name: pair.copy(tmp_path / name)


@pytest.fixture
def clone(fresh: Callable[[str], Clone]) -> Clone:
    """A clone with hooks, and its server with hooks."""
    return fresh("pair")
