"""Which policy a merge is judged by, and which one it may bring."""

from __future__ import annotations

from tests.support.forks import fork, git_merge, results
from tests.support.histories import POLICY_PATH, A, B, PlainRepo, a_task, genesis, moved
from tkledger.core.policy import DEFAULT
from tkledger.core.policy_fields import changed
from tkledger.core.task import changed as edited

STRICT = changed(DEFAULT, review="required")


def test_a_branch_from_before_the_law_is_judged_again_when_it_comes_in(begun: PlainRepo) -> None:
    started = moved(A, "in_progress")
    base = begun.commit({"a": started}, "main")
    fork(begun, [{POLICY_PATH: STRICT}], [{"a": moved(started, "done")}], base)
    assert begun.codes("theirs") == {}, "alone it is legal by its own law"
    foxtrot = begun.commit({POLICY_PATH: STRICT}, "theirs", "ours", branch="fox")
    assert begun.codes("fox") == {foxtrot: {"TK201"}}, "whichever parent comes first"
    assert git_merge(begun)
    merge, brought = begun.git("rev-parse", "ours"), begun.git("rev-parse", "theirs")
    (one,) = begun.violations("ours")
    assert (one.commit, one.code, one.task) == (merge, "TK201", "a")
    assert f"in {brought[:10]}, by policy version 2" in one.message
    assert begun.codes("ours", f"{merge}^1", f"{merge}^2") == {merge: {"TK201"}}


def test_a_policy_copied_onto_an_older_branch_does_not_stand_for_it(begun: PlainRepo) -> None:
    """The branch approves itself, and takes the policy over that forbids it, before it is merged."""
    base = begun.commit({"a": moved(A, "in_progress")}, "main")
    done = {"a": moved(A, "done")}
    fork(begun, [{POLICY_PATH: STRICT}], [done, {POLICY_PATH: STRICT}], base)
    assert begun.codes("theirs") == {}
    for sides in (("ours", "theirs"), ("theirs", "ours")):
        merge = begun.commit(done, *sides, branch=None)
        (one,) = begun.violations(merge)
        assert (one.commit, one.code, one.task) == (merge, "TK201", "a")
        assert one.remedy.startswith("rebase onto the branch that brought policy version 2")


def test_steps_beyond_a_copied_limit_do_not_come_in_where_no_file_differs(begun: PlainRepo) -> None:
    limited = {POLICY_PATH: changed(DEFAULT, budget={"steps": 1})}
    begun.by_hand({"a": moved(A, "in_progress")})
    for name, steps in (("old", 2), ("honest", 1)):
        begun.git("checkout", "-q", "-b", name, "main")
        for _ in range(steps):
            begun.by_hand({}, "work\n\nTk-Task: a")
        begun.by_hand(limited)
    begun.git("checkout", "-q", "main")
    begun.by_hand(limited)
    for name, codes in (("old", {"TK401"}), ("honest", set())):
        tree = begun.git("rev-parse", "main^{tree}")
        merge = begun.git("commit-tree", "-p", "main", "-p", name, "-m", "x", tree)
        assert begun.codes(name) == {}
        assert set().union(*begun.codes(merge).values()) == codes


def test_who_it_was_is_said_by_the_law_of_each_judgement(plain_repo: PlainRepo) -> None:
    """Another name of an actor, which only the newer policy knows, did nothing wrong by the older one."""
    old = changed(DEFAULT, may={"bob": {"verbs": ["note"]}})
    new = changed(old, version=2, actors={"b.b": "bob"})
    started = {"a": moved(A, "in_progress")}
    base = plain_repo.commit({POLICY_PATH: old, "a": A}, branch=None)
    ours = plain_repo.commit({POLICY_PATH: new}, base, branch=None)
    for name, by_it in (("b.b", {"TK509"}), ("cy", set())):
        message = f"x\n\nTk-Actor: {name}"
        (theirs,) = plain_repo.fast_import([(started, (base,))], None, [message])
        assert plain_repo.codes(theirs) == {}
        assert plain_repo.judged(started, ours, theirs) == by_it
    (bad,) = plain_repo.fast_import([(started, (base,))], None, ["x\n\nTk-Actor: bob"])
    assert plain_repo.codes(bad) == {bad: {"TK509"}}
    assert plain_repo.judged(started, ours, bad) == set(), "it is told where it was done"


