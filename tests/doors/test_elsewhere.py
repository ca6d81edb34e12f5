"""What `tk verify` says is what the documents say: a program written from them alone comes to the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stress import elsewhere, verify_elsewhere
from tests.support import sins, sins_of_reviews, tampering
from tests.support.histories import POLICY_PATH, A, B, PlainRepo, a_task, moved
from tests.support.raw_histories import WAITS, Task, Weaver
from tkledger.core.policy import DEFAULT
from tkledger.core.policy_fields import changed
from tkledger.core.task import changed as edited
from tkledger.files import codec
from tkledger.git.repo import Repo
from tkledger.ledger import changes
from tkledger.ledger.reader import Ledger

SOURCE = Path(verify_elsewhere.__file__)


def test_both_come_to_the_same_verdict_on_random_and_tampered_histories(tmp_path: Path) -> None:
    found = elsewhere.compare(range(3002, 3006), tmp_path, commits=50, tampered=1)
    assert found.differences == ()
    assert found.accepted > 80
    assert found.refused > 80
    assert len(found.both) > 30


def test_a_difference_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One rule less on one side shows."""
    rules = verify_elsewhere._edits
    monkeypatch.setattr(
        verify_elsewhere,
        "_edits",
        lambda change: (one for one in rules(change) if one[0] != "TK201"),
    )
    found = elsewhere.compare(range(3001, 3003), tmp_path, commits=50, tampered=0)
    assert found.differences
    assert all("only tk says: TK201" in one for one in found.differences)


def test_both_judge_imports_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "SINS", [sins.imported])
    found = elsewhere.compare((6000, 6002), tmp_path, commits=40, tampered=0)
    assert found.differences == ()
    assert {"TK217", "TK218"} <= {*found.both}


@pytest.mark.parametrize("way", tampering.WAYS, ids=lambda way: way.__name__)
def test_each_way_of_tampering_changes_a_history(way: tampering.Tampering) -> None:
    changed = 0
    for seed in range(12):
        weaver = Weaver(seed, tampering.SINS, 0.3).run(30)
        made = list(weaver.made)
        for at in range(1, 30, 5):
            way(weaver, made, at)
        changed += made != weaver.made[: len(made)]
    assert changed > 4


