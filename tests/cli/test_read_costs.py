"""A command that changes one task reads as many objects in a large ledger as in a small one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.project import Project
from tkledger.git.cat_file import CatFile, Found

COMMANDS = (
    *("new Title --id x", "new Title --parent t10 --id y", "start t11", "note t11 words"),
    *("edit t11 --title B", "edit t12 --depends-on t11", "block t11 -m why", "resume t11"),
    *("submit t11", "reject t11 -m why", "done t11", "reopen t11", "start t10", "cancel t13"),
    *("done t10", "undo", "edit t14 --parent t20", "start t99"),
)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the objects that git is asked for."""
    names: list[str] = []
    ask = CatFile.read_many

    def counted(self: CatFile, wanted: Sequence[str], limit: int | None) -> Iterator[Found | None]:
        names.extend(wanted)
        return ask(self, wanted, limit)

    monkeypatch.setattr(CatFile, "read_many", counted)
    return names


def ledger(path: Path, tasks: int) -> Project:
    """A ledger of tasks in groups of ten: one, and nine below it."""
    made = Project.create(path)
    made.ok("init", "--no-hooks")
    lines: list[dict[str, object]] = [
        {"op": "new", "id": f"t{n}", "title": f"Task {n}"} for n in range(tasks)
    ]
    for number, line in enumerate(lines):
        if number % 10:
            line["parent"] = f"t{number // 10 * 10}"
    made.ok("batch", stdin="".join(json.dumps(line) + "\n" for line in lines))
    made.ok("new", "x", "--parent", "t0", "--dry-run")  # what was never read is read once
    return made


def test_what_is_read_follows_the_change(tmp_path: Path, read: list[str]) -> None:
    counts: list[dict[str, int]] = []
    for tasks in (100, 1_000):
        project, found = ledger(tmp_path / str(tasks), tasks), {}
        for command in COMMANDS:
            read.clear()
            answer = project.tk(*command.split())
            found[command] = len(read)
            assert answer.status in (0, 1, 3), (command, answer.said)
        counts.append(found)
    small, large = counts
    print(small, large)
    assert {one: large[one] for one in large if large[one] > small[one]} == {}
    assert max(large.values()) <= 40