def test_two_ledgers_of_the_same_files_are_two_by_the_newer_edition(plain_repo: PlainRepo) -> None:
    """Joined under the older one, which asks only if files differ, and brought to a side with the newer."""
    older = {POLICY_PATH: DEFAULT._replace(law=1), "a": A}
    one, other = (plain_repo.commit(older, branch=None) for _ in range(2))
    joined = plain_repo.commit({}, one, other, branch=None)
    assert plain_repo.codes(joined) == {}
    newer = {POLICY_PATH: DEFAULT._replace(version=2)}
    ours = plain_repo.commit(newer, one, branch=None)
    assert plain_repo.codes(ours) == {}
    assert plain_repo.judged({}, ours, joined) == {"TK604"}


def test_each_merge_answers_for_what_it_brings_whatever_others_brought(begun: PlainRepo) -> None:
    """One verdict a merge: in a range of its own, beside other merges, and after all of them."""
    base = begun.commit({"a": moved(A, "in_progress")}, "main")
    done = {"a": moved(A, "done")}
    fork(begun, [{POLICY_PATH: STRICT}], [done, {"b": edited(B, priority=1)}], base)
    newer = {"c": a_task("c")}
    begun.commit(newer, "ours", branch="newer")
    files = {POLICY_PATH: STRICT, **done}
    merges = [
        begun.commit({**files, **more}, side, theirs, branch=None)
        for more, side, theirs in (
            ({}, "ours", "theirs~1"),
            ({"b": edited(B, priority=1)}, "ours", "theirs"),
            ({**newer, "b": edited(B, priority=1)}, "newer", "theirs"),
        )
    ]
    everything = begun.commit({}, *merges, branch=None)
    codes = begun.codes(everything)
    for merge in merges:
        assert codes[merge] == {"TK201"}
        assert begun.codes(merge, f"{merge}^1", f"{merge}^2") == {merge: {"TK201"}}


def test_what_one_merge_need_not_ask_is_asked_of_another(begun: PlainRepo) -> None:
    """Edition 1 takes a copied policy: what came before it is judged by a merge that brings it."""
    first = DEFAULT._replace(law=1)
    strict = changed(first, review="required")
    started = moved(A, "in_progress")
    base = begun.fast_import([({POLICY_PATH: first}, ()), ({"a": started}, (1,))])[-1]
    done = {"a": moved(started, "done")}
    old = begun.commit(done, base, branch=None)
    copied = begun.commit({POLICY_PATH: strict}, old, branch=None)
    later = begun.commit({"b": B}, old, branch=None)
    honest = begun.commit({POLICY_PATH: strict}, base, branch=None)
    quiet = begun.commit({"b": B}, copied, later, branch=None)
    files = {POLICY_PATH: strict, **done, "b": B}
    loud = begun.commit(files, honest, later, branch=None)
    codes = begun.codes(begun.commit({}, quiet, loud, branch=None))
    assert quiet not in codes
    assert codes[loud] == {"TK201"}


def test_a_policy_that_was_merged_is_not_copied(begun: PlainRepo) -> None:
    """The branch took the policy over by a merge: what it did before was judged then."""
    begun.commit({"a": moved(A, "in_progress")}, "main")
    fork(begun, [{POLICY_PATH: STRICT}], [{"b": moved(B, "in_progress")}])
    taken = begun.commit({POLICY_PATH: STRICT}, "theirs", "ours", branch="theirs")
    begun.commit({"c": a_task("c")}, taken, branch="theirs")
    begun.commit({"d": a_task("d")}, "ours", branch="ours")
    assert git_merge(begun)
    assert begun.codes("ours") == {}


def test_a_copied_policy_does_no_harm_to_what_it_allows(begun: PlainRepo) -> None:
    fork(begun, [{POLICY_PATH: STRICT}], [{"a": moved(A, "in_progress")}, {POLICY_PATH: STRICT}])
    assert git_merge(begun)
    assert begun.codes("ours") == {}


