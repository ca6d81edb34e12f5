"""Where a task was changed or named is found by one walk, kept, and shows what a walk each time would show."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.histories import A, PlainRepo, a_task, genesis
from tests.support.random_histories import bent, history, lies_at
from tests.support.verifying import tk
from tkledger.core.history import HistoryEntry
from tkledger.errors import Exit
from tkledger.git import history as git_history
from tkledger.git import process
from tkledger.git.commit import Commit
from tkledger.git.repo import Repo
from tkledger.ledger import log
from tkledger.ledger.reader import Ledger
from tkledger.local.trace_page import Kept, TracePages


def pages(path: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in (path / "tk").glob("traces-*")}


def walked(repo: Repo, tip: str) -> dict[str, list[HistoryEntry]]:
    """What happened to each task, found without anything that is kept."""
    found: dict[str, list[HistoryEntry]] = {}
    for one in log.entries(Ledger(repo), tip, charges=True):
        found.setdefault(one.task, []).append(one)
    return found


def asked(repo: Repo, tip: str, task: str) -> list[HistoryEntry]:
    return list(log.entries_of(Ledger(repo, remembers=True), tip, task, charges=True))


@pytest.mark.parametrize("seed", range(3))
def test_it_shows_what_a_walk_shows(seed: int, plain_repo: PlainRepo) -> None:
    rng = random.Random(seed)
    made = history(rng)[:60]
    lies = {n: rng.choice([*lies_at(made, n, rng)] or [{}]) for n in rng.sample(range(2, 60), 5)}
    oids = bent(plain_repo, made, lies)
    words = [f"work\n\n{name}: t1\nTk-Tokens: 5" for name in ("Tk-Task", "Tk-Spend")]
    oids += plain_repo.fast_import([({}, (oids[-1],)), ({}, (1,))], messages=words)
    repo = Repo(str(plain_repo.path))
    tips = [oids[-1], *rng.sample(oids, 5), oids[-1]]
    kept = set()
    for tip in tips:  # forwards, backwards, and to other lines
        wanted = walked(repo, tip)
        for task in (*wanted, "nobody"):
            told = asked(repo, tip, task)
            key = lambda one: (one.commit, one.event)  # noqa: E731
            assert sorted(told, key=key) == sorted(wanted.get(task, []), key=key)
            places = [oids.index(one.commit) for one in told]
            later = {n: made[n].parents for n in places if n < 60}
            assert all(
                places.index(p) < places.index(n) for n in later for p in later[n] if p in places
            )
        kept.add(TracePages(repo.common_dir).read("t1").tip)
    repo.close()
    assert kept & {*tips}


def test_damaged_bytes_and_another_repositorys_are_as_good_as_none(
    begun: PlainRepo, tmp_path: Path
) -> None:
    titles = [({"a": A._replace(title=f"T {n}")}, (n or "main",)) for n in range(40)]
    begun.fast_import(titles)
    repo = Repo(str(begun.path))
    tip = begun.git("rev-parse", "main")
    first = asked(repo, tip, "a")
    right = pages(begun.path / ".git")
    (tmp_path / "tk").mkdir()
    for place in range(16):
        TracePages(str(tmp_path)).write(place, Kept("1" * 40, {"a": b"1" * 60}))
    for junk in (
        *(lambda data: b"", lambda data: b"tk", lambda data: data[:-1], lambda data: data + b"x"),
        lambda data: (
            data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
        ),
        lambda data: b"9" + data,
    ):
        for name, data in right.items():
            (begun.path / ".git" / "tk" / name).write_bytes(junk(data))
        assert asked(repo, tip, "a") == first
        assert pages(begun.path / ".git") == right
    for name, data in pages(tmp_path).items():
        (begun.path / ".git" / "tk" / name).write_bytes(data)
    assert asked(repo, tip, "a") == first
    assert TracePages(repo.common_dir).read("a").tip == tip
    repo.close()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The git processes that are started, and the commits that git's log tells."""
    seen: list[str] = []
    spawn, told = process.spawn, git_history._logged

    def spawned(args: Sequence[str], *place: Any, **options: Any) -> process.Process:
        seen.append(args[2] if args[0] == "-c" else args[0])
        return spawn(args, *place, **options)

    def logged(*args: Any) -> Iterator[Commit]:
        for one in told(*args):
            seen.append("commit")
            yield one

    monkeypatch.setattr(process, "spawn", spawned)
    monkeypatch.setattr(git_history, "_logged", logged)
    return seen


def test_the_length_of_history_does_not_matter(
    tmp_path: Path, counted: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    counts = []
    for commits in (100, 400):
        made = PlainRepo(tmp_path / str(commits))
        made.fast_import([(genesis(), ()), ({"a": A, "b": a_task("b")}, (1,))])
        changes = [({"b": a_task("b", title=f"T {n}")}, (n or "main",)) for n in range(commits)]
        made.fast_import(changes)
        made.commit({"a": A._replace(title="New")}, "main")
        found = {}
        assert tk(made, "show", "a") == Exit.OK  # walks once
        for words in ("log --limit 5", "log a", "show a", "log a", "show a"):
            counted.clear()
            capsys.readouterr()
            assert tk(made, *words.split(), "--json") == Exit.OK
            found[words] = {name: counted.count(name) for name in counted}
            told = json.loads(capsys.readouterr().out)
            assert "entries" not in told or len(told["entries"]) == (5 if "limit" in words else 2)
        made.commit({"a": A._replace(title="Newer")}, "main")
        counted.clear()
        assert tk(made, "show", "a") == Exit.OK
        found["one more"] = {name: counted.count(name) for name in counted}
        counts.append(found)
    assert counts[0] == counts[1]
    assert counts[0]["log --limit 5"]["commit"] == 5
    assert counts[0]["log a"] == {"rev-parse": 1, "cat-file": 1}


def test_a_commit_that_makes_many_tasks_is_walked_once(
    plain_repo: PlainRepo, counted: list[str]
) -> None:
    made = {f"t{number}": a_task(f"t{number}") for number in range(100)}
    plain_repo.fast_import([(genesis(), ()), (made, (1,))])
    for _ in range(2):
        counted.clear()
        assert tk(plain_repo, "show", "t7") == Exit.OK
    assert counted == ["rev-parse", "cat-file"], "the second look walks over nothing"


def test_a_few_new_commits_are_walked_by_one_git_and_soon_by_none(
    begun: PlainRepo, counted: list[str]
) -> None:
    repo, seen = Repo(str(begun.path)), []
    tip = begun.git("rev-parse", "HEAD")
    for number in range(10):
        counted.clear()
        assert len(asked(repo, tip, "a")) == number + 1
        seen.append(counted.count("commit"))
        assert counted.count("log") == 1, counted
        assert "rev-list" not in counted, "the walk itself shows that it goes on from what is known"
        tip = begun.commit({"a": A._replace(title=f"T {number}")}, "main")
    assert seen == [2, 3, 4, 5, 6, 7, 8, 1, 2, 3], "eight commits are kept"
    repo.close()
