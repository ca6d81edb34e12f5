"""A project to be ill-used, by the means of the tests, and how what came of it is told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.support.project import Project


def founded(folder: Path, lease: int) -> Project:
    """A repository with a ledger; a lease is so many seconds."""
    project = Project.create(folder / "repo")
    project.ok("init", "--no-hooks")
    project.ok("config", "set", "lease", str(lease))
    return project


def told(moves: int, kills: int, seconds: float, wrongs: Iterable[str]) -> int:
    """Print the counts, and what is wrong; the exit status."""
    print(f"{moves} moves acknowledged in {seconds:.0f} s, {moves / seconds:.2f} moves/s")
    print(f"{kills} killed")
    return ended(wrongs)


def ended(wrongs: Iterable[str]) -> int:
    """Print what is wrong; the exit status."""
    found = list(wrongs)
    for one in found:
        print(f"wrong: {one}")
    print(f"{len(found)} things are wrong" if found else "nothing is wrong")
    return 1 if found else 0
