"""Values as people type them mean what they say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Tk
from tkledger.errors import Exit

Git = Callable[..., str]


def test_an_owner_is_named_at_birth_and_me_is_the_actor(ledger: Tk) -> None:
    assert ledger("new", "T", "--id", "t", "--owner", "bo").status is Exit.OK
    assert ledger("show", "t", "--json").json["task"]["owner"] == "bo"
    assert ledger("edit", "t", "--owner", "me", "--as", "eve").status is Exit.OK
    assert ledger("show", "t", "--json").json["task"]["owner"] == "eve"
    assert ledger("edit", "t", "--owner", "").status is Exit.OK
    assert "owner" not in ledger("show", "t", "--json").json["task"]


CHANGES = (
    *("start W", "done W", "cancel W", "block W --reason other -m x", "edit W --title T"),
    *(
        "note W text",
        "concern W text",
        "step W",
        "delete W",
        "reopen W",
        "undo W",
        "rename W new-name",
    ),
    *("release W", "renew W", "work W", "work W --drop", "work W --merge", "run W -- true"),
    *(
        "retry W --gap x",
        "escalate W",
        "new T --parent W",
        "new T --depends-on W",
        "new T --from W",
    ),
    *("send bo hi --task W", "edit a --no-depends-on W", "spend W --cost 1"),
)


@pytest.mark.parametrize("word", ["l", "LIS", "tk-abc"])
def test_a_change_needs_four_letters_of_an_id(ledger: Tk, git: Git, word: str) -> None:
    """Commands that read take any beginning, and the next step of a refusal is to name the task whole."""
    whole = "tk-abcde" if "-" in word else "listing-page"
    assert ledger("new", "The page", "--id", whole).status is Exit.OK
    head = git("rev-parse", "HEAD")
    for line in CHANGES:
        said = ledger(*(word if one == "W" else one for one in line.split()))
        assert said.status is Exit.USAGE, line
        assert f"{whole} begins so\n  remedy: give the whole id: {whole}\n" in said.err, line
    assert git("rev-parse", "HEAD") == head
    for line in ("show W", "why W", "log W", "tree W", "budget W", "list --parent W"):
        assert ledger(*(word if one == "W" else one for one in line.split())).status is Exit.OK, (
            line
        )
    four = {"tk-abc": "TK-ABCD"}.get(word, "List")
    said = ledger("cancel", four)
    assert said.out == f"{whole}: todo -> cancelled  The page\n"


def test_an_id_may_be_typed_in_capitals(ledger: Tk) -> None:
    assert ledger("new", "T", "--id", "Parse-Config").out == "parse-config\n"
    assert ledger("rename", "PARSE-CONFIG", "Parse-It").out == "parse-config -> parse-it  T\n"
    assert ledger("start", "A", "PARSE-IT").status is Exit.OK
    assert ledger("show", "Parse").out.startswith("T\n")
