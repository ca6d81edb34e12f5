"""What a merge answers for, and what it does not; what two legal branches may not become."""

from __future__ import annotations

import pytest

from tests.support.changes import a_task, codes, commit, done, ledger, merged
from tests.support.rule_cases.case import (
    CONCERNS,
    FEW,
    flaw,
)
from tkledger.core.policy import DEFAULT
from tkledger.core.rules import judge

OLD_DEBTS = {
    "an unknown parent": (a_task("a", parent="x"),),
    "an unknown dependency": (a_task("a", depends_on=["x"]),),
    "an unknown origin": (a_task("a", origin="x"),),
    "a parent cycle": (a_task("a", parent="b"), a_task("b", parent="a")),
    "a dependency cycle": (a_task("a", depends_on=["b"]), a_task("b", depends_on=["a"])),
    "a deadlock": (a_task("a"), a_task("b", parent="a", depends_on=["a"])),
    "an open child of an ended parent": (done("a"), a_task("b", parent="a")),
    "work begun before its dependency": (
        a_task("a", state="in_progress", depends_on=["b"]),
        a_task("b"),
    ),
    "too deep": (a_task("a"), a_task("b", parent="a"), a_task("c", parent="b", depends_on=["a"])),
    "too many children": (a_task("a"), *(a_task(f"b{n}", parent="a") for n in range(3))),
}


@pytest.mark.parametrize("name", OLD_DEBTS)
def test_an_old_debt_does_not_block_new_work(name: str) -> None:
    debt = OLD_DEBTS[name]
    strict = DEFAULT._replace(depth=1, children=2)
    before = ledger(*debt, policy=strict)
    noted = before.put(*(one._replace(notes=("still so",)) for one in debt))
    assert judge(commit(before, noted)) == ()
    assert judge(commit(before, before.put(a_task("new")))) == ()


@pytest.mark.parametrize("name", OLD_DEBTS)
def test_a_merge_does_not_answer_for_the_debts_of_its_sides(name: str) -> None:
    debt = OLD_DEBTS[name]
    strict = DEFAULT._replace(depth=1, children=2)
    base = ledger(policy=strict)
    indebted, other = base.put(*debt), base.put(a_task("new"))
    both = base.put(*debt, a_task("new"))
    assert judge(merged(base, indebted, other, into=both)) == ()
    assert judge(merged(base, other, indebted, into=both)) == ()


def test_a_merge_does_not_answer_for_the_flaws_of_its_sides() -> None:
    base = ledger()
    flawed, other = ledger(flaws=(flaw("TK108"),)), ledger(a_task("new"))
    both = ledger(a_task("new"), flaws=(flaw("TK108"),))
    assert judge(merged(base, flawed, other, into=both)) == ()
    assert judge(merged(base, other, flawed, into=both)) == ()


def test_a_concern_raised_while_another_branch_finished_is_no_fault_of_the_merge() -> None:
    base = ledger(a_task(state="in_review"))
    finished, raised = base.put(done("a")), base.put(a_task(state="in_review", concerns=CONCERNS))
    both = base.put(done("a", concerns=CONCERNS))
    assert judge(merged(base, finished, raised, into=both)) == ()
    assert codes(merged(base, finished, raised, into=finished)) == {"TK221"}
    settled = base.put(done("a", concerns=CONCERNS, settled=CONCERNS[1:]))
    assert judge(commit(both, settled)) == ()


UNIONS = {
    "a parent cycle": (
        "TK304",
        (a_task("a"), a_task("b")),
        (a_task("a", parent="b"),),
        (a_task("b", parent="a"),),
    ),
    "a dependency cycle": (
        "TK305",
        (a_task("a"), a_task("b"), a_task("c", depends_on=["a"])),
        (a_task("a", depends_on=["b"]),),
        (a_task("b", depends_on=["c"]),),
    ),
    "a deadlock": (
        "TK306",
        (a_task("a"), a_task("b")),
        (a_task("a", parent="b"),),
        (a_task("a", depends_on=["b"]),),
    ),
    "an open child under a parent that ended": (
        ("TK212", "TK213"),
        (a_task("a", state="in_progress"),),
        (done("a"),),
        (a_task("b", parent="a"),),
    ),
    "an open child under a parent that was cancelled": (
        ("TK212", "TK213"),
        (a_task("a"), a_task("b")),
        (a_task("a", state="cancelled"),),
        (a_task("b", parent="a"),),
    ),
    "a tree that is too deep": (
        "TK307",
        tuple(a_task(f"t{n}", **({"parent": f"t{n - 1}"} if n % 6 else {})) for n in range(11)),
        (a_task("t6", parent="t5"),),
        (a_task("t11", parent="t10"),),
    ),
}


@pytest.mark.parametrize("name", UNIONS)
def test_two_legal_branches_may_not_merge_into(name: str) -> None:
    code, base_tasks, left, right = UNIONS[name]
    base = ledger(*base_tasks)
    ours, theirs = base.put(*left), base.put(*right)
    assert judge(commit(base, ours)) == ()
    assert judge(commit(base, theirs)) == ()
    both = base.put(*left, *right)
    if name == "a deadlock":
        both = base.put(a_task("a", parent="b", depends_on=["b"]))
    for sides in ((ours, theirs), (theirs, ours)):
        found = codes(merged(base, *sides, into=both))
        assert found
        assert found <= ({code} if isinstance(code, str) else set(code))


def test_two_branches_may_together_bring_too_many_children() -> None:
    base = ledger(a_task("p"), a_task("c1", parent="p"), policy=FEW)
    ours, theirs = base.put(a_task("c2", parent="p")), base.put(a_task("c3", parent="p"))
    both = ours.put(a_task("c3", parent="p"))
    assert judge(merged(base, ours, theirs, into=both)) == ()
