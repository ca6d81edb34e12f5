"""Values as people type them mean what they say."""

from __future__ import annotations

from tests.cli.conftest import Tk
from tkledger.errors import Exit


def test_an_owner_is_named_at_birth_and_me_is_the_actor(ledger: Tk) -> None:
    assert ledger("new", "T", "--id", "t", "--owner", "bo").status is Exit.OK
    assert ledger("show", "t", "--json").json["task"]["owner"] == "bo"
    assert ledger("edit", "t", "--owner", "me", "--as", "eve").status is Exit.OK
    assert ledger("show", "t", "--json").json["task"]["owner"] == "eve"
    assert ledger("edit", "t", "--owner", "").status is Exit.OK
    assert "owner" not in ledger("show", "t", "--json").json["task"]
