"""Each line of tk in the page for those who come from other trackers is a line of tk."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tkledger.cli import parser

PAGE = Path(__file__).parents[2] / "docs" / "coming-from.md"
TRACKERS = (
    "beads",
    "Backlog.md",
    "ticket",
    "Task Master",
    "Taskwarrior",
    "GitHub issues",
    "exec-kernel",
)

_CODE = re.compile(r"`([^`]+)`")


def _rows() -> list[tuple[str, str, str]]:
    """The tables of the page: the heading above, what is typed there, and what does it here."""
    found = []
    for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        head, _, rest = part.partition("\n")
        rows = [line.strip("| ").split(" | ") for line in rest.split("\n") if line.startswith("| ")]
        found += [(head, there, here) for there, here in rows[2:]]
    return found


LINES = dict.fromkeys(
    line for _, _, here in _rows() for line in _CODE.findall(here) if line.startswith("tk ")
)


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_page_is_parsed(line: str) -> None:
    assert parser.parse(shlex.split(line)[1:]) is not None


def test_the_trackers_are_there_each_with_its_verbs() -> None:
    rows = _rows()
    for tracker in TRACKERS:
        assert sum(head == tracker for head, _, _ in rows) >= 10, tracker
    assert len(LINES) >= 60
