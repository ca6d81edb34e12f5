"""Where a key was used is found by one search of history, kept, and is what a search each time would find."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.histories import A, B, PlainRepo, a_task, genesis
from tests.support.verifying import tk
from tkledger.core.trailers import KEY
from tkledger.errors import Exit
from tkledger.git import history as git_history
from tkledger.git import process
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger


def grown(repo: PlainRepo, rng: random.Random, commits: int) -> list[Oid]:
    """Commits on a few lines, of which some say keys, some of them twice."""
    changes, messages = [], []
    for number in range(commits):
        latest = range(max(1, number - 4), number + 1)
        parents = rng.sample(latest, min(len(latest), rng.choice([1, 1, 1, 2])))
        changes.append(({"a": A._replace(title=f"T {number}")}, tuple(parents)))
        key = f"\n\n{KEY}: k{rng.randrange(commits // 3)}" if rng.random() < 0.5 else ""
        messages.append(f"tk: note a{key}\n")
    return repo.fast_import(changes, messages=messages)


@pytest.mark.parametrize("seed", range(3))
def test_it_finds_what_a_search_finds(seed: int, plain_repo: PlainRepo) -> None:
    rng = random.Random(seed)
    oids = grown(plain_repo, rng, 150)
    keys = [f"k{number}" for number in range(0, 50, 5)] + ["none"]
    for tip in (*rng.sample(oids, 6), oids[-1], oids[70]):  # forwards, backwards, other lines
        with_pages = Repo(str(plain_repo.path))
        without = Ledger(with_pages)
        for key in keys:
            places = Ledger(with_pages, remembers=True).key_places
            told = [one.oid for one in places.commits(key, tip)]
            wanted = [one.oid for one in without.key_places.commits(key, tip)]
            said = plain_repo.git("log", "--format=%H", f"--grep=^{KEY}: {key}$", tip).split()
            assert sorted(told) == sorted(wanted) == sorted(said)
        with_pages.close()
    assert [*(plain_repo.path / ".git" / "tk").glob("keys-*")]


@pytest.mark.parametrize("junk", [b"", b"tk", b"9" * 400])
def test_damaged_pages_are_as_good_as_none(junk: bytes, plain_repo: PlainRepo) -> None:
    oids = grown(plain_repo, random.Random(1), 100)
    repo = Repo(str(plain_repo.path))
    found = []
    for _ in range(3):
        places = Ledger(repo, remembers=True).key_places
        found.append([[one.oid for one in places.commits(f"k{n}", oids[-1])] for n in range(33)])
        for page in (plain_repo.path / ".git" / "tk").glob("keys-*"):
            page.write_bytes(junk)
    repo.close()
    assert found[0] == found[1] == found[2] != [[]] * 33


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The git processes that are started, and the messages that are searched."""
    seen: list[str] = []
    spawn, told = process.spawn, git_history.messages

    def spawned(args: Sequence[str], *place: Any, **options: Any) -> process.Process:
        seen.append(args[0])
        return spawn(args, *place, **options)

    def messages(*args: Any) -> Iterator[tuple[Oid, str]]:
        for one in told(*args):
            seen.append("message")
            yield one

    monkeypatch.setattr(process, "spawn", spawned)
    monkeypatch.setattr(git_history, "messages", messages)
    return seen


def test_the_length_of_history_does_not_matter(tmp_path: Path, counted: list[str]) -> None:
    counts = []
    for commits in (100, 400):
        made = PlainRepo(tmp_path / str(commits))
        made.fast_import([(genesis(), ()), ({"a": A, "b": B}, (1,))])
        made.fast_import(
            [({"b": a_task("b", title=f"T {n}")}, (n or "main",)) for n in range(commits)]
        )
        made.git("reset", "-q", "--hard", "main")
        assert tk(made, "note", "a", "first", "--key", "k") == Exit.OK
        counted.clear()
        assert tk(made, "note", "a", "second", "--key", "l") == Exit.OK
        counts.append({name: counted.count(name) for name in counted})
    assert counts[0] == counts[1]
    assert counts[0]["message"] == 1, "only what came since the search before"
