"""What `tk verify` remembers of all history changes no verdict, whatever happened in it or to the file."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.histories import A, PlainRepo, a_task, genesis, moved
from tests.support.random_histories import bent, history, lies_at
from tests.support.verifying import DONE, STARTED, answer, tk
from tkledger.core.policy import DEFAULT
from tkledger.core.policy_fields import changed
from tkledger.doors import gate
from tkledger.doors.verify import Verdict, judge_range
from tkledger.errors import Exit
from tkledger.git import process
from tkledger.git.cat_file import CatFile, Found
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.local.verified import Seen, VerifiedPage

POLICY = ".tasks/config.yaml"


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The commits that are judged."""
    found: list[Any] = []
    real = gate.judge_commits

    def noted(ledger: Ledger, tips: Sequence[str], known: Sequence[str]) -> Iterator[gate.Judged]:
        for one in real(ledger, tips, known):
            found.append(one.commit.oid)
            yield one

    monkeypatch.setattr(gate, "judge_commits", noted)
    return found


def page(plain_repo: PlainRepo) -> Path:
    return plain_repo.path / ".git" / "tk" / "verified"


def verdict(repo: Repo, tip: str, *, again: bool = False) -> Verdict:
    return judge_range(Ledger(repo, remembers=True), tip, again=again)


# -- the same verdict --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_with_and_without_it_the_verdict_is_the_same(
    seed: int, plain_repo: PlainRepo, judged: list[Any]
) -> None:
    rng = random.Random(seed)
    made = history(rng)[:40]
    places = rng.sample(range(2, 40), seed)
    lies = {
        place: rng.choice([*lies_at(made, place, rng), {"zz": a_task("zz", state="done")}])
        for place in places
    }
    oids = bent(plain_repo, made, lies)
    accepted = {oids[place]: "known" for place in places[:2]}
    policy = changed(DEFAULT, accepted=accepted, protected=["main"])
    last = plain_repo.commit({POLICY: policy}, oids[-1]) if accepted else oids[-1]
    repo = Repo(str(plain_repo.path))
    tips = [oids[place] for place in sorted({*rng.sample(range(40), 6), *places})] + [last]
    wanted = {tip: verdict(repo, tip, again=True) for tip in tips}
    at_first = len(judged)
    page(plain_repo).unlink(missing_ok=True)
    judged.clear()
    for tip in (*tips, *rng.sample(tips, len(tips))):
        assert verdict(repo, tip) == wanted[tip]
    repo.close()
    if not lies:
        assert len(judged) < at_first / 2
    else:
        assert any(one.violations or one.accepted for one in wanted.values())


def test_an_id_that_was_deleted_stays_used_up(begun: PlainRepo) -> None:
    """Which files were deleted decides later commits, so such a history is judged as one."""
    begun.commit({"a": None}, "main")
    repo = Repo(str(begun.path))
    assert verdict(repo, begun.git("rev-parse", "main")).violations
    assert VerifiedPage(repo.common_dir).read() == {}
    tip = begun.commit({"a": A._replace(creator="mallory")}, "main")
    found = verdict(repo, tip)
    assert {one.commit for one in found.violations} == {tip, f"{begun.git('rev-parse', 'main~1')}"}
    assert found == verdict(repo, tip, again=True)
    repo.close()


