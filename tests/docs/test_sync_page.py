"""What the page about tk sync says that a sync stops with is in the code that stops it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import tkledger

SOURCE = Path(tkledger.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "sync.md"
ROOMS = ("sync", "git", "merging", "ledger")


def _told() -> dict[str, str]:
    """What a sync says as it stops, and the exit status, by the page's table."""
    part = PAGE.read_text(encoding="utf-8").split("## When it stops")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return {
        words.strip(): status
        for cell, status, *_ in rows[1:]
        for words in re.sub(r"\(.*\)", "", cell).split(";")
    }


TOLD = _told()


def _texts() -> str:
    """All texts in the rooms that a sync goes through, with a gap at each value put in."""
    found = []
    for room in ROOMS:
        for path in (SOURCE / room).glob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [
                one.value
                for one in ast.walk(tree)
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
    return "\n".join(found)


@pytest.mark.parametrize("words", TOLD)
def test_what_a_sync_is_said_to_say_is_in_its_texts(words: str) -> None:
    assert words in _texts()


def test_the_table_is_read() -> None:
    assert len(TOLD) >= 15
    assert {*TOLD.values()} == {"1", "2", "3", "4"}
