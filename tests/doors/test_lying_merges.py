"""Merges that lie, and merges of odd shapes: a merge authors nothing."""

from __future__ import annotations

from typing import Any

from tests.support.forks import fork, git_merge, results
from tests.support.histories import POLICY_PATH, A, B, PlainRepo, a_task, genesis, moved
from tkledger.core.policy import DEFAULT
from tkledger.core.policy_fields import changed
from tkledger.core.task import changed as edited


def test_an_evil_merge_is_named(begun: PlainRepo) -> None:
    fork(begun, [{"a": edited(A, priority=1)}], [{"b": edited(B, priority=1)}])
    right = {"b": edited(B, priority=1)}
    assert results(begun, right) == set()
    for evil, codes in (
        ({"c": a_task("c", state="done")}, {"TK221"}),
        ({"a": edited(A, priority=1, title="Evil")}, {"TK221"}),
        ({"a": edited(A, priority=3)}, {"TK221"}),
        ({"a": moved(edited(A, priority=1), "in_progress")}, {"TK222"}),
        ({"a": None}, {"TK204"}),
        ({"a": b"id: a\n"}, {"TK104"}),
        ({".tasks/stray": b""}, {"TK110"}),
        ({".Tasks/x": b""}, {"TK106"}),
        ({POLICY_PATH: changed(DEFAULT, depth=1)}, {"TK605"}),
        ({POLICY_PATH: None}, {"TK601"}),
    ):
        assert results(begun, {**right, **evil}) == codes, evil


def test_a_merge_that_drops_the_other_side_is_named(begun: PlainRepo) -> None:
    started = moved(A, "in_progress")
    fork(begun, [{"b": edited(B, priority=1)}], [{"a": started}, {"a": moved(started, "done")}])
    assert git_merge(begun, "-s", "ours")
    merge = begun.git("rev-parse", "ours")
    assert begun.codes("ours") == {merge: {"TK222"}}


def test_a_new_task_of_the_other_side_cannot_be_dropped(begun: PlainRepo) -> None:
    fork(begun, [{"src/x": b"1"}], [{"c": a_task("c")}])
    assert git_merge(begun, "-s", "ours")
    assert begun.codes("ours") == {begun.git("rev-parse", "ours"): {"TK204"}}


def test_a_foxtrot_is_judged_like_any_merge(begun: PlainRepo) -> None:
    started = moved(A, "in_progress")
    fork(begun, [{"src/x": b"1"}], [{"a": started}])
    right = begun.commit({"src/x": b"1"}, "theirs", "ours", branch="fox")
    assert begun.codes("fox") == {}
    wrong = begun.commit({"a": A}, "theirs", "ours", branch="fox")
    assert begun.codes("fox") == {wrong: {"TK222"}}
    assert right != wrong


def test_a_merge_with_its_own_past_authors_nothing_either(begun: PlainRepo) -> None:
    started = begun.commit({"a": moved(A, "in_progress")}, "main")
    assert begun.judged({}, started, f"{started}^") == set()
    assert begun.judged({"a": A}, started, f"{started}^") == {"TK222"}
    assert begun.judged({"a": moved(A, "done")}, started, f"{started}~2") == {"TK222"}


def test_the_same_parent_twice_is_no_way_around_the_rules(begun: PlainRepo) -> None:
    tip = begun.commit({"a": moved(A, "done")}, "main", branch=None)
    raw = begun.git("cat-file", "commit", tip)
    line = next(one for one in raw.splitlines() if one.startswith("parent"))
    twice = raw.replace(line, f"{line}\n{line}") + "\n"
    oid = begun.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=twice.encode())
    begun.git("update-ref", "refs/heads/main", oid)
    assert begun.codes("main") == {oid: {"TK222"}}


def test_a_stale_branch_does_not_bring_an_ended_task_back(begun: PlainRepo) -> None:
    started = moved(A, "in_progress")
    base = begun.commit({"a": started}, "main")
    done = moved(started, "done")
    stale = moved(moved(started, "blocked"), "todo", attempt=2)
    fork(begun, [{"a": done}], [{"a": moved(started, "blocked")}, {"a": stale}], base)
    assert results(begun, {"a": stale}) == {"TK222"}
    assert results(begun, {"a": edited(done, attempt=2)}) == set(), "the mark is kept"
    assert results(begun, {"a": done}) == {"TK221"}


