"""What words charge, how sums go together, and which limits hold: pure, by tables and properties."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task, done, ledger
from tkledger.core.budget import (
    attempts,
    booked,
    exhaustion,
    gauges,
    limits,
    pressing,
)
from tkledger.core.charges import Bill, bills, dollars, micro, unreadable
from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT
from tkledger.core.presets import PRESETS
from tkledger.core.task import Task
from tkledger.core.task_parts import Budget, Spent, Wait
from tkledger.core.usage import (
    NOTHING,
    Account,
    Activity,
    ChildEvent,
    Fact,
    Usage,
    Used,
    activity,
    beyond,
    covered,
    facts,
    marked,
    marks,
    outside,
)

WORDS = [
    ("fix it", ()),
    ("fix it\n\nTk-Task: a\n", (Bill("a", True),)),
    ("Tk-Task: a\nTk-Task: a\n", (Bill("a", True),)),
    ("x\n\nTk-Task: a\nTk-Tokens: 5\nTk-Cost: 0.25\n", (Bill("a", True, 5, 250_000),)),
    ("x\n\nTk-Tokens: 5\nTk-Task: a\n", (Bill("a", True, 5),)),
    ("x\n\nTk-Spend: a\nTk-Tokens-In: 5\nTk-Tokens-Out: 7\n", (Bill("a", False, 12),)),
    ("Tk-Task: a\nTk-Tokens: 1\n\n* two\n\nTk-Task: b\nTk-Tokens: 2\n", (Bill("a", True, 1), Bill("b", True, 2))),
    ("* one\n\nTk-Task: a\nTk-Tokens: 1\n* two\n\n  Tk-Task: a\n  Tk-Tokens: 2\n", (Bill("a", True, 3),)),
    ("Tk-Spend: a\nTk-Cost: 1\nTk-Task: a\n", (Bill("a", True, 0, 1_000_000),)),
    ("Tk-Task: a\nTk-Tokens: -5\n", (Bill("a", True),)),
    ("Tk-Calls: 3\nTk-Task: a\n  Tk-Calls: 4\n", (Bill("a", True, calls=7),)),
    ("Tk-Task: a\nTk-Spend: b\nTk-Calls: 1\n", (Bill("a", True), Bill("b", False, calls=1))),
    ("Tk-Task: a\nTk-Calls: -5\nTk-Calls: 1.5\nTk-Calls: 1e9\nTk-Calls: \u0663\n", (Bill("a", True),)),
    (f"Tk-Spend: a\nTk-Calls: {'9' * 15}\nTk-Calls: {'9' * 16}\n", (Bill("a", False, calls=10**15 - 1),)),
    ("Tk-Task: a\nTk-Tokens: 1e9\nTk-Cost: NaN\n", (Bill("a", True),)),
    ("Tk-Task a\nTk-Task:a\ntk-task: a\n", ()),
    ("XTk-Task: a\nTk-Task : a\n", ()),
    ("Tk-Tokens: 2\nTk-Cost: 1\nTk-Task: a\nTk-Task: b\n", (Bill("a", True, 2, 1_000_000), Bill("b", True))),
]  # fmt: skip


@pytest.mark.parametrize(("message", "expected"), WORDS)
def test_what_words_charge(message: str, expected: tuple[Bill, ...]) -> None:
    assert bills(message) == expected


def test_amounts_that_are_none_are_named() -> None:
    message = "Tk-Task: a\nTk-Tokens: -5\nTk-Cost: 0.25\nTk-Cost: much\n"
    assert list(unreadable(message)) == [("Tk-Tokens", "-5"), ("Tk-Cost", "much")]


@given(st.integers(0, 10**15))
def test_money_is_exact(amount: int) -> None:
    assert micro(dollars(amount)) == amount


spans = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted).map(tuple), max_size=9
)


@given(spans)
def test_overlapping_time_counts_once(some: list[tuple[int, int]]) -> None:
    seconds = {second for begin, end in some for second in range(begin, end)}
    assert covered(some) == len(seconds)


some_facts = st.lists(
    st.builds(
        Fact,
        st.uuids().map(str),
        st.just("a"),
        st.integers(1, 3),
        st.builds(
            Used,
            steps=st.integers(0, 1),
            tokens=st.integers(0, 9),
            cost=st.integers(0, 9),
            rework=st.integers(0, 1),
        ),
        st.none() | st.tuples(st.integers(0, 9), st.integers(10, 20)),
        st.none() | st.integers(0, 20),
        st.none() | st.builds(Used, steps=st.integers(0, 9)),
        worker=st.sampled_from(["", "ann", "ben"]),
        children=st.just(()) | st.just((ChildEvent(5, False, "b"), ChildEvent(7, True, "b"))),
    ),
    max_size=12,
)


@given(some_facts, some_facts, st.randoms(use_true_random=False))
def test_sums_do_not_depend_on_the_order_and_can_be_taken_back(
    kept: list[Fact], dropped: list[Fact], random: Any
) -> None:
    forwards, backwards, detour = Account(), Account(), Account()
    for fact in kept:
        forwards.add(fact)
    for fact in reversed(kept):
        backwards.add(fact)
    both = [*kept, *dropped]
    random.shuffle(both)
    for fact in both:
        detour.add(fact)
    for fact in dropped:
        detour.add(fact, -1)
    for attempt in (None, 1, 2, 3):
        keep = partial(lambda wanted, one: wanted in (None, one), attempt)
        assert forwards.used(keep) == backwards.used(keep) == detour.used(keep)
    for attempt in (1, 2, 3):
        task = a_task(attempt=attempt)
        sides = [
            Usage({"a": one}.get, lambda task: Activity(), 0)
            for one in (forwards, backwards, detour)
        ]
        expected = {one.worker for one in kept if one.worker and one.attempt >= attempt}
        assert [side.workers(task) for side in sides] == [expected] * 3
    accounts = (forwards, backwards, detour)
    for one in (*accounts, *(account.copy() for account in accounts)):
        wanted = {fact.commit: fact for fact in kept}
        assert one.entered == {
            key: fact.entered for key, fact in wanted.items() if fact.entered is not None
        }
        assert one.spans.keys() == {key for key, fact in wanted.items() if fact.span}
        assert one.lost.keys() == {key for key, fact in wanted.items() if fact.lost is not None}
        assert one.children.keys() == {key for key, fact in wanted.items() if fact.children}
    twin = forwards.copy()
    for fact in (*kept, *dropped):
        twin.add(fact)
    assert forwards.used() == backwards.used()
    assert (forwards.entered, forwards.spans) == (backwards.entered, backwards.spans)
    assert forwards.lost == backwards.lost


def test_what_a_commit_adds() -> None:
    todo, working = a_task(), a_task(state="in_progress")
    blocked = a_task(state="blocked", wait={"reason": "user"}, attempt=2)
    failed = blocked._replace(wait=Wait("failed"))
    activity = {"a": Activity(10, 2)}
    before = lambda task: activity.get(task, Activity())  # noqa: E731
    moved = [
        ((todo, working), Fact("c", "a", entered=30)),
        ((working, blocked), Fact("c", "a", span=(10, 30))),
        ((blocked, working), Fact("c", "a", 2, entered=30)),
        ((failed, working), Fact("c", "a", 2, used=Used(rework=1), entered=30)),
        ((a_task(state="in_review"), working), Fact("c", "a", used=Used(rework=1), entered=30)),
        ((None, working), Fact("c", "a", entered=30)),
    ]
    review, worked = a_task(state="in_review"), Fact("c", "a", span=(10, 30), worker="ann")
    for change, expected in moved:
        assert facts("c", 30, (), [change], before) == {"a": expected}
    assert facts("c", 30, (), [(working, review)], before, "ann") == {"a": worked}
    assert facts("c", 30, (), [(review, done("a"))], before, "ann") == {}
    assert facts("c", 30, [Bill("a", True, 5)], [], before) == {
        "a": Fact("c", "a", 2, Used(1, tokens=5)),
        "@": Fact("c", "@", 0, Used(1, tokens=5)),
    }
    several = facts("c", 7200, [Bill("a", True, 5), Bill("b", True, 1, 2, 3)], [], before, "a b")
    assert several["@"] == Fact("c", r"@a\u0020b", 2, Used(2, 0, 6, 2, 0, 3))
    assert [several[key].is_work for key in ("a", "b", "@")] == [True, True, False]
    assert facts("c", 30, [], [(todo, todo)], before) == {}
    never = lambda task: Activity()  # noqa: E731 - it was never seen to come into progress
    assert facts("c", 30, [], [(working, blocked)], never) == {}
    spent = [Bill("a", False, 5)]
    more = worked._replace(used=Used(tokens=5))
    ann = {"@": Fact("c", "@ann", 0, Used(tokens=5))}
    assert facts("c", 30, spent, [(working, review)], before, "ann") == {"a": more, **ann}
    alone = {"a": Fact("c", "a", 2, Used(tokens=5)), **ann}
    assert facts("c", 30, spent, [], before, "ann") == alone
    jump = facts("c", 30, [], [(first_try := a_task(), review)], never, "ann")
    assert (
        jump
        == {"a": Fact("c", "a", worker="ann")}
        == facts("c", 30, [], [(None, review)], never, "ann")
    )
    anew = facts("c", 30, [], [(first_try, a_task(state="in_review", attempt=2))], never, "ann")
    assert [(one.attempt, one.worker) for one in anew.values()] == [(1, "ann"), (2, "ann")]
    alone = facts("c", 30, [], [(working, review)], never, "ann")
    assert alone == {"a": Fact("c", "a", worker="ann")}
    first = a_task(state="blocked", wait={"reason": "user"})
    assert facts("c", 5, [], [(working, first)], before) == {"a": Fact("c", "a", span=(5, 5))}


def counted(*some: Fact, at: int = 0, activity: dict[str, Activity] | None = None) -> Usage:
    accounts: dict[str, Account] = {}
    for fact in some:
        accounts.setdefault(fact.task, Account()).add(fact)
    return Usage(accounts.get, lambda task: (activity or {}).get(task, Activity()), at)


def test_what_was_counted_never_falls_below_the_mark() -> None:
    task = a_task(spent={"steps": 5, "cost": "0.5"})
    usage = counted(Fact("1", "a", used=Used(steps=1, tokens=7)))
    assert usage.used(task) == Used(5, 0, 7, 500_000)


def test_a_task_in_progress_is_counted_up_to_now() -> None:
    usage = counted(Fact("1", "a", span=(0, 10)), at=60, activity={"a": Activity(40)})
    assert usage.used(a_task(state="in_progress")).seconds == 30
    assert usage.used(a_task(state="in_review")).seconds == 10


def test_the_parts_of_time_outside_of_other_time() -> None:
    assert list(outside([(0, 10)], [(0, 3), (5, 10)])) == [(3, 5)]
    assert list(outside([(3, 5)], [(5, 8), (0, 3)])) == [(3, 5)]
    assert list(outside([(3, 9), (4, 5)], [(6, 7), (1, 4)])) == [(4, 6), (7, 9), (4, 5)]
    assert list(outside([(3, 5)], [(3, 5)])) == []


def test_what_is_counted_at_all() -> None:
    account = Account()
    account.add(Fact("1", "a", used=Used(steps=1)))
    assert account.used().steps == 1
    going = counted(Fact("1", "a", used=Used(steps=1)), activity={"b": Activity(3)})
    assert [going.counted(one) for one in ("a", "b", "c")] == [True, True, False]
    assert NOTHING.at == 0
    assert not NOTHING.counted("a")


def test_an_attempt_by_itself() -> None:
    time = counted(Fact("1", "a", 1, span=(0, 5)), Fact("2", "a", 2, span=(10, 12)))
    assert time.used(a_task(attempt=2), attempt_only=True).seconds == 2
    assert time.used(a_task(attempt=2)).seconds == 7
    assert time.alone(a_task(attempt=2)) == ([(0, 5), (10, 12)], 0)
    assert time.alone(a_task(attempt=2), attempt_only=True) == ([(10, 12)], 0)
    usage = counted(Fact("1", "a", 1, used=Used(steps=4)), Fact("2", "a", 2, used=Used(steps=1)))
    task = a_task(attempt=2, spent={"steps": 5})
    assert usage.used(task).steps == 5
    assert usage.used(task, attempt_only=True).steps == 1


def test_what_a_rewriting_lost_stays_used_whatever_is_counted_later() -> None:
    lost = Fact("s", "a", lost=Used(steps=4))
    later = [Fact(str(n), "a", used=Used(steps=1)) for n in range(3)]
    task = a_task(spent={"steps": 5})
    assert counted(lost, later[0]).used(task).steps == 5
    assert counted(lost, *later).used(task).steps == 7
    other = Fact("t", "a", 2, lost=Used(steps=6))  # of two, the more: they may have lost the same
    assert counted(lost, other, *later).used(task).steps == 9
    again = a_task(attempt=2, spent={"steps": 5})
    assert counted(lost, *later).used(again, attempt_only=True).steps == 0


KINDS = [
    ("steps", 3, [Fact("1", "a", used=Used(steps=1))] * 3),
    ("seconds", 3, [Fact("1", "a", span=(0, 3))]),
    ("tokens", 3, [Fact("1", "a", used=Used(tokens=3))]),
    ("cost", 3_000_000, [Fact("1", "a", used=Used(cost=3_000_000))]),
    ("rework", 3, [Fact("1", "a", used=Used(rework=1))] * 3),
    ("calls", 3, [Fact("1", "a", used=Used(calls=2)), Fact("2", "a", used=Used(calls=1))]),
]


@pytest.mark.parametrize(("kind", "used", "some"), KINDS)
@pytest.mark.parametrize(("more", "exceeded"), [(1, False), (0, False), (-1, True)])
def test_more_than_the_limit_exceeds_it(
    kind: str, used: int, some: list[Fact], more: int, exceeded: bool
) -> None:
    unit = 1_000_000 if kind == "cost" else 1
    most = used + more * unit
    limit: int | str = dollars(most) if kind == "cost" else most
    task = a_task(budget={kind: limit})
    (gauge,) = gauges(DEFAULT, ledger(task), task, counted(*some))
    assert (gauge.limit.most, gauge.used, gauge.exceeded) == (most, used, exceeded)


def test_which_limits_hold() -> None:
    policy = DEFAULT._replace(
        budget=Budget(steps=50, seconds=9), budgets={"spike": Budget(steps=5, scope="attempt")}
    )
    root = a_task("r", budget={"steps": 100})
    middle = a_task("m", parent="r", type="spike")
    leaf = a_task("l", parent="m", budget={"tokens": 7})
    tasks = ledger(root, middle, leaf, policy=policy)
    held = lambda task: [tuple(one) for one in limits(policy, tasks, task)]  # noqa: E731
    assert held(root) == [("r", "steps", 100, False, False), ("r", "seconds", 9, True, False)]
    assert held(middle) == [
        ("m", "steps", 5, True, True),
        ("m", "seconds", 9, True, True),
        ("r", "steps", 100, False, False),
    ]
    assert held(leaf) == [
        ("l", "steps", 50, True, False),
        ("l", "seconds", 9, True, False),
        ("l", "tokens", 7, False, False),
        ("r", "steps", 100, False, False),
    ]


def test_an_ancestors_budget_covers_all_below_it() -> None:
    root = a_task("r", budget={"steps": 5})
    below = [
        a_task("m", parent="r"),
        a_task("l", parent="m", spent={"steps": 2}),
        done("d", parent="r"),
    ]
    some = [
        Fact("1", "m", used=Used(steps=1)),
        Fact("2", "d", used=Used(steps=1)),
        Fact("3", "r", used=Used(steps=1)),
    ]
    (gauge,) = gauges(DEFAULT, ledger(root, *below), below[1], counted(*some))
    assert (gauge.limit.holder, gauge.used) == ("r", 5)


def test_a_hostile_circle_of_parents_ends() -> None:
    one, other = a_task("a", parent="b", budget={"steps": 1}), a_task("b", parent="a")
    found = gauges(DEFAULT, ledger(one, other), other, counted(Fact("1", "b", used=Used(steps=1))))
    assert [gauge.used for gauge in found] == [1]


def test_what_is_pressing() -> None:
    task = a_task("a", state="in_progress", budget={"steps": 10, "tokens": 10})
    some = [Fact(str(n), "a", used=Used(steps=1)) for n in range(8)]
    assert not pressing(DEFAULT, ledger(task), lambda: counted(*some[1:]))
    assert pressing(DEFAULT, ledger(task), lambda: counted(*some))["a"].limit.kind == "steps"
    assert not pressing(DEFAULT, ledger(done("a")), lambda: counted(*some))


def test_when_a_limit_will_be_used_up() -> None:
    task = a_task("a", state="in_progress", budget={"steps": 10, "seconds": 100})
    usage = counted(
        *[Fact(str(n), "a", used=Used(steps=1)) for n in range(5)],
        at=50,
        activity={"a": Activity(0)},
    )
    steps, seconds = gauges(DEFAULT, ledger(task), task, usage)
    used = usage.used(task)
    assert exhaustion(steps, used, task, 50) == 50 + 50
    assert exhaustion(seconds, used, task, 50) == 50 + 50
    assert exhaustion(steps, used, a_task(), 50) is None


# -- what moves write down ------------------------------------------------------------------------


def after_move(before: Task, after: Task, usage: Usage, **more: Any) -> Task:
    policy = more.get("policy", DEFAULT)
    old, new = ledger(before, policy=policy), ledger(after, policy=policy)
    found = booked(old, new, lambda: usage).task("a")
    assert found is not None
    return found


def test_a_move_marks_what_was_used_where_somebody_counts() -> None:
    usage = counted(Fact("1", "a", used=Used(steps=2)), at=9, activity={"a": Activity(5)})
    working = a_task(state="in_progress", budget={"steps": 5})
    moved = after_move(working, working._replace(state=State.IN_REVIEW), usage)
    assert moved.spent == Spent(steps=2, seconds=4)
    free = a_task(state="in_progress")
    assert after_move(free, free._replace(state=State.IN_REVIEW), usage).spent == Spent()
    marked = free._replace(spent=Spent(tokens=3))
    assert after_move(marked, marked._replace(state=State.IN_REVIEW), usage).spent == Spent(2, 4, 3)


def test_another_attempt_waits_longer_each_time() -> None:
    blocked = a_task(state="blocked", wait={"reason": "failed"}, attempt=3, retry={"max": 9})
    moved = after_move(blocked, a_task(attempt=4, retry={"max": 9}), counted(at=1769860810))
    assert moved.retry == (9, "2026-01-31T12:00:14Z")


def test_attempts_are_limited_by_the_task_before_the_policy() -> None:
    policy = DEFAULT._replace(retry=3)
    assert [attempts(policy, a_task()), attempts(policy, a_task(retry={"max": 9}))] == [3, 9]
    assert attempts(DEFAULT, a_task()) is None


def test_nothing_is_limited_by_default_and_agents_are() -> None:
    assert not list(limits(DEFAULT, ledger(a_task()), a_task()))
    agents = PRESETS["agents"]
    found = {
        one.kind: one.most for one in limits(agents, ledger(a_task(), policy=agents), a_task())
    }
    assert found == {"steps": 50, "seconds": 1800, "rework": 5}
    assert NOTHING.used(a_task()) == Used()


@pytest.mark.parametrize(
    ("text", "amount"),
    [("0", 0), ("1", 1_000_000), ("1.0", 1_000_000), ("0.000001", 1), ("12.5", 12_500_000)],
)
def test_an_amount_is_counted_in_millionths(text: str, amount: int) -> None:
    assert micro(text) == amount
    assert micro(dollars(amount)) == amount


def test_marks_are_amounts_and_back() -> None:
    used, spent = Used(1, 2, 3, 4_500_000, 5, 6), Spent(1, 2, 3, "4.5", 5, 6)
    assert (marked(spent), marks(used)) == (used, spent)
    assert (marked(Spent()), marks(Used())) == (Used(), Spent())


def test_what_marks_say_beyond_what_was_counted() -> None:
    task = a_task(spent={"steps": 5, "tokens": 1})
    assert beyond(task, Used(3, 9, 0)) == Used(2, 0, 1)
    assert beyond(task, Used(5, 0, 1)) is None
    assert activity(None, 7) == (None, 1)
    assert activity(a_task(state="in_progress", attempt=3), 7) == (7, 3)
    assert activity(a_task(attempt=3), 7) == (None, 3)