def test_under_edition_1_a_copied_policy_passes_as_it_did(plain_repo: PlainRepo) -> None:
    first = DEFAULT._replace(law=1)
    strict = changed(first, review="required")
    started = moved(A, "in_progress")
    base = plain_repo.fast_import([({POLICY_PATH: first}, ()), ({"a": started}, (1,))])[-1]
    fork(
        plain_repo,
        [{POLICY_PATH: strict}],
        [{"a": moved(started, "done")}, {POLICY_PATH: strict}],
        base,
    )
    plain_repo.commit({"a": moved(started, "done")}, "ours", "theirs")
    assert "TK201" not in set().union(*plain_repo.codes().values())


def test_what_the_newer_law_allows_too_comes_in(begun: PlainRepo) -> None:
    fork(begun, [{POLICY_PATH: STRICT}], [{"a": moved(A, "in_progress")}, {"c": a_task("c")}])
    assert git_merge(begun)
    assert begun.codes("ours") == {}
    later = begun.commit({"a": moved(A, "done")}, "ours", branch=None)
    assert begun.codes(later) == {later: {"TK201"}}


def test_what_was_illegal_by_its_own_law_is_told_once(begun: PlainRepo) -> None:
    fork(begun, [{POLICY_PATH: STRICT}], [{"a": moved(A, "done")}])
    assert git_merge(begun)
    assert begun.codes("ours") == {begun.git("rev-parse", "theirs"): {"TK201"}}


def test_a_merge_is_judged_by_the_newest_policy_of_its_sides(begun: PlainRepo) -> None:
    open_ = changed(DEFAULT, forbid=["todo->cancelled"])
    fork(begun, [{"src/x": b"1"}], [{POLICY_PATH: open_}])
    for first, second in (("ours", "theirs"), ("theirs", "ours")):
        tip = begun.commit({POLICY_PATH: open_, "src/x": b"1"}, first, second, branch=None)
        assert begun.codes(tip) == {}
        bad = begun.commit({"a": moved(A, "cancelled")}, tip, branch=None)
        assert begun.codes(bad) == {bad: {"TK201"}}


def test_a_merge_does_not_bring_an_old_policy_back(begun: PlainRepo) -> None:
    fork(
        begun, [{POLICY_PATH: STRICT}, {"b": edited(B, priority=1)}], [{"a": edited(A, priority=1)}]
    )
    assert results(begun, {"a": edited(A, priority=1)}) == set()
    assert results(begun, {"a": edited(A, priority=1), POLICY_PATH: DEFAULT}) == {"TK605"}
    back = begun.commit({"b": B}, "theirs", "ours", branch=None)
    assert "TK605" in begun.codes(back, "theirs", "ours")[back]


def test_of_two_policies_of_one_version_the_first_parents_stays(begun: PlainRepo) -> None:
    narrow, deep = changed(DEFAULT, depth=3), changed(DEFAULT, depth=20)
    fork(begun, [{POLICY_PATH: narrow}], [{POLICY_PATH: deep}])
    assert results(begun, {}) == set()
    assert results(begun, {POLICY_PATH: deep}) == {"TK605"}
    assert results(begun, {POLICY_PATH: changed(DEFAULT, depth=5)}) == {"TK605"}
    assert results(begun, {POLICY_PATH: changed(narrow, depth=20)}) == {"TK605"}


def test_an_old_branch_without_the_ledger_merges(plain_repo: PlainRepo) -> None:
    old = plain_repo.commit({"src/x": b"1"})
    plain_repo.fast_import([(genesis(), (old,)), ({"a": A}, (1,))])
    side = plain_repo.commit({"src/y": b"1"}, old, branch="side")
    plain_repo.commit({"src/y": b"1"}, "main", side)
    assert plain_repo.codes() == {}
    plain_repo.commit({**genesis(), "a": A}, side, "main~1", branch="fox")
    assert plain_repo.codes("fox") == {}