def test_it_is_run_as_a_program_of_its_own(begun: PlainRepo) -> None:
    bad = begun.commit({"a": moved(A, "done")}, "main")
    command = [sys.executable, "-I", str(SOURCE), str(begun.path)]
    done = subprocess.run([*command, "main^"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "2 commits: 0 break the rules\n")
    done = subprocess.run([*command, "main"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, f"{bad} TK201:a\n3 commits: 1 break the rules\n")


def test_it_is_short_and_imports_nothing_but_the_standard_library() -> None:
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 1200
    assert max(map(len, lines)) <= 100
    imported = re.findall(r"^ *(?:from|import) ([\w.]+)", "\n".join(lines), re.MULTILINE)
    assert {one.partition(".")[0] for one in imported} <= {*sys.stdlib_module_names}


def test_most_of_what_the_weaver_means_to_be_legal_is(tmp_path: Path) -> None:
    made = [Weaver(seed).run(60).made for seed in range(4)]
    oids = elsewhere.written([(one, None) for one in made], tmp_path)
    assert len(elsewhere.by_tk(tmp_path, oids)) < len(oids) * 0.25


def _is_read(text: str) -> tuple[bool, bool]:
    """Whether tk takes a file for a task, and whether the other program does."""
    data = text.encode(errors="surrogateescape")
    try:
        codec.load_task(data)
        is_task = True
    except codec.FormError:
        is_task = False
    try:
        verify_elsewhere._parsed(data, verify_elsewhere.TASK, ("id", "title", "state"))
    except verify_elsewhere._Bad:
        return is_task, False
    return is_task, True


def _with(**fields: Any) -> str:
    task: Task = {"id": "a", "title": "A", "state": "blocked", **fields}
    return verify_elsewhere.dumped(task, order=verify_elsewhere.TASK)


def test_both_read_the_same_forms() -> None:
    lists = {
        "answers": sins_of_reviews.ANSWERS,
        "attempts": sins_of_reviews.ATTEMPTS,
        "verdicts": sins_of_reviews.LINES,
        "evidence": sins_of_reviews.EVIDENCE,
        "decisions": sins_of_reviews.DECISIONS,
        "artifacts": sins_of_reviews.ARTIFACTS,
    }
    texts = [_with(**{name: [line]}) for name, lines in lists.items() for line in lines]
    texts += [_with() + end for end in sins.ENDS]
    waits = [_with(wait=one) for one in WAITS]
    waits += [_with(wait={"reason": "paused", "earlier": one}) for one in WAITS[:-1]]
    assert {_is_read(text) for text in waits} == {(True, True)}
    found = {text: _is_read(text) for text in texts}
    assert {text: both for text, both in found.items() if both[0] != both[1]} == {}
    assert {*found.values()} == {(True, True), (False, False)}


# -- what the comparison found -----------------------------------------------------------------


def test_a_merge_does_not_answer_for_what_one_side_has_as_it_is(begun: PlainRepo) -> None:
    odd = edited(A, state="blocked")  # for no reason: TK205
    bad = begun.commit({"a": odd}, "main", branch="ours")
    begun.commit({"b": edited(B, priority=1)}, "main", branch="theirs")
    merge = begun.commit({"b": edited(B, priority=1)}, "ours", "theirs", branch=None)
    assert begun.codes(merge) == {bad: {"TK201", "TK205"}} or begun.codes(merge) == {bad: {"TK205"}}
    other = edited(odd, priority=1)
    worse = begun.commit({"a": other, "b": edited(B, priority=1)}, "ours", "theirs", branch=None)
    assert "TK205" in begun.codes(worse)[worse], "as on no side"


def test_a_merge_may_keep_a_deletion_unless_it_loses_a_change(begun: PlainRepo) -> None:
    bad = begun.commit({"a": None}, "main", branch="ours")
    begun.commit({"b": edited(B, priority=1)}, "main", branch="theirs")
    merge = begun.commit({"b": edited(B, priority=1)}, "ours", "theirs", branch=None)
    assert begun.codes(merge) == {bad: {"TK204"}}
    begun.commit({"a": edited(A, priority=1)}, "theirs", branch="theirs")
    merge = begun.commit({"b": edited(B, priority=1)}, "ours", "theirs", branch=None)
    assert begun.codes(merge) == {bad: {"TK204"}, merge: {"TK204"}}


def test_an_octopus_is_right_for_one_of_its_bases(begun: PlainRepo) -> None:
    left = begun.commit({"a": edited(A, priority=1)}, "main", branch=None)
    right = begun.commit({"a": edited(A, priority=3)}, "main", branch=None)
    orders = {"l": (left, right), "r": (right, left), "x": (left, right)}
    sides = [begun.commit({key: a_task(key)}, *both, branch=None) for key, both in orders.items()]
    bases = begun.git("merge-base", "--octopus", "--all", *sides).split()
    assert sorted(bases) == sorted([left, right])

    def merged(priority: int) -> set[str]:
        files = {**{key: a_task(key) for key in orders}, "a": edited(A, priority=priority)}
        return begun.judged(files, *sides)

    assert merged(1) == merged(3) == set(), "with either base one value has moved"
    assert merged(0) == {"TK221"}


def test_the_policy_in_force_is_that_of_the_first_parent(begun: PlainRepo) -> None:
    """However a commit is come to: by a walk, or by looking it up."""
    newer = begun.commit({POLICY_PATH: DEFAULT._replace(version=2)}, "main", branch=None)
    older = begun.commit({"b": edited(B, priority=1)}, "main", branch=None)
    for parents, version in (((older, newer), 1), ((newer, older), 2)):
        merge = begun.commit({POLICY_PATH: None}, *parents, branch=None)
        repo = Repo(str(begun.path))
        walking, looking = Ledger(repo), Ledger(repo)
        for _ in changes.walk(walking, merge):
            pass
        found = [ledger.history_at(merge).policy for ledger in (walking, looking)]
        repo.close()
        assert [one.version for one in found if one is not None] == [version, version]


def test_a_task_that_is_open_again_closes_a_circle(begun: PlainRepo) -> None:
    """What has ended holds nothing up, so it may depend on what depends on it."""
    done = moved(A, "cancelled")
    begun.commit({"a": done}, "main")
    begun.commit({"b": edited(B, depends_on=["a"])}, "main")
    begun.commit({"a": edited(done, depends_on=["b"])}, "main")  # TK208
    assert begun.judged({"a": edited(A, depends_on=["b"])}, "main") == {"TK201", "TK305"}
    assert begun.judged({"a": A}, "main") == {"TK201"}


def test_a_jump_holds_as_many_requeues_as_there_are_ways_for(plain_repo: PlainRepo) -> None:
    law = DEFAULT._replace(squash="path")
    root = plain_repo.commit({POLICY_PATH: law}, branch=None)
    born = plain_repo.commit({"a": A}, root, branch=None)
    blocked = plain_repo.commit({"a": moved(A, "blocked")}, born, branch=None)
    ways = ("in_progress->blocked", "in_review->blocked", "todo->blocked")
    narrow = changed(law, forbid=ways)
    once = plain_repo.commit({POLICY_PATH: narrow}, blocked, branch=None)
    for head, most in ((blocked, 9), (once, 1)):
        for more in (1, 2, 9):
            again = {"a": edited(A, attempt=1 + more)}
            assert plain_repo.judged(again, head) == (set() if more <= most else {"TK216"})


def test_a_circle_of_both_kinds_is_told_where_one_of_one_kind_stands(begun: PlainRepo) -> None:
    """Two are each other's parents on one side; the merge brings what waits for both."""
    loop = {"a": edited(A, parent="b"), "b": edited(B, parent="a")}
    begun.commit(loop, "main", branch="ours")  # TK304
    begun.commit({"c": a_task("c")}, "main", branch="theirs")
    both = {**loop, "c": a_task("c", parent="a", depends_on=["a"])}
    merge = begun.commit(both, "theirs", "ours", branch=None)
    assert begun.codes(merge)[merge] == {"TK221", "TK306"}


def test_a_first_policy_that_cannot_be_read_is_told_once(plain_repo: PlainRepo) -> None:
    """What lies there has begun all the same: the commits after it are compared with it."""
    bad = b"version: 1\nformat: 2\nlaw: 2\ndepth: many\n"
    root = plain_repo.commit({POLICY_PATH: bad, "b": B}, branch=None)
    moves = plain_repo.commit({"b": moved(B, "in_progress")}, root, branch=None)
    jumps = plain_repo.commit({"b": moved(B, "done"), "a": moved(A, "done")}, root, branch=None)
    for tip, found in ((moves, {}), (jumps, {jumps: {"TK201", "TK202"}})):
        assert plain_repo.codes(tip) == {root: {"TK104"}, **found}
        assert plain_repo.codes(tip, root) == found, "and so by a range"
