"""Random histories: whatever follows the law verifies, and one lie anywhere in it is found."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support import verdicts
from tests.support.histories import PlainRepo
from tests.support.random_histories import ENDED, LIES, bases, built, dropped, history, lies_at
from tkledger.core.rules import judge
from tkledger.git.repo import Repo
from tkledger.ledger import changes
from tkledger.ledger.reader import Ledger

HISTORIES = range(50)
MORE = range(50, 150)


@pytest.mark.parametrize(
    "seed", [*HISTORIES, *(pytest.param(seed, marks=pytest.mark.long) for seed in MORE)]
)
def test_what_follows_the_law_verifies_and_a_lie_is_found(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    made = history(rng)
    numbers = range(2, len(made))
    lies = [(n, lie) for n in numbers for lie in (*lies_at(made, n, rng), *dropped(made, n))]
    lies = rng.sample(lies, LIES)
    plain_repo = PlainRepo(tmp_path / "repo")
    oids = built(plain_repo, made, lies)
    repo = Repo(str(plain_repo.path))
    found: dict[str, bool] = {}
    for commit, change in changes.walk(Ledger(repo), *oids):
        found[commit.oid] = change is not None and bool(judge(change))
    repo.close()
    assert len(found) == len(set(oids))
    wrongly = [oid for oid in oids[: len(made)] if found[oid]]
    assert [plain_repo.codes(oid, f"{oid}^") for oid in wrongly] == []
    missed = [lie for lie, oid in zip(lies, oids[len(made) :]) if not found[oid]]
    assert missed == []


def test_the_histories_are_worth_their_name() -> None:
    """They hold what is hard: merges, criss-crosses, ends, and merges that had to choose."""
    every = [history(random.Random(seed)) for seed in HISTORIES]
    merges = [(made, one) for made in every for one in made if len(one.parents) == 2]
    crossed = [one for made, one in merges if len(bases(made, *one.parents)) > 1]
    ends = [t for made in every for t in made[-1].tasks.values() if t.state in ENDED]
    assert len(merges) > 500
    assert len(crossed) > 50
    assert len(ends) > 150


def test_all_who_judge_come_to_the_same_verdict(tmp_path: Path) -> None:
    """A small part of what ``stress/histories.py`` compares, real pushes to a server's hooks included."""
    found = verdicts.compare(range(20, 24), tmp_path, operations=40, hooked=4)
    assert found.differences == ()
    assert found.accepted > 60
    assert found.refused > 2
    assert found.ranges > 10
    assert found.pushes > 2
    assert found.real_pushes > 1


def test_a_judge_that_is_too_mild_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = verdicts.Server.push
    mild = lambda server, commits: dict(list(push(server, commits).items())[1:])  # noqa: E731
    monkeypatch.setattr(verdicts.Server, "push", mild)
    found = verdicts.compare([20], tmp_path, operations=40)
    assert found.refused
    assert all("push of" in one for one in found.differences)
    assert found.differences
