"""The policy in merges, and what its rules say: which version, which acceptances, which state."""

from __future__ import annotations

import pytest

from tests.support.changes import a_task, codes, commit, ledger, merged
from tests.support.rule_cases.case import V2, V3, flaw, lawless
from tkledger.core.change import Violation, change
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import DEFAULT, EDGES, Policy
from tkledger.core.rules import judge
from tkledger.core.snapshot import EMPTY, Snapshot

A, B, C = (letter * 40 for letter in "abc")


def only(found: tuple[Violation, ...]) -> tuple[str, str, str]:
    (one,) = found
    return one.code, one.message, one.remedy


def joined(ours: Policy, theirs: Policy, into: Snapshot) -> tuple[Violation, ...]:
    return judge(merged(ledger(), ledger(policy=ours), ledger(policy=theirs), into=into))


def test_a_merge_keeps_the_newest_policy_with_all_that_is_accepted() -> None:
    ours, theirs = V2._replace(accepted={A: "a", B: "b"}), V3._replace(accepted={A: "a", C: "c"})
    both = theirs._replace(accepted={A: "a", B: "b", C: "c"})
    fact = "the merge does not keep the policy of version 3"
    remedy = f"take {POLICY_PATH} from the first parent that has version 3"
    assert joined(ours, theirs, ledger(policy=both)) == ()
    for into, lost in (
        (both._replace(depth=3), ""),
        (theirs, f", and keep under 'accepted': {B[:10]}"),
        (ours, f", and keep under 'accepted': {C[:10]}"),
        (V3, f", and keep under 'accepted': {A[:10]}, {B[:10]}, {C[:10]}"),
    ):
        assert only(joined(ours, theirs, ledger(policy=into))) == ("TK605", fact, remedy + lost)


def test_a_merge_without_a_readable_policy_is_told_so() -> None:
    gone = lawless(ledger(policy=V3), ledger(policy=V3))
    assert [one.code for one in joined(V2, V3, gone)] == ["TK601"]
    unreadable = Snapshot({POLICY_PATH: flaw("TK101", POLICY_PATH)}, V3)
    accepted = V3._replace(accepted={A: "a"})
    found = {one.code: one.remedy for one in joined(V2, accepted, unreadable)}
    assert set(found) == {"TK101", "TK605"}
    assert found["TK605"].endswith(f", and keep under 'accepted': {A[:10]}")


def test_a_merge_in_which_no_side_has_a_ledger_is_judged_by_the_one_it_brings() -> None:
    assert codes(change((EMPTY, EMPTY), ledger(), bases=(EMPTY,))) == set()


@pytest.mark.parametrize(
    ("bases", "broken"),
    [
        ((), {"TK604"}),
        ((EMPTY,), {"TK604"}),
        ((ledger(),), set()),
        ((EMPTY, ledger()), set()),
    ],
)
def test_two_ledgers_are_two_if_no_base_has_one(
    bases: tuple[Snapshot, ...], broken: set[str]
) -> None:
    both = change((ledger(a_task("a")), ledger(a_task("b"))), ledger(a_task("a"), a_task("b")))
    assert codes(both._replace(bases=bases)) == broken
    one = change((ledger(a_task("a")), EMPTY), ledger(a_task("a")), bases=bases)
    assert codes(one) == set()


@pytest.mark.parametrize(
    ("kept", "stuck"),
    [
        ({"todo->cancelled", "blocked->cancelled"}, ["in_progress", "in_review"]),
        (set(), ["backlog", "todo", "in_progress", "in_review", "blocked"]),
    ],
)
def test_every_state_that_cannot_be_left_for_an_end_is_named(
    kept: set[str], stuck: list[str]
) -> None:
    ends = [edge for edge in EDGES if edge.endswith(("->done", "->cancelled"))]
    back = ["in_progress->blocked", "in_review->blocked"] if kept else []
    forbid = tuple(sorted({*ends, *back} - kept))
    found = judge(commit(ledger(), ledger(policy=V2._replace(forbid=forbid))))
    assert {one.message for one in found} == {
        f"no way leads from {state} to done or cancelled" for state in stuck
    }


def test_a_policy_that_changes_says_what_went_back() -> None:
    older = DEFAULT._replace(version=2, law=1, format=1)
    found = judge(commit(ledger(), ledger(policy=older)))
    assert [(one.code, one.message, one.remedy) for one in found] == [
        ("TK607", "format goes back from 2 to 1", "put back 'format: 2'"),
        ("TK607", "law goes back from 2 to 1", "put back 'law: 2'"),
    ]
    for version in (1, 3):
        wrong = commit(ledger(), ledger(policy=DEFAULT._replace(version=version, depth=3)))
        fact = f"version goes from 1 to {version}"
        assert only(judge(wrong)) == ("TK602", fact, "write 'version: 2'")
    alone = commit(ledger(), ledger(a_task(), policy=V2))
    assert [one.code for one in judge(alone)] == ["TK603"]
