"""Merges of honest branches: what git merges by itself, and what two branches may not do together."""

from __future__ import annotations

from tests.support.forks import fork, git_merge, results
from tests.support.histories import POLICY_PATH, A, B, PlainRepo, a_task, genesis, moved
from tkledger.core.task import changed as edited


def test_two_sides_that_change_different_fields_merge_by_plain_git(begun: PlainRepo) -> None:
    full = edited(A, priority=2, description="one\ntwo", notes=["first"])
    base = begun.commit({"a": full}, "main")
    fork(
        begun,
        [{"a": edited(full, title="Another title")}, {"c": a_task("c")}],
        [{"a": edited(full, notes=["first", "second"])}, {"b": moved(B, "in_progress")}],
        base,
    )
    assert git_merge(begun)
    assert begun.codes("ours") == {}
    assert begun.codes("ours", "theirs") == {}
    text = begun.git("show", "ours:.tasks/a.yaml")
    assert "title: Another title" in text
    assert "second" in text


def test_a_move_and_an_edit_of_another_field_merge_by_plain_git(begun: PlainRepo) -> None:
    full = a_task("c", priority=2, creator="alice", description="what it is")
    base = begun.commit({"c": full}, "main")
    fork(
        begun,
        [{"c": moved(full, "in_progress", owner="bob")}],
        [{"c": edited(full, description="what it is about")}],
        base,
    )
    assert git_merge(begun)
    assert begun.codes("ours") == {}


def test_the_same_move_on_both_sides_merges(begun: PlainRepo) -> None:
    started = moved(A, "in_progress", owner="alice")
    fork(begun, [{"a": started}], [{"a": started}, {"b": moved(B, "in_progress")}])
    assert git_merge(begun)
    assert begun.codes("ours") == {}


def test_code_alone_merges_whatever_the_strategy(begun: PlainRepo) -> None:
    fork(begun, [{"src/x": b"1"}], [{"src/y": b"1"}])
    assert git_merge(begun, "-s", "ours")
    assert begun.codes("ours") == {}


def test_parents_in_a_circle_out_of_two_branches_are_named(begun: PlainRepo) -> None:
    fork(begun, [{"a": edited(A, parent="b")}], [{"b": edited(B, parent="a")}])
    assert git_merge(begun)
    assert begun.codes("ours") == {begun.git("rev-parse", "ours"): {"TK304"}}


def test_dependencies_in_a_circle_out_of_two_branches_are_named(begun: PlainRepo) -> None:
    fork(begun, [{"a": edited(A, depends_on=["b"])}], [{"b": edited(B, depends_on=["a"])}])
    assert git_merge(begun)
    assert begun.codes("ours") == {begun.git("rev-parse", "ours"): {"TK305"}}


def test_a_deadlock_out_of_two_branches_is_named(begun: PlainRepo) -> None:
    fork(begun, [{"a": edited(A, parent="b")}], [{"a": edited(A, depends_on=["b"])}])
    assert results(begun, {"a": edited(A, parent="b", depends_on=["b"])}) == {"TK306"}
    chain = begun.commit({"c": a_task("c", depends_on=["b"])}, "main")
    fork(begun, [{"b": edited(B, parent="a")}], [{"a": edited(A, depends_on=["c"])}], chain)
    assert git_merge(begun)
    assert begun.codes("ours") == {}, "a waits for b twice over, and nobody for a"
    part = a_task("c", depends_on=["b"], parent="a")
    fork(begun, [{"c": part}], [{"b": edited(B, depends_on=["a"])}], chain)
    assert git_merge(begun)
    assert begun.codes("ours") == {begun.git("rev-parse", "ours"): {"TK306"}}


def test_an_open_child_of_a_parent_finished_meanwhile_is_named(begun: PlainRepo) -> None:
    started = moved(A, "in_progress")
    base = begun.commit({"a": started}, "main")
    fork(begun, [{"a": moved(started, "done")}], [{"c": a_task("c", parent="a")}], base)
    assert begun.judged({"a": moved(started, "done")}, "theirs", "ours") == {"TK212"}
    assert git_merge(begun)
    assert begun.codes("ours") == {begun.git("rev-parse", "ours"): {"TK213"}}


def test_too_deep_out_of_two_branches_is_named(plain_repo: PlainRepo) -> None:
    chain = [a_task(f"t{n}", parent=f"t{n - 1}" if n else None) for n in range(6)]
    other = [a_task(f"u{n}", parent=f"u{n - 1}" if n else None) for n in range(6)]
    files = {task.id: task for task in [*chain, *other, A]}
    plain_repo.fast_import([(genesis(), ()), (files, (1,))])
    fork(plain_repo, [{"u0": edited(other[0], parent="a")}], [{"a": edited(A, parent="t5")}])
    assert plain_repo.codes("ours") == plain_repo.codes("theirs") == {}
    assert git_merge(plain_repo)
    assert plain_repo.codes("ours") == {plain_repo.git("rev-parse", "ours"): {"TK307"}}


def test_what_two_honest_branches_may_break_together_is_no_violation(plain_repo: PlainRepo) -> None:
    files = {"a": A, **{f"k{n}": a_task(f"k{n}", parent="a") for n in range(2)}}
    plain_repo.fast_import([(genesis(children=3), ()), (files, (1,))])
    fork(plain_repo, [{"l": a_task("l", parent="a")}], [{"m": a_task("m", parent="a")}])
    assert git_merge(plain_repo)
    assert plain_repo.codes("ours") == {}
    assert plain_repo.judged({"n": a_task("n", parent="a")}, "ours") == {"TK308"}


def test_a_started_task_may_get_a_dependency_by_a_merge(begun: PlainRepo) -> None:
    start = a_task("c", creator="alice", origin="b", labels=["x"])
    base = begun.commit({"c": start}, "main")
    fork(
        begun, [{"c": moved(start, "in_progress")}], [{"c": edited(start, depends_on=["b"])}], base
    )
    assert results(begun, {"c": moved(edited(start, depends_on=["b"]), "in_progress")}) == set()


def test_ancestors_among_many_parents_are_no_sides(begun: PlainRepo) -> None:
    begun.commit({POLICY_PATH: genesis(review="required", version=2)[POLICY_PATH]}, "main")
    root = begun.git("rev-list", "--max-parents=0", "main")
    older = begun.commit({"a": edited(A, priority=1)}, "main")
    started = moved(edited(A, priority=2), "in_progress")
    tip = begun.commit({"a": started}, "main")
    side = begun.commit({"a": edited(A, priority=3)}, older, branch=None)
    for parents in ((tip, older, root), (tip, root, tip, older)):
        assert begun.judged({"a": started, "src/x": b"1"}, *parents) == set()
        assert begun.judged({"a": moved(started, "in_review")}, *parents) == {"TK222"}
        assert begun.judged({"a": edited(A, priority=1)}, *parents) == {"TK221", "TK222"}
    for priority, wrong in ((2, set()), (3, set()), (1, {"TK221"})):
        both = edited(started, priority=priority)
        assert begun.judged({"a": both}, tip, older, side) == wrong, "as if the two were merged"
