"""A command that changes one task reads as many objects in a large ledger as in a small one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.project import Project
from tkledger.doors import hooks
from tkledger.git import process
from tkledger.git.cat_file import CatFile, Found

COMMANDS = (
    *("new Title --id x", "new Title --parent t10 --id y", "start t11", "note t11 words"),
    *("edit t11 --title B", "edit t12 --depends-on t11", "block t11 -m why", "resume t11"),
    *("submit t11", "reject t11 -m why", "done t11", "reopen t11", "start t10", "cancel t13"),
    *("done t10", "undo", "edit t14 --parent t20", "start t99"),
)


BY_ROWS = "list --state todo --label x --stalled --sort -title"
LOOKS = (
    *(
        "list",
        "list --json",
        "list -n 2",
        "list --at HEAD",
        "list --at HEAD~1",
        "list --parent t10",
        BY_ROWS,
        "tree --type bug",
        "board --priority 1",
        "ready --limit 3",
        "list --blocked-by t10",
        "list --grep 11",
        "list --grep words --stale 14d",
        "list --owner none",
    ),
    *("ready", "ready --json", "tree", "tree t10", "tree --json", "board", "board --json"),
    *(
        "status",
        "status --json",
        "next",
        "next --json",
        "show t11",
        "show t11 --json",
        "why t11",
        "show t10",
        "why t10",
    ),
)


SIZES = pytest.mark.parametrize("size", [1_000, pytest.param(10_000, marks=pytest.mark.long)])
"""How many tasks the large ledger has; the small one has a hundred."""


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


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """The git processes that are started."""
    commands: list[Sequence[str]] = []
    spawn = process.spawn

    def counted(args: Sequence[str], *others: Any, **more: Any) -> process.Process:
        commands.append(args)
        return spawn(args, *others, **more)

    monkeypatch.setattr(process, "spawn", counted)
    return commands


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


@SIZES
def test_what_is_read_follows_the_change(tmp_path: Path, read: list[str], size: int) -> None:
    counts: list[dict[str, int]] = []
    for tasks in (100, size):
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


@SIZES
def test_what_a_look_reads_does_not_grow_with_the_ledger(
    tmp_path: Path, read: list[str], started: list[Sequence[str]], size: int
) -> None:
    counts: list[dict[str, tuple[int, int]]] = []
    for tasks in (100, size):
        project, found = ledger(tmp_path / str(tasks), tasks), {}
        for command in LOOKS:
            project.ok(*command.split())  # what was never looked at is read once
            read.clear()
            started.clear()
            project.ok(*command.split())
            found[command] = len(read), len(started)
        counts.append(found)
    small, large = counts
    print(small, large)
    assert {one: large[one] for one in large if large[one] > small[one]} == {}
    assert max(objects for objects, _ in large.values()) <= 40
    assert large["list"] == large["list -n 2"] == large["tree"] == large["board"] == (0, 1)
    assert large[BY_ROWS] == large["tree --type bug"] == large["board --priority 1"] == (0, 1)
    assert large["next"] == (0, 2), "the second git says who acts"


@SIZES
def test_one_search_finds_what_was_learnt_however_much_that_is(
    tmp_path: Path, read: list[str], started: list[Sequence[str]], size: int
) -> None:
    counts: list[dict[str, tuple[int, int]]] = []
    for tasks in (100, size):
        project, found = ledger(tmp_path / str(tasks), tasks), {}
        ends = (
            {"op": "cancel", "id": f"t{n}", "lesson": f"lesson {n}"} for n in range(1, tasks, 10)
        )
        more = ({"op": "note", "id": f"t{n}", "message": "lesson"} for n in range(2, tasks, 10))
        project.ok("batch", stdin="".join(json.dumps(line) + "\n" for line in (*ends, *more)))
        project.ok("new", "A lesson for task 9", "--id", "like", "--priority", "0")
        for command in (
            "recall lesson",
            "recall task -n 50 --json",
            "search lesson",
            "search task --json",
            "next --claim --dry-run",
            "next --claim --dry-run --json",
        ):
            project.ok(*command.split())  # what was never looked at is read once
            read.clear()
            started.clear()
            answer = project.ok(*command.split())
            found[command] = len(read), len(started)
            assert [args[0] for args in started].count("grep") == 1, command
        assert len(answer.json["related"]) == 3
        counts.append(found)
    small, large = counts
    print(small, large)
    assert max(objects for objects, _ in large.values()) <= 70
    assert {one: large[one][1] for one in large} == {one: small[one][1] for one in small}


@SIZES
def test_what_hooks_read_follows_the_change(
    tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    counts = []
    for tasks in (100, size):
        project = ledger(tmp_path / str(tasks), tasks)
        project.write(".tasks/t11.yaml", project.file("t11").replace("Task 11", "Other") + "\n")
        project.git("add", ".tasks")
        monkeypatch.chdir(project.path)
        read.clear()
        assert hooks.main(["pre-commit", "/nonexistent"]) == 0
        folders = [
            project.git("rev-parse", f"{tree}:.tasks")
            for tree in ("HEAD", project.git("write-tree"))
        ]
        assert [read.count(one) for one in folders] == [1, 1], "each folder is read once"
        counts.append(len(read))
    assert counts[0] == counts[1] < 30
