"""A server says to hostile steps what the law in memory says: a few of what `stress/bounded_push.py` tries."""

from __future__ import annotations

import pytest

from stress.bounded import settings
from stress.bounded_push import walked
from tests.support.signers import HAVE

SETTINGS = {one.title: one for one in settings()}


@pytest.mark.parametrize(
    ("title", "seed"),
    [("the policy", 1), ("two approvals, forged", 1), ("a gate, more of each", 1)],
    ids=["named", "forged", "gated"],
)
def test_a_server_refuses_what_the_law_refuses(title: str, seed: int) -> None:
    if SETTINGS[title].forged and not HAVE["ssh-keygen"]:
        pytest.skip("there is no ssh-keygen")
    found = walked(SETTINGS[title], seed, 4)
    assert found.differences == []
    assert found.accepted >= 3
    assert len(found.refused) >= 4