def test_what_is_accepted_is_asked_each_time(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = begun.by_hand({"a": DONE}, "a jump")
    for _ in range(2):
        assert answer(begun, capsys, "verify")[0] == Exit.REJECTED
    assert tk(begun, "accept", bad, "--reason", "known") == Exit.OK
    for _ in range(2):
        status, said = answer(begun, capsys, "verify", "--all")
        assert (status, [one["commit"] for one in said["accepted"]]) == (Exit.OK, [bad])
    begun.by_hand({"b": moved(a_task("b"), "in_progress")})
    assert answer(begun, capsys, "verify")[1]["accepted"] == said["accepted"]
    begun.git("reset", "-q", "--hard", bad)  # the acceptance is gone
    assert answer(begun, capsys, "verify")[0] == Exit.REJECTED


def test_limits_that_come_later_are_asked(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(begun, capsys, "verify")[0] == Exit.OK
    begun.by_hand({"a": STARTED._replace(budget=A.budget._replace(steps=1))}, "step\n\nTk-Step: a")
    begun.by_hand({}, "work\n\nTk-Task: a")
    limited = [answer(begun, capsys, "verify", *more)[1] for more in ((), ("--again",), ())]
    assert limited[0] == limited[1] == limited[2]
    begun.by_hand({}, "more\n\nTk-Task: a")
    refused = [answer(begun, capsys, "verify", *more) for more in ((), ("--again",), ())]
    assert refused[0] == refused[1] == refused[2]
    assert {one["code"] for one in refused[0][1]["violations"]} == {"TK401"}


# -- the file ----------------------------------------------------------------------------------


def test_damaged_or_foreign_bytes_are_as_good_as_none(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str], judged: list[Any]
) -> None:
    begun.by_hand({"a": DONE}, "a jump")
    first = answer(begun, capsys, "verify")
    kept = page(begun).read_bytes()
    judged.clear()
    assert answer(begun, capsys, "verify") == first
    assert judged == []
    middle = len(kept) // 2
    for junk in (
        *(b"", b"tk", kept[:-1], kept[:middle], kept + b"x", b"9" + kept),
        kept[:middle] + bytes([kept[middle] ^ 1]) + kept[middle + 1 :],
        kept.replace(b"0.", b"9.", 1),  # of another version
    ):
        page(begun).write_bytes(junk)
        judged.clear()
        assert answer(begun, capsys, "verify") == first
        assert len(judged) == 3
        assert page(begun).read_bytes() == kept
    page(begun).unlink()
    page(begun).mkdir()
    assert answer(begun, capsys, "verify") == first


def test_a_page_of_another_repository_says_nothing_here(
    begun: PlainRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = PlainRepo(tmp_path / "other")
    other.fast_import([(genesis(), ()), ({"a": a_task("a", title="Other")}, (1,))])
    assert answer(other, capsys, "verify")[0] == Exit.OK
    begun.by_hand({"a": DONE}, "a jump")
    begun.git("update-ref", "refs/heads/aside", begun.git("rev-parse", "HEAD~1"))
    page(begun).parent.mkdir(exist_ok=True)
    page(begun).write_bytes(page(other).read_bytes())
    assert answer(begun, capsys, "verify")[0] == Exit.REJECTED
    # and a commit that is here, but not in the history that is judged
    tip = begun.git("rev-parse", "HEAD")
    aside = begun.commit({"b": a_task("b", title="B")}, "aside", branch="aside")
    VerifiedPage(str(begun.path / ".git")).note(aside, Seen(3))
    assert answer(begun, capsys, "verify")[1]["violations"][0]["commit"] == tip


def test_again_judges_everything_and_so_does_a_range(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str], judged: list[Any]
) -> None:
    tip = begun.by_hand({"a": DONE}, "a jump")
    VerifiedPage(str(begun.path / ".git")).note(tip, Seen(3))  # as one who may write there could
    assert answer(begun, capsys, "verify")[0] == Exit.OK
    assert judged == []
    for words in (("HEAD~1..HEAD",), ("HEAD^!",), ("HEAD~1..", "--again"), ("--again",)):
        assert answer(begun, capsys, "verify", *words)[0] == Exit.REJECTED
    assert answer(begun, capsys, "verify")[0] == Exit.REJECTED  # by what was found again


# -- what it costs -----------------------------------------------------------------------------


def test_what_is_new_is_all_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started, read = list[str](), list[str]()
    spawn, ask = process.spawn, CatFile.read_many

    def spawned(args: Sequence[str], *place: Any, **options: Any) -> process.Process:
        started.append(args[0])
        return spawn(args, *place, **options)

    def asked(self: CatFile, names: Sequence[str], limit: int | None) -> Iterator[Found | None]:
        read.extend(names)
        return ask(self, names, limit)

    counts = []
    for commits in (10, 300):
        made = PlainRepo(tmp_path / str(commits))
        made.fast_import([(genesis(), ()), ({"a": A}, (1,))])
        titles = [({"a": A._replace(title=f"Title {n}")}, (n or "main",)) for n in range(commits)]
        made.fast_import(titles)
        assert answer(made, capsys, "verify")[1]["commits"] == commits + 2
        with monkeypatch.context() as patch:
            patch.setattr(process, "spawn", spawned)
            patch.setattr(CatFile, "read_many", asked)
            for new in (0, 1):
                if new:
                    made.commit({"a": A._replace(title="New")}, "main")
                started.clear(), read.clear()
                assert answer(made, capsys, "verify")[1]["commits"] == commits + 2 + new
                counts.append((len(started), len(read)))
    assert counts[:2] == counts[2:]
    assert counts[0][0] <= 3
    assert counts[1][0] <= 6