def test_an_octopus_takes_one_side_for_each_task(begun: PlainRepo) -> None:
    fork(begun, [{"a": moved(A, "in_progress")}], [{"b": moved(B, "in_progress")}])
    third = begun.commit({"c": a_task("c")}, "main", branch="third")
    right = {"b": moved(B, "in_progress"), "c": a_task("c")}
    assert results(begun, right, third) == set()
    assert results(begun, {**right, "b": B}, third) == {"TK222"}
    assert results(begun, {**right, "c": a_task("c", priority=1)}, third) == {"TK221"}
    assert results(begun, {**right, "c": None}, third) == {"TK204"}


def test_an_octopus_chooses_nothing(begun: PlainRepo) -> None:
    fork(begun, [{"a": edited(A, priority=1)}], [{"a": edited(A, title="Else")}])
    third = begun.commit({"c": a_task("c")}, "main", branch="third")
    both = edited(A, priority=1, title="Else")
    assert results(begun, {"a": both}) == set(), "two sides may"
    assert results(begun, {"a": both, "c": a_task("c")}, third) == {"TK221"}
    same = begun.commit({"a": edited(A, priority=1)}, "main", branch="same")
    assert begun.judged({"c": a_task("c")}, "ours", same, third) == set(), "alike is no choice"


def test_a_real_octopus_of_git_verifies(begun: PlainRepo) -> None:
    for name in ("one", "two", "three"):
        begun.commit({name: a_task(name)}, "main", branch=name)
    begun.git("merge", "-q", "--no-edit", "one", "two", "three")
    assert begun.codes("HEAD") == {}
    assert begun.verify("HEAD").commits == 6


def test_a_criss_cross_is_right_for_one_of_its_bases(begun: PlainRepo) -> None:
    left = begun.commit({"a": edited(A, priority=1)}, "main", branch=None)
    right = begun.commit({"a": edited(A, priority=3)}, "main", branch=None)
    takes_left = begun.commit({}, left, right, branch="ours")
    takes_right = begun.commit({}, right, left, branch="theirs")
    assert len(begun.git("merge-base", "--all", "ours", "theirs").split()) == 2
    assert begun.codes("ours") == begun.codes("theirs") == {}
    # with the one base ours moved, with the other theirs did: either is right, a third is not
    assert results(begun, {"a": edited(A, priority=1)}) == set()
    assert results(begun, {"a": edited(A, priority=3)}) == set()
    assert results(begun, {"a": edited(A, priority=0)}) == {"TK221"}
    assert results(begun, {"a": A}) == {"TK221"}
    assert takes_left != takes_right


def test_notes_that_two_merges_put_in_another_order_still_merge(begun: PlainRepo) -> None:
    one = begun.commit({"a": edited(A, notes=["1"])}, "main", branch=None)
    two = begun.commit({"a": edited(A, notes=["2"])}, "main", branch=None)
    crossed = [
        begun.commit({"a": edited(A, notes=notes)}, *parents, branch=None)
        for notes, parents in ((["1", "2"], (one, two)), (["2", "1"], (two, one)))
    ]
    for side, notes in zip(("ours", "theirs"), (["1", "2", "3"], ["2", "1", "4"])):
        begun.commit({"a": edited(A, notes=notes)}, crossed[side == "theirs"], branch=side)
    assert begun.codes("ours") == begun.codes("theirs") == {}
    for notes in (["1", "2", "3", "4"], ["2", "1", "4", "3"], ["1", "2", "3", "2", "4"]):
        assert results(begun, {"a": edited(A, notes=notes)}) == set(), notes
    for notes in (["1", "2", "3"], ["3", "1", "2", "4"], ["1", "2", "3", "4", "5"]):
        assert results(begun, {"a": edited(A, notes=notes)}) == {"TK221"}, notes


def test_merges_of_merges_verify(begun: PlainRepo) -> None:
    fork(begun, [{"a": moved(A, "in_progress")}], [{"b": moved(B, "in_progress")}])
    one = begun.commit({"b": moved(B, "in_progress")}, "ours", "theirs", branch=None)
    two = begun.commit({"a": moved(A, "in_progress")}, "theirs", "ours", branch=None)
    begun.commit({}, one, two)
    assert begun.codes("main") == {}


def test_unrelated_histories_with_a_second_ledger_are_named(
    begun: PlainRepo, tmp_path: Any
) -> None:
    other = PlainRepo(tmp_path / "other")
    other.fast_import([(genesis(prefix="other"), ()), ({"z": a_task("z")}, (1,))])
    begun.git("fetch", "-q", str(other.path), "main:other")
    begun.git("merge", "-q", "--allow-unrelated-histories", "-X", "ours", "--no-edit", "other")
    merge = begun.git("rev-parse", "HEAD")
    assert "TK604" in begun.codes("main")[merge]
    assert set(begun.codes("main")) == {merge}
