"""What edition 2 of the law refuses, each with a legal twin, and what edition 1 made of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.support.changes import a_task, birth, codes, commit, done, edit, ledger, merged, used
from tkledger.core import policy_fields
from tkledger.core import task as task_file
from tkledger.core.budget import loosened
from tkledger.core.change import Change
from tkledger.core.merge import merged as merge_tasks
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.rules import judge
from tkledger.core.snapshot import Flaw, Snapshot
from tkledger.core.task import Task
from tkledger.core.task_parts import BUDGET, PARTS, Budget
from tkledger.core.usage import Fact, Used

BOSS = DEFAULT._replace(roles={"budget": ("boss",)}, retry=3, budget=Budget(steps=50))
TYPED = BOSS._replace(budgets={"epic": Budget(steps=500)})
DATE, LATER = "2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z"


class Case(NamedTuple):
    """A change that the rule ``code`` refuses under edition 2 only, and its legal twin."""

    code: str
    what: str
    broken: Change
    legal: Change


def by(change: Change, actor: str = "eve") -> Change:
    return change._replace(actor=actor, message="tk: edit\n\nTk-Reason: so\n")


def sides(base: Task, ours: Task, theirs: Task, result: Task, policy: Policy = DEFAULT) -> Change:
    return by(merged(*(ledger(one, policy=policy) for one in (base, ours, theirs)),
                     into=ledger(result, policy=policy)))  # fmt: skip


def because(reason: str, law: int = 2) -> Change:
    """A limit raised by the actor who may."""
    made = edit(a_task(), a_task(retry={"max": 9}), policy=BOSS._replace(law=law))
    return made._replace(actor="boss", message=f"tk: edit\n\nTk-Reason: {reason}\n")


def broken(subject: str = "a") -> Snapshot:
    return ledger(flaws=(Flaw("TK101", subject, "is bad", "mend it"),))


def after_a_flaw(last: Task | None, now: Task) -> Change:
    """A file that could not be read is readable again; ``last`` is what it said before."""
    return commit(broken(), ledger(now))._replace(
        earlier=lambda parent, key: (last,) if last else ()
    )


def after_a_loss(last: Task | None, now: Task) -> Change:
    """A file that was deleted is back."""
    return commit(ledger(), ledger(now))._replace(
        earlier=lambda parent, key: (last,) if last else ()
    )


def limited(**budget: Any) -> Task:
    return a_task(budget=budget)


CASES = (
    Case(
        "TK501",
        "another type with higher limits",
        by(edit(a_task(), a_task(type="epic"), policy=TYPED)),
        by(edit(a_task(type="epic"), a_task(type="task"), policy=TYPED)),
    ),
    Case(
        "TK501",
        "attempts where the task had none of its own",
        by(edit(a_task(), a_task(retry={"max": 9}), policy=BOSS)),
        by(edit(a_task(), a_task(retry={"max": 2}), policy=BOSS)),
    ),
    Case(
        "TK501",
        "a date taken away before which it must not begin",
        by(edit(a_task(retry={"not_before": DATE}), a_task(), policy=BOSS)),
        by(edit(a_task(retry={"not_before": DATE}), a_task(retry={"not_before": LATER}), policy=BOSS)),
    ),
    Case(
        "TK501",
        "an earlier date before which it must not begin",
        by(edit(a_task(retry={"not_before": LATER}), a_task(retry={"not_before": DATE}), policy=BOSS)),
        by(edit(a_task(), a_task(retry={"not_before": DATE}), policy=BOSS)),
    ),
    Case(
        "TK501",
        "created with each attempt counted by itself",
        by(birth(limited(scope="attempt"), policy=BOSS)),
        by(birth(limited(scope="lifetime"), policy=BOSS)),
    ),
    Case(
        "TK501",
        "created with more attempts than the policy allows",
        by(birth(a_task(retry={"max": 9}), policy=BOSS)),
        by(birth(a_task(retry={"max": 3}), policy=BOSS)),
    ),
    Case(
        "TK501",
        "a merge that chooses the type with the higher limits",
        sides(a_task(), a_task(type="epic"), a_task(type="bug"), a_task(type="epic"), TYPED),
        sides(a_task(), a_task(type="epic"), a_task(type="bug"), a_task(type="bug"), TYPED),
    ),
    Case(
        "TK221",
        "a merge that chooses the higher of two limits",
        sides(limited(steps=9), limited(steps=5), limited(steps=7), limited(steps=7)),
        sides(limited(steps=9), limited(steps=5), limited(steps=7), limited(steps=5)),
    ),
    Case(
        "TK221",
        "a merge that keeps a limit which the other side took away",
        sides(limited(steps=9), limited(), limited(steps=7), limited()),
        sides(limited(steps=9), limited(), limited(steps=7), limited(steps=7)),
    ),
    Case(
        "TK201",
        "an unreadable file mended into an end",
        after_a_flaw(a_task(), done("a")),
        after_a_flaw(a_task(), a_task(state="in_progress")),
    ),
    Case(
        "TK207",
        "an unreadable file mended with another creator",
        after_a_flaw(a_task(creator="ada"), a_task(creator="eve")),
        after_a_flaw(a_task(creator="ada"), a_task(creator="ada")),
    ),
    Case(
        "TK210",
        "an unreadable file mended without its notes",
        after_a_flaw(a_task(notes=["n"]), a_task()),
        after_a_flaw(a_task(notes=["n"]), a_task(notes=["n", "m"])),
    ),
    Case(
        "TK202",
        "a file that was never readable mended into an end",
        after_a_flaw(None, done("a")),
        after_a_flaw(None, a_task()),
    ),
    Case(
        "TK201",
        "the id of an ended task used again",
        after_a_loss(done("a"), a_task()),
        after_a_loss(done("a"), done("a")),
    ),
    Case(
        "TK209",
        "a lost file back with less spent",
        after_a_loss(a_task(spent={"steps": 4}), a_task(spent={"steps": 3})),
        after_a_loss(a_task(spent={"steps": 4}), a_task(spent={"steps": 4})),
    ),
    Case(
        "TK608",
        "an acceptance taken back",
        commit(ledger(policy=DEFAULT._replace(accepted={"0" * 40: "so"})),
               ledger(policy=DEFAULT._replace(version=2))),
        commit(ledger(), ledger(policy=DEFAULT._replace(version=2, accepted={"0" * 40: "so"}))),
    ),
)  # fmt: skip


def _name(case: Case) -> str:
    return f"{case.code}-{case.what}".replace(" ", "_")


def under(edition: int, made: Change) -> Change:
    assert made.policy is not None
    return made._replace(policy=made.policy._replace(law=edition))


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_edition_2_refuses_what_edition_1_let_pass(case: Case) -> None:
    assert codes(case.broken) == {case.code}
    assert case.code not in codes(under(1, case.broken))


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_the_legal_twin_is_accepted(case: Case) -> None:
    assert codes(case.legal) == set()


@pytest.mark.parametrize("case", CASES[:7], ids=_name)
def test_the_role_may_do_what_others_may_not(case: Case) -> None:
    assert codes(case.broken._replace(actor="boss")) == set()


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u200b", "-"])
def test_a_reason_has_a_letter(blank: str) -> None:
    assert codes(because(blank)) == {"TK501"}
    assert codes(because("so")) == codes(because(blank, law=1)) == set()


def test_without_the_role_in_the_policy_limits_are_anybodys() -> None:
    free = DEFAULT._replace(retry=3)
    assert codes(by(edit(a_task(), a_task(retry={"max": 9}), policy=free))) == set()


BASES = {"budget.cost": "99", "budget.scope": None, "retry.not_before": None}
"""What a limit was before both sides moved it; 99 of any other."""


@pytest.mark.parametrize(
    ("leaf", "strict", "loose"),
    [
        ("budget.steps", 1, 2),
        ("budget.steps", 1, None),
        ("budget.cost", "9", "10"),
        ("budget.cost", "0.50", None),
        ("budget.depth", 2, 3),
        ("budget.scope", "lifetime", "attempt"),
        ("retry.max", 3, None),
        ("retry.not_before", LATER, DATE),
        ("retry.not_before", DATE, None),
    ],
)
def test_the_stricter_of_two_limits_stays_and_to_loosen_it_is_seen(
    leaf: str, strict: object, loose: object
) -> None:
    part, name = leaf.split(".")

    def having(value: object) -> Task:
        other = {"tokens": 9} if part == "budget" else {}
        return a_task(**{part: {**other, **({name: value} if value else {})}})

    assert loosened(having(strict), having(loose)) == [name if part == "budget" else leaf]
    assert loosened(having(loose), having(strict)) == []
    base = having(BASES.get(leaf, 99))
    if base not in (having(strict), having(loose)):
        for ours, theirs in ((strict, loose), (loose, strict)):
            found = merge_tasks(base, having(ours), having(theirs), DEFAULT.lifecycle)
            assert found.task == having(strict)
            assert found.conflicts == ()


def test_the_same_cost_in_other_digits_is_no_looser() -> None:
    short, long = limited(cost="0.5"), limited(cost="0.50")
    assert loosened(short, long) == loosened(long, short) == []
    for result in (short, long):
        assert codes(sides(limited(cost="9"), short, long, result)) == set()


@pytest.mark.parametrize(
    ("own", "now", "policys", "looser"),
    [
        (None, "attempt", None, True),
        ("lifetime", "attempt", None, True),
        ("lifetime", None, None, False),
        ("lifetime", None, "attempt", True),
        (None, "attempt", "attempt", False),
        ("attempt", None, None, False),
    ],
)
def test_a_scope_is_looser_if_each_attempt_begins_at_nothing(
    own: str | None, now: str | None, policys: str | None, looser: bool
) -> None:
    law = BOSS._replace(budget=Budget(steps=50, scope=policys))
    old, new = (a_task(**({"budget": {"scope": one}} if one else {})) for one in (own, now))
    assert codes(by(edit(old, new, policy=law))) == ({"TK501"} if looser else set())


def test_a_limit_of_the_depth_is_left_only_by_the_role() -> None:
    deep, other = a_task("p", budget={"depth": 1}), a_task("q")
    moved = edit(a_task(parent="p"), a_task(parent="q"), among=(deep, other), policy=BOSS)
    assert codes(by(moved)) == {"TK501"}
    assert codes(by(under(1, moved))) == codes(by(moved, "boss")) == set()


def test_a_merge_chooses_the_parent_with_the_budget() -> None:
    among = (a_task("p", budget={"steps": 5}), a_task("q"), a_task("r"))

    def at(parent: str) -> Snapshot:
        return ledger(*among, a_task(parent=parent), policy=BOSS)

    into = {one: by(merged(at("r"), at("p"), at("q"), into=at(one))) for one in "pq"}
    assert codes(into["q"]) == {"TK501"}
    assert codes(into["p"]) == codes(under(1, into["q"])) == set()


def test_a_mended_file_is_compared_with_each_version_that_it_had_last() -> None:
    lives = (a_task(state="in_progress"), done("a"))
    mended = commit(broken(), ledger(a_task(state="in_progress")))
    assert codes(mended._replace(earlier=lambda parent, key: lives)) == {"TK201"}
    assert codes(mended._replace(earlier=lambda parent, key: lives[:1])) == set()


def test_a_side_that_broke_its_file_counts_with_its_last_version() -> None:
    base, other = ledger(a_task()), ledger(a_task(labels=["x"]))
    for flawed in (broken(), ledger()):
        for into, wrong in ((a_task(labels=["x"]), {"TK222"}), (done("a", labels=["x"]), set())):
            joined = merged(base, flawed, other, into=ledger(into))
            versions = {0: (done("a"),)}
            asked = joined._replace(earlier=lambda parent, key, own=versions: own.get(parent, ()))
            assert codes(asked) == wrong
            assert "TK222" not in codes(under(1, asked)) or into.ended


def test_an_unreadable_file_does_not_win_over_a_move() -> None:
    base, moved = ledger(a_task()), ledger(a_task(state="in_progress"))
    assert codes(merged(base, broken(), moved, into=broken())) == {"TK222"}
    assert codes(merged(base, broken(), base, into=broken())) == set()
    assert codes(under(1, merged(base, broken(), moved, into=broken()))) == set()
    repaired = merged(broken(), moved, broken(), into=moved)
    last = repaired._replace(earlier=lambda parent, key: (a_task(budget={"steps": 1}),))
    assert codes(last) == set(), "a side that left it as it was has not moved it"


def test_a_budget_is_not_left_by_way_of_a_file_that_cannot_be_read() -> None:
    above = a_task("p", budget={"steps": 5})
    hung, free = a_task(parent="p"), a_task()
    before = ledger(above, policy=BOSS, flaws=(Flaw("TK101", "a", "is bad", "mend it"),))
    for now, wrong in ((free, {"TK501"}), (hung, set())):
        made = by(commit(before, ledger(above, now, policy=BOSS)))
        assert codes(made._replace(earlier=lambda parent, key: (hung,))) == wrong


def test_a_merge_with_content_of_its_own_is_a_step() -> None:
    over, under = (ledger(a_task(budget={"steps": most}, state="in_progress")) for most in (1, 2))
    for before, wrong in ((over, {"TK401"}), (under, set())):
        joined = merged(before, before, before, into=before)
        step = used(
            joined, Fact("1", "a", used=Used(2)), message="work\n\nTk-Task: a\n", own_content=True
        )
        assert codes(step) == wrong
        assert codes(step._replace(own_content=False)) == set()
    unreadable = step._replace(message="work\n\nTk-Task: a\nTk-Cost: much\n")
    assert codes(unreadable) == {"TK405"}
    assert codes(unreadable._replace(own_content=False)) == set()


def test_a_field_of_a_later_format_asks_for_the_format(monkeypatch: pytest.MonkeyPatch) -> None:
    later = [one._replace(since=2) if one.name == "agent" else one for one in task_file.FIELDS]
    monkeypatch.setattr(task_file, "FIELDS", tuple(later))
    older = DEFAULT._replace(format=1)
    (found,) = judge(edit(a_task(), a_task(agent="x"), policy=older))
    assert (found.code, found.task) == ("TK103", "a")
    assert found.message == "agent came with a later format of the files than 1"
    assert found.remedy == "if everybody here has this tk: tk config set format 2"
    mistake = edit(a_task(), a_task(state="cancelled", resolution="mistake"))
    (found,) = judge(mistake._replace(policy=older))
    assert found.message[:23] == "resolution mistake came"
    assert codes(mistake) == set()
    assert codes(edit(a_task(), a_task(agent="x"))) == set()
    assert codes(edit(a_task(agent="x"), a_task(agent="y"), policy=older)) == set()
    among = (a_task("b", agent="x"),)  # that of another task excuses nothing
    assert codes(edit(a_task(), a_task(agent="x"), among=among, policy=older)) == {"TK103"}
    leaf = tuple(BUDGET[0]._replace(since=2) for _ in "1")
    monkeypatch.setitem(PARTS, "budget", leaf)
    (found,) = judge(edit(a_task(), a_task(budget={"cost": "1"}), policy=older))
    assert found.message[:17] == "budget.cost came "
    assert codes(edit(a_task(), a_task(branch="x"), policy=older)) == set()
    assert codes(sides(a_task(), a_task(agent="x"), a_task(), a_task(agent="x"), older)) == set()
    with_policy = [
        one._replace(since=2) if one.name == "retry" else one for one in policy_fields.FIELDS
    ]
    monkeypatch.setattr(policy_fields, "FIELDS", tuple(with_policy))
    (found,) = judge(
        commit(ledger(policy=older), ledger(policy=older._replace(version=2, retry=2)))
    )
    assert (found.task, found.code) == (".tasks/config.yaml", "TK103")


def test_limits_of_calls_and_repetitions_came_with_format_2() -> None:
    older = DEFAULT._replace(format=1)
    (found,) = judge(edit(a_task(), a_task(budget={"calls": 1}), policy=older))
    assert (found.code, found.message[:18]) == ("TK103", "budget.calls came ")
    few, typed = Budget(calls=3), {"bug": Budget(calls=3)}
    for values, name in (
        ({"budget": few}, "budget.calls"),
        ({"budgets": typed}, "budgets.bug.calls"),
        ({"loops": {"repeats": "warn", "chain": "warn"}}, "loops.repeats"),
    ):
        newer = older._replace(version=2, **values)
        (found,) = judge(commit(ledger(policy=older), ledger(policy=newer)))
        assert (found.code, found.message.split()[0]) == ("TK103", name)
        later = newer._replace(version=3)  # it was there before
        assert not judge(commit(ledger(policy=newer), ledger(policy=later)))
