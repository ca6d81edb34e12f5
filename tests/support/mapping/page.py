"""docs/mapping.md as rows, and what shows a row: a case that runs, or tests that are there already."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.support.project import Project

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "mapping.md"

Case = Callable[[Project], None] | tuple[str, ...]
"""What shows a row: a function that tries it in a repository, or tests that do by their ids under tests/."""

_ROW = re.compile(r"^\| ([SD][0-9]\.\w+) \| (.+?) \| (.*?) ?\| (.+) \|$", re.MULTILINE)
_STATE = re.compile(r"works|partly: .+ \((.+)\)|not yet.*? \((.+)\)|not for a ledger: .+")


class Row(NamedTuple):
    """A line of a table of the page."""

    id: str
    what: str
    by: str
    state: str

    @property
    def works(self) -> bool:
        return self.state == "works"

    @property
    def well_said(self) -> bool:
        """Whether the state is one of the four, with what each has to say."""
        return (
            bool(_STATE.fullmatch(self.state))
            and bool(self.what)
            and bool(self.by or not self.works)
        )

    @property
    def tasks(self) -> list[str]:
        """The tasks that bring what is missing."""
        found = _STATE.fullmatch(self.state)
        return re.findall(r"`([^`]+)`", next(filter(None, found.groups()), "")) if found else []


def rows() -> list[Row]:
    return [Row(*found) for found in _ROW.findall(PAGE.read_text(encoding="utf-8"))]


def shown(*tests: str) -> tuple[str, ...]:
    """A row that these tests show: ``room/test_module.py::name`` without ``test_`` before the name."""
    return tuple(f"tests/{test.replace('::', '::test_')}" for test in tests)


@cache
def defined_in(path: str) -> frozenset[str]:
    """The tests that a file defines, without running it."""
    return frozenset(_defined((ROOT / path).read_text(encoding="utf-8")))


def _defined(text: str) -> Iterator[str]:
    for one in ast.parse(text).body:
        if isinstance(one, ast.FunctionDef):
            yield one.name
