"""The moves of tasks are read in parts and many files at a time, and are those that commits made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.ledger.test_parallel import SEEDS, imported, many
from tests.support.project import Project
from tkledger.core.flow import Move
from tkledger.core.layout import FOLDER
from tkledger.git import history
from tkledger.git.cat_file import CatFile, Found
from tkledger.git.repo import Repo
from tkledger.ledger import parallel
from tkledger.ledger.reader import Ledger
from tkledger.ledger.timelines import timelines

__all__ = ["many"]


def one_by_one(repo: Repo, tip: str) -> dict[str, list[Move]]:
    """The moves of each task, as each commit by itself shows them."""
    files, found = Ledger(repo).files, dict[str, list[Move]]()
    for commit in history.log(repo, tip, path=FOLDER):
        for diff in commit.diffs if len(commit.parents) < 2 else ():
            old = files.task(diff.path, diff.old_mode, diff.old)
            new = files.task(diff.path, diff.new_mode, diff.new)
            was = old.state if old else None
            if new is not None and new.state is not was:
                move = Move(commit.at, was, new.state, commit.author.actor)
                found.setdefault(new.id, []).append(move)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_moves_of_a_history_are_the_same_in_parts(
    seed: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    repo, tips = imported(seed, tmp_path / "repo")
    tip = max(tips, key=lambda one: len(history.parents(repo, one)))
    expected = one_by_one(repo, tip)
    assert sum(map(len, expected.values())) > 10
    assert in_any_order(timelines(Ledger(repo), tip)) == in_any_order(expected)
    request.getfixturevalue("many")
    assert len(parallel.parts(repo, [tip], [])) == 4
    (tmp_path / "repo" / ".git" / "tk" / "moves").unlink(missing_ok=True)
    assert in_any_order(timelines(Ledger(repo), tip)) == in_any_order(expected)
    repo.close()


def in_any_order(moves: dict[str, list[Move]]) -> dict[str, list[str]]:
    """Of lines of history side by side, each may come first."""
    return {task: sorted(map(str, found)) for task, found in moves.items()}


def test_files_of_a_long_history_are_asked_for_many_at_a_time(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    ask = CatFile.read_many

    def counted(self: CatFile, names: Sequence[str], limit: int | None) -> Iterator[Found | None]:
        asked.append(len(names))
        return ask(self, names, limit)

    few = 8
    monkeypatch.setattr("tkledger.ledger.timelines.BATCH", few)
    project.ok("new", "X", "--id", "x")
    for _ in range(few):  # each attempt is another file
        project.ok("start", "x")
        project.ok("block", "x", "--reason", "other")
        project.ok("requeue", "x")
    repo = Repo(str(project.path))
    monkeypatch.setattr(CatFile, "read_many", counted)
    found = timelines(Ledger(repo), project.head())
    targets = [one.target.value for one in found["x"]]
    assert targets == ["todo", *["in_progress", "blocked", "todo"] * few]
    moves = sum(map(len, found.values()))
    assert sum(asked) <= moves + 1, "a file as it was is known from the commit before"
    assert len(asked) <= moves / few + 2, asked
    repo.close()
