"""A history judged in parts, by processes side by side, gives the verdict of one that walks it all."""

from __future__ import annotations

import gc
import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.histories import PlainRepo
from tests.support.random_histories import LIES, built, dropped, history, lies_at
from tkledger.core.change import Violation
from tkledger.doors import push
from tkledger.doors.verify import judge_range
from tkledger.git.history import parents
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo
from tkledger.ledger import parallel
from tkledger.ledger.parallel import Part, side_by_side
from tkledger.ledger.reader import Ledger

SEEDS = [*range(3), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 40))]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on four processors, where every commit is worth a part."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(parallel, "WORTH", 1)


def imported(seed: int, path: Path) -> tuple[Repo, list[str]]:
    """A random history, with commits that break rules beside it."""
    rng = random.Random(seed)
    made = history(rng)
    numbers = range(2, len(made))
    lies = [(n, lie) for n in numbers for lie in (*lies_at(made, n, rng), *dropped(made, n))]
    plain_repo = PlainRepo(path)
    return Repo(str(path)), built(plain_repo, made, rng.sample(lies, LIES))


def pushed(repo: Repo, tips: list[str]) -> list[Violation]:
    lines = [RefLine(f"refs/heads/x{number}", None, tip) for number, tip in enumerate(tips)]
    return sorted(set(push.judge_push(Ledger(repo), lines, 2_000_000_000)))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_verdict_is_the_same(seed: int, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    repo, tips = imported(seed, tmp_path / "repo")
    whole = pushed(repo, tips)
    assert len({one.code for one in whole}) > 5
    alone = [judge_range(Ledger(repo), tip)[:2] for tip in tips[-5:]]
    request.getfixturevalue("many")
    assert len(parallel.parts(repo, tips, [])) == 4
    assert pushed(repo, tips) == whole
    assert [judge_range(Ledger(repo), tip)[:2] for tip in tips[-5:]] == alone
    repo.close()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.usefixtures("many")
def test_the_parts_are_the_whole_in_order(seed: int, tmp_path: Path) -> None:
    repo, tips = imported(seed, tmp_path / "repo")
    known = [f"^{tips[len(tips) // 3]}"]
    seen: list[str] = []
    for part in parallel.parts(repo, tips, known):
        inside = parents(repo, *part.tips, *part.known)
        assert inside
        outside = {parent for parents in inside.values() for parent in parents} - inside.keys()
        assert outside.issubset([*seen, *parents(repo, known[0][1:])])
        seen += inside
    assert sorted(seen) == sorted(parents(repo, *tips, *known))
    repo.close()


def test_a_part_whose_process_fails_is_done_here(tmp_path: Path) -> None:
    repo = Repo(str(PlainRepo(tmp_path / "repo").path))
    here = os.getpid()
    todo = [Part([str(number)], []) for number in range(3)]

    def work(part: Part) -> tuple[str, int]:
        if part.tips == ["1"] and os.getpid() != here:
            raise OSError("no more files")
        return part.tips[0], os.getpid()

    done = side_by_side(repo, work, todo)
    assert [one for one, _ in done] == ["0", "1", "2"]
    assert [pid == here for _, pid in done] == [True, True, False]
    repo.close()


def test_what_fails_here_as_well_is_raised(tmp_path: Path) -> None:
    repo = Repo(str(PlainRepo(tmp_path / "repo").path))

    def work(part: Part) -> None:
        if part.tips == ["1"]:
            raise ValueError("in any process")

    with pytest.raises(ValueError, match="in any process"):
        side_by_side(repo, work, [Part([str(number)], []) for number in range(2)])
    repo.close()


def test_a_part_whose_process_is_killed_is_done_here(tmp_path: Path) -> None:
    repo = Repo(str(PlainRepo(tmp_path / "repo").path))
    here = os.getpid()

    def work(part: Part) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

    todo = [Part([str(number)], []) for number in range(3)]
    assert side_by_side(repo, work, todo) == [here] * 3
    repo.close()


def test_an_interruption_leaves_no_process(tmp_path: Path) -> None:
    gc.collect()  # ends the processes of other tests' commands
    repo = Repo(str(PlainRepo(tmp_path / "repo").path))
    here = os.getpid()
    source, target = os.pipe()

    def work(part: Part) -> None:
        if os.getpid() == here:
            os.close(target)
            raise KeyboardInterrupt
        time.sleep(600)

    with pytest.raises(KeyboardInterrupt):
        side_by_side(repo, work, [Part([str(number)], []) for number in range(3)])
    assert os.read(source, 1) == b""  # the last process that had the other end is gone
    os.close(source)
    with suppress(ChildProcessError):  # there is none, or only those of fixtures, which run on
        assert os.waitpid(-1, os.WNOHANG) == (0, 0)
    repo.close()
