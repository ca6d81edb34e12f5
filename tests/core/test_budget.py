"""Limits at their edges: what is near one, what it is told as, and how long an attempt waits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.changes import a_task, done, ledger
from tkledger.core.budget import (
    Gauge,
    Limit,
    attempts,
    backoff,
    booked,
    counts,
    exceeded,
    exceeding,
    exhaustion,
    limits,
    limits_work,
    loosened,
    may_limit,
    pressing,
    scope,
    strictest,
    waits,
)
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.task_parts import Budget, Spent
from tkledger.core.usage import Account, Activity, Fact, Usage, Used


def gauge(used: int, most: int, kind: str = "steps", holder: str = "a") -> Gauge:
    return Gauge(Limit(holder, kind, most, own=False, attempt=False), used)


def used_by(at: int = 0, **amounts: Used) -> Usage:
    """What each task used, by its id."""
    accounts = {}
    for name, amount in amounts.items():
        accounts[name] = Account()
        accounts[name].add(Fact(name, name, used=amount))
    return Usage(accounts.get, lambda task: Activity(), at)


@pytest.mark.parametrize(
    ("used", "most", "near", "exceeded"),
    [
        (0, 0, False, False),
        (0, 9, False, False),
        (1, 0, True, True),
        (79, 100, False, False),
        (80, 100, True, False),
        (799, 1000, False, False),
        (3, 4, False, False),
        (4, 5, True, False),
        (100, 100, True, False),
        (101, 100, True, True),
    ],
)
def test_a_warning_is_due_from_four_fifths_and_beyond_the_limit_is_too_much(
    used: int, most: int, near: bool, exceeded: bool
) -> None:
    assert (gauge(used, most).near, gauge(used, most).exceeded) == (near, exceeded)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("steps", "1 of 2500000 steps"),
        ("seconds", "1 of 2500000 seconds"),
        ("tokens", "1 of 2500000 tokens"),
        ("cost", "0.000001 of 2.5 US dollars"),
        ("rework", "1 of 2500000 rounds of rework"),
    ],
)
def test_figures_name_the_unit_and_whose_budget_it_is(kind: str, words: str) -> None:
    assert gauge(1, 2_500_000, kind).figures_for("a") == f"{words} used"
    assert gauge(1, 2_500_000, kind).figures_for("b") == f"{words} used of a"


@pytest.mark.parametrize(
    ("name", "values", "least"),
    [
        ("steps", (3, 20, None), 3),
        ("steps", (None, 7), 7),
        ("steps", (None, None), None),
        ("steps", (), None),
        ("cost", ("10", "9.5", "9.50"), "9.5"),
        ("not_before", ("2026-01-01T00:00:00Z", None, "2026-01-02T00:00:00Z"), "2026-01-02T00:00:00Z"),
        ("not_before", (None, None), None),
        ("scope", (None, "attempt"), None),
        ("scope", ("attempt", None, "lifetime"), "lifetime"),
        ("scope", ("attempt", "attempt"), "attempt"),
    ],
)  # fmt: skip
def test_the_strictest_of_several_limits(name: str, values: tuple[Any, ...], least: Any) -> None:
    assert strictest(name, values) == least


@pytest.mark.parametrize(
    ("old", "new", "looser"),
    [
        ({"budget": {"steps": 2}}, {"budget": {"steps": 3, "cost": "1"}}, ["budget.steps"]),
        ({"budget": {"steps": 2}}, {"budget": {"steps": 1}}, []),
        ({"budget": {"depth": 1}}, {"budget": {"scope": "attempt"}}, ["depth"]),
        ({"budget": {"steps": 1}}, {"budget": {"steps": 1, "scope": "attempt"}}, ["scope"]),
        ({"budget": {"steps": 1, "scope": "attempt"}}, {"budget": {"steps": 1}}, []),
        ({"spent": {"steps": 1}, "admission": {"consumer": "x"}}, {}, []),
        ({"retry": {"max": 1}}, {}, ["retry.max"]),
        ({"retry": {"not_before": "2026-01-01T00:00:00Z"}}, {}, ["retry.not_before"]),
        ({}, {"retry": {"max": 1, "not_before": "2026-01-01T00:00:00Z"}}, []),
    ],
)
def test_which_limits_of_its_own_a_task_has_looser_than_before(
    old: dict[str, Any], new: dict[str, Any], looser: list[str]
) -> None:
    named = [name.removeprefix("budget.") for name in looser]
    assert loosened(a_task(**old), a_task(**new)) == named


TYPED = DEFAULT._replace(
    budget=Budget(steps=5, tokens=50), budgets={"epic": Budget(steps=9), "bug": Budget(steps=2)}
)


@pytest.mark.parametrize(
    ("old", "new", "policy", "looser"),
    [
        ({}, {"type": "epic"}, TYPED, ["steps"]),
        ({"type": "epic"}, {}, TYPED, []),
        ({"type": "epic"}, {"type": "bug"}, TYPED, []),
        ({"type": "bug"}, {"budget": {"steps": 2}}, TYPED, []),
        ({"type": "bug"}, {"budget": {"steps": 3}}, TYPED, ["steps"]),
        ({"budget": {"steps": 4}}, {}, TYPED, ["steps"]),
        ({"budget": {"tokens": 1}}, {"budget": {"tokens": 51}}, TYPED, ["tokens"]),
        ({"retry": {"max": 3}}, {}, TYPED, ["retry.max"]),
        ({"retry": {"max": 3}}, {}, TYPED._replace(retry=3), []),
        ({}, {"budget": {"scope": "attempt"}}, TYPED, ["scope"]),
        ({}, {"budget": {"scope": "lifetime"}}, TYPED, []),
        ({}, {"budget": {"scope": "attempt"}}, DEFAULT, []),
        ({"retry": {"max": 3}}, {"retry": {"max": 3}, "budget": {"scope": "attempt"}}, DEFAULT, []),
    ],
)
def test_which_limits_in_force_are_looser_than_before(
    old: dict[str, Any], new: dict[str, Any], policy: Policy, looser: list[str]
) -> None:
    assert exceeding(policy, a_task(**old), a_task(**new)) == looser


def test_the_scope_is_that_of_the_task_else_of_its_type_else_of_the_policy() -> None:
    anew, whole = Budget(scope="attempt"), Budget(scope="lifetime")
    policy = DEFAULT._replace(budget=whole, budgets={"bug": anew})
    assert scope(DEFAULT, a_task()) is None
    assert scope(policy, a_task()) == "lifetime"
    assert scope(policy, a_task(type="bug")) == "attempt"
    assert scope(policy, a_task(type="bug", budget={"scope": "lifetime"})) == "lifetime"
    assert not limits_work(Budget(depth=1, scope="attempt"))
    assert limits_work(Budget(rework=0))


def test_the_limit_nearest_to_its_end_is_pressing_and_what_is_beyond_it_is_exceeded() -> None:
    tasks = ledger(
        a_task("a", budget={"steps": 10, "tokens": 10}),
        a_task("b", budget={"steps": 0}),
        a_task("c", parent="b"),
        a_task("f", parent="c"),
        done("d", budget={"steps": 1}),
        a_task("e", budget={"steps": 10}),
    )
    usage = lambda: used_by(  # noqa: E731
        a=Used(8, 0, 9), b=Used(1), c=Used(1), d=Used(5), e=Used(7)
    )
    found = {name: one[:2] for name, one in pressing(DEFAULT, tasks, usage).items()}
    assert found == {
        "a": (Limit("a", "tokens", 10, False, False), 9),
        "b": (Limit("b", "steps", 0, False, False), 2),
        "c": (Limit("b", "steps", 0, False, False), 2),
        "f": (Limit("b", "steps", 0, False, False), 2),
    }
    assert [one[:2] for one in exceeded(DEFAULT, tasks, usage)] == [found["b"]]
    assert not list(exceeded(DEFAULT, tasks, lambda: used_by(a=Used(10, 0, 10))))
    none = ledger(a_task("a", budget={"steps": 0, "tokens": 10}))
    (first,) = pressing(DEFAULT, none, lambda: used_by(a=Used(1, 0, 9))).values()
    assert first.limit.kind == "steps"


def test_a_ledger_without_limits_is_not_counted() -> None:
    def never() -> Usage:
        raise AssertionError("nothing asks")

    anew = DEFAULT._replace(budget=Budget(scope="attempt"))
    for policy in (DEFAULT, anew):
        tasks = ledger(a_task("a"), a_task("b", budget={"depth": 1}), policy=policy)
        assert pressing(policy, tasks, never) == {}
        assert list(exceeded(policy, tasks, never)) == []
        assert not may_limit(policy, [a_task("a")])
        assert may_limit(policy, [a_task("a"), a_task("b", budget={"steps": 1})])
    typed = DEFAULT._replace(budgets={"task": Budget(steps=1)})
    for policy in (typed, DEFAULT._replace(budget=Budget(steps=1))):
        assert may_limit(policy, [])
        assert set(pressing(policy, ledger(a_task("a")), lambda: used_by(a=Used(1)))) == {"a"}


@pytest.mark.parametrize(
    ("one", "used", "fields", "when"),
    [
        (gauge(4, 10), Used(4, 100), {}, 1150),
        (gauge(4, 10), Used(2, 100), {}, 1300),
        (gauge(9, 10), Used(9, 100), {}, 1011),
        (gauge(10, 10), Used(10, 100), {}, None),
        (gauge(4, 10), Used(0, 100), {}, None),
        (gauge(4, 10), Used(4, 0), {}, None),
        (gauge(4, 10), Used(4, 100), {"state": "in_review"}, None),
        (gauge(4, 10, "seconds"), Used(), {}, 1006),
        (gauge(10, 10, "seconds"), Used(), {}, None),
        (gauge(5, 10, "tokens"), Used(0, 100, 5), {}, 1100),
        (gauge(5, 10, "rework"), Used(0, 100, rework=5), {}, None),
    ],
)
def test_when_a_limit_will_be_used_up_if_it_goes_on_so(
    one: Gauge, used: Used, fields: dict[str, str], when: int | None
) -> None:
    assert exhaustion(one, used, a_task(**{"state": "in_progress", **fields}), 1000) == when


def test_another_attempt_waits_twice_as_long_up_to_two_minutes() -> None:
    usual: dict[str, int] = {}
    assert [backoff(usual, n) for n in range(1, 10)] == [1, 2, 4, 8, 16, 32, 64, 120, 120]
    assert backoff(usual, 10**9) == 120
    assert [backoff({"base": 60, "factor": 3, "cap": 1000}, n) for n in range(1, 5)] == [
        60,
        180,
        540,
        1000,
    ]
    assert [backoff({"base": 0}, 5), backoff({"factor": 1}, 9)] == [0, 1]
    waiting = a_task(retry={"max": 3, "not_before": "2026-01-31T12:00:00Z"})
    noon = 1_769_860_800
    assert [waits(waiting, at) for at in (noon - 7, noon, noon + 7)] == [7, 0, 0]
    assert waits(a_task(), noon) == 0
    assert attempts(DEFAULT._replace(retry=3), a_task(retry={"max": 1})) == 1


def test_what_was_used_is_booked_for_what_moves_or_is_charged_while_it_is_open() -> None:
    usage = used_by(at=1_769_860_800, **{name: Used(n) for n, name in enumerate("abcdyz", 2)})
    fields: dict[str, Any] = {"budget": {"steps": 9}}
    before = ledger(*(a_task(name, **fields) for name in "abcyz"), done("d", **fields))
    after = before.evolve({"y": None}).put(
        a_task("a", state="blocked", **fields),
        a_task("c", owner="x", **fields),
        a_task("z", state="cancelled", **fields),
        a_task("0new"),
    )

    def marks(*charged: str) -> dict[str, int | None]:
        tasks = booked(before, after, lambda: usage, charged).tasks()
        return {one.id: one.spent.steps for one in tasks if one.spent.steps}

    assert marks() == {"a": 2, "z": 7}
    assert marks("b", "d", "x") == {"a": 2, "b": 3, "z": 7}


def test_calls_are_marked_only_where_the_format_has_them() -> None:
    usage = used_by(a=Used(2, calls=5))
    fields: dict[str, Any] = {"budget": {"steps": 9}}
    for format, calls in ((1, None), (2, 5)):
        law = DEFAULT._replace(format=format)
        before = ledger(a_task("a", **fields), policy=law)
        task = booked(before, before, lambda: usage, ["a"]).task("a")
        assert task is not None
        assert task.spent == Spent(steps=2, calls=calls)
    assert counts(DEFAULT, before, a_task("a", **fields))
    assert not counts(DEFAULT, before, a_task("x"))
    assert counts(DEFAULT, before, a_task("x", spent={"steps": 1}))


def test_an_attempt_waits_only_if_attempts_are_limited() -> None:
    usage = used_by(at=1_769_860_800)
    for policy, tries, when in (
        (DEFAULT, 2, None),
        (DEFAULT._replace(retry=9), 2, "2026-01-31T12:00:01Z"),
        (DEFAULT._replace(retry=9), 1, None),
    ):
        before = ledger(a_task(state="blocked"), policy=policy)
        after = before.put(a_task(**({"attempt": tries} if tries > 1 else {})))
        task = booked(before, after, lambda: usage).task("a")
        assert task is not None
        assert task.retry.not_before == when
        assert task.spent == Spent()


def test_a_budget_above_holds_whatever_is_above_that_and_by_its_own_scope() -> None:
    above = a_task("r", parent="gone", budget={"steps": 9, "scope": "attempt"})
    below = a_task("m", parent="r")
    found = limits(DEFAULT, ledger(above, below), below)
    assert [tuple(one) for one in found] == [("r", "steps", 9, False, True)]
