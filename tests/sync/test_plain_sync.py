"""The small parser of ``tk sync`` understands what typer does, or leaves it to typer."""

from __future__ import annotations

from typing import Any

import pytest
from project import Project
from team import Team

from tkledger.cli.commands.sync import sync
from tkledger.cli.parser import parse
from tkledger.errors import Exit


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("", {}),
        ("origin", {"remote": "origin"}),
        ("--json origin -C there", {"remote": "origin", "as_json": True, "path": "there"}),
        ("--dry-run --as me", {"dry_run": True, "actor": "me"}),
        ("one two", None),
        ("--help", None),
        ("--json --json", None),
        ("-C", None),
        ("--key k", None),
        ("-m words", None),
    ],
)
def test_plain_words_do_without_typer(words: str, values: dict[str, Any] | None) -> None:
    assert parse(["sync", *words.split()], sync) == values


@pytest.mark.parametrize("words", ["", "origin", "--json"])
def test_both_ways_do_the_same(team: Team, ada: Project, words: str) -> None:
    """An option that says what is so anyway, in a form that only typer knows."""
    ada.ok("start", "a")
    plain = ada.ok("sync", "--dry-run", *words.split())
    by_typer = ada.ok("sync", "--dry-run", "--as=somebody", *words.split())
    assert plain == by_typer


def test_mistakes_are_told_by_typer(ada: Project) -> None:
    answer = ada.tk("sync", "one", "two")
    assert answer.status == Exit.USAGE
    assert "tk sync --help" in answer.err
