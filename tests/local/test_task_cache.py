"""The cache of the views: it saves time and nothing else, and no door reads it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tkledger.cli import run
from tkledger.core.lifecycle import State
from tkledger.errors import Exit
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.local.page import read_page, write_page
from tkledger.local.store import TASKS, Store
from tkledger.local.task_cache import TaskCache


@pytest.fixture
def many(repo_path: Path, tmp_path: Path) -> Path:
    """A ledger with more tasks than are read without the cache, one with every kind of field."""
    subprocess.run(["git", "init", "-q"], cwd=repo_path, check=True)
    lines = [{"op": "new", "id": f"t{n}", "title": f"Task {n}"} for n in range(150)]
    lines[7] |= {
        "label": ["x"],
        "budget": "steps=5,cost=1.50",
        "depends_on": ["t1"],
        "consumer": "c",
    }
    batch = tmp_path / "batch"
    batch.write_text("".join(json.dumps(line) + "\n" for line in lines))
    at = ["-C", str(repo_path)]
    assert run(["init", "--no-hooks", *at]) == Exit.OK
    assert run(["batch", str(batch), *at]) == Exit.OK
    assert run(["block", "t9", "--reason", "user", "-m", "two\nlines", *at]) == Exit.OK
    assert run(["note", "t7", "n", *at]) == Exit.OK
    return repo_path


def listed(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    for page in (path / ".git" / "tk").glob("views/*"):
        page.unlink()  # what is made of tasks is remembered, too
    (path / ".git" / "tk" / "json").unlink(missing_ok=True)
    capsys.readouterr()
    assert run(["list", "--json", "-C", str(path)]) == Exit.OK
    return capsys.readouterr().out


def test_the_second_answer_is_the_first(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = listed(many, capsys)
    cache = TaskCache(str(many / ".git"))
    assert len(cache.read()) == 150
    known = {one.id: one for one in cache.read().values()}
    assert known == {one.id: one for one in Ledger(Repo(str(many))).head().tasks()}
    assert listed(many, capsys) == first


def test_a_broken_cache_is_made_again(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = listed(many, capsys)
    file = many / ".git" / "tk" / "tasks"
    known = TaskCache(str(many / ".git")).read()
    assert known
    whole = file.read_bytes()
    for junk in (b"", b"{", whole[:-1], whole[1:], whole[:-9] + b"x" + whole[-8:]):
        file.write_bytes(junk)
        assert listed(many, capsys) == first
        assert TaskCache(str(many / ".git")).read() == known


def test_a_page_of_a_task_with_other_fields_is_none(
    many: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = listed(many, capsys)
    store = Store(str(many / ".git"))
    fields, rows = read_page(store, TASKS)
    fewer = {oid: row[:-1] for oid, row in rows.items()}
    for page in (fewer, (fields[:-1], fewer)):
        write_page(store, TASKS, page)
        assert listed(many, capsys) == first
        assert len(TaskCache(str(many / ".git")).read()) == 150


def test_what_changed_is_seen(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed(many, capsys)
    assert run(["start", "t3", "-C", str(many)]) == Exit.OK
    tasks = {one["id"]: one for one in json.loads(listed(many, capsys))["tasks"]}
    assert tasks["t3"]["state"] == "in_progress"
    assert tasks["t9"]["wait"] == {"reason": "user", "detail": "two\nlines\n"}


def test_a_forged_cache_moves_no_verdict(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed(many, capsys)
    cache = TaskCache(str(many / ".git"))
    forged = {oid: task._replace(state=State.DONE) for oid, task in cache.read().items()}
    cache.write(forged)
    assert run(["start", "t3", "-C", str(many)]) == Exit.OK
    assert run(["verify", "--all", "-C", str(many)]) == Exit.OK
