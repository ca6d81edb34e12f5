"""``tk sync``: what its words ask for, and which of them are wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.project import Project
from tests.support.team import Team
from tkledger.cli.parser import parse
from tkledger.errors import Exit, TkError


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("", {}),
        ("origin", {"remote": "origin"}),
        ("--json origin -C there", {"remote": "origin", "as_json": True, "path": "there"}),
        ("--dry-run --as me", {"dry_run": True, "actor": "me"}),
        ("--json --json", {"as_json": True}),
    ],
)
def test_words_of_a_sync(words: str, values: dict[str, Any]) -> None:
    call = parse(["sync", *words.split()])
    assert call is not None
    assert (call.command.name, call.values) == ("sync", values)


@pytest.mark.parametrize("words", ["one two", "-C", "--key k", "-m words"])
def test_wrong_words_of_a_sync(words: str) -> None:
    with pytest.raises(TkError) as told:
        parse(["sync", *words.split()])
    assert told.value.remedy == "tk sync --help"


def test_help_for_a_sync() -> None:
    assert parse(["sync", "--help"]) is None


@pytest.mark.parametrize("words", ["", "origin", "--json"])
def test_another_form_of_the_words_does_the_same(team: Team, ada: Project, words: str) -> None:
    """An option that says what is so anyway."""
    ada.ok("start", "a")
    plain = ada.ok("sync", "--dry-run", *words.split())
    other = ada.ok("sync", "--dry-run", "--as=somebody", *words.split())
    assert plain == other


def test_mistakes_are_told(ada: Project) -> None:
    answer = ada.tk("sync", "one", "two")
    assert answer.status == Exit.USAGE
    assert "tk sync --help" in answer.err
