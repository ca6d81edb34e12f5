"""Histories are made by plain git in a folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from loom import Loom, a_task, genesis


@pytest.fixture
def loom(tmp_path: Path) -> Loom:
    """An empty repository."""
    return Loom(tmp_path / "repo")


@pytest.fixture
def begun(loom: Loom) -> Loom:
    """A ledger with the open tasks a and b; the checkout shows them."""
    loom.weave([(genesis(), ()), ({"a": a_task("a"), "b": a_task("b")}, (1,))])
    loom.git("reset", "-q", "--hard")
    return loom
