"""Whatever two ledgers may be, the gate answers; and what the verbs propose legally it accepts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task, ledger
from tests.support.strategies import FEW_IDS, ledgers, policy_values, tasks
from tkledger.core.change import Change, Refused, change
from tkledger.core.lifecycle import TARGETS, Event, State
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.rules import RULES, judge
from tkledger.core.snapshot import Snapshot, touched
from tkledger.core.task import Task
from tkledger.core.task_parts import Wait
from tkledger.verbs import fields
from tkledger.verbs.moves import moved

BY_CODE = {rule.code: rule for rule in RULES}

changes = st.builds(
    change,
    st.lists(ledgers(), max_size=3).map(tuple),
    ledgers(),
    bases=st.lists(ledgers(), max_size=2).map(tuple),
    policy=st.none() | policy_values,
)


@given(changes)
def test_judge_answers_whatever_the_change(one: Change) -> None:
    found = judge(one)
    assert list(found) == sorted(set(found))
    for violation in found:
        assert violation.name == BY_CODE[violation.code].name
        assert violation.task
        assert violation.message
        assert violation.remedy


@given(changes, st.randoms(use_true_random=False))
def test_the_verdict_does_not_depend_on_any_order(one: Change, random: Any) -> None:
    def shuffled(snapshot: Snapshot) -> Snapshot:
        entries = list(snapshot.entries.items())
        random.shuffle(entries)
        return Snapshot(dict(entries), snapshot.policy)

    again = change(
        tuple(shuffled(parent) for parent in one.parents),
        shuffled(one.after),
        bases=tuple(shuffled(base) for base in one.bases),
        policy=one.policy,
    )
    rules = random.sample(RULES, len(RULES))
    assert judge(again, tuple(rules)) == judge(one)


@given(ledgers())
def test_what_stands_in_every_parent_is_no_violation(one: Snapshot) -> None:
    assert judge(change((one,), one)) == ()
    assert judge(change((one, one), one, bases=(one,))) == ()


@given(ledgers(), ledgers())
def test_touched_is_what_differs(before: Snapshot, after: Snapshot) -> None:
    everywhere = before.entries.keys() | after.entries.keys()
    assert touched((before,), after) == {
        key for key in everywhere if before.entry(key) != after.entry(key)
    }
    assert touched((before, after), after) == touched((before,), after)


few = st.sampled_from(FEW_IDS)


@given(ledgers(), st.lists(st.lists(tasks(few, few), max_size=2) | few, max_size=4))
def test_an_evolved_ledger_knows_its_children_as_a_new_one_does(
    one: Snapshot, steps: list[list[Task] | str]
) -> None:
    one.children("a")
    for step in steps:
        one = one.evolve({step: None}) if isinstance(step, str) else one.put(*step)
        fresh = Snapshot(dict(one.entries), one.policy)
        for name in FEW_IDS:
            assert one.children(name) == fresh.children(name)
            assert list(one.descendants(name)) == list(fresh.descendants(name))


def test_a_child_hung_in_later_stands_in_its_place() -> None:
    one = ledger(a_task("p"), a_task("q"), a_task("b", parent="p"), a_task("d", parent="p"))
    assert one.children("p") == ("b", "d")
    more = one.put(a_task("a", parent="p"), a_task("c", parent="p"))
    assert more.children("p") == ("a", "b", "c", "d")
    moved = more.put(a_task("b", parent="q"), a_task("d"))
    assert (moved.children("p"), moved.children("q")) == (("a", "c"), ("b",))
    assert one.children("p") == ("b", "d")


def _propose(ledger_: Snapshot, one: Task, event: Event) -> Snapshot:
    return moved(ledger_, one, event, actor="me", reason="other", text="words")


policies = st.sampled_from(
    [
        DEFAULT,
        DEFAULT._replace(review="required"),
        DEFAULT._replace(squash="path"),
        DEFAULT._replace(forbid=("todo->cancelled", "blocked->in_progress")),
    ]
)


@given(policies, st.sampled_from(["todo", "backlog"]), st.data())
def test_a_walk_along_legal_events_is_accepted_at_every_step(
    policy: Policy, birth: str, data: st.DataObject
) -> None:
    before = ledger(policy=policy)
    after = before.put(a_task(title="t", state=birth))
    for _ in range(8):
        assert judge(change((before,), after)) == ()
        one = after.task("a")
        assert one is not None
        legal = policy.lifecycle.legal_events(one.state)
        if not legal:
            assert one.ended
            break
        edge = data.draw(st.sampled_from(legal))
        before, after = after, _propose(after, one, edge.event)
        moved = after.task("a")
        assert moved is not None
        assert moved.state is edge.target


@pytest.mark.parametrize("state", list(State), ids=str)
@pytest.mark.parametrize("event", list(TARGETS), ids=str)
def test_a_verb_is_refused_at_once_where_it_does_not_begin(event: Event, state: State) -> None:
    wait = {"wait": {"reason": "user"}} if state is State.BLOCKED else {}
    one = a_task(state=state.value, **wait)
    here = ledger(one)
    begins = {edge.event for edge in DEFAULT.lifecycle.legal_events(state)}
    if event in begins:
        assert judge(change((here,), _propose(here, one, event))) == ()
        return
    with pytest.raises(Refused) as caught:
        _propose(here, one, event)
    (violation,) = caught.value.violations
    assert (violation.task, violation.code, violation.name) == ("a", "TK201", "illegal-transition")
    assert violation.remedy


def _moved(event: Event, before: Task, **words: Any) -> Task:
    here = ledger(before)
    after = moved(here, before, event, actor="me", **words).task(before.id)
    assert after is not None
    return after


def test_start_makes_the_actor_the_owner_and_requeue_clears_it() -> None:
    begun = _moved(Event.START, a_task(owner="somebody"))
    assert begun.owner == "me"
    blocked = _moved(Event.BLOCK, begun, reason="user", text="which key?")
    assert (blocked.owner, blocked.wait) == ("me", Wait("user", "which key?"))
    back = _moved(Event.REQUEUE, blocked)
    assert (back.owner, back.tries, any(back.wait)) == (None, 2, False)


def test_a_failure_is_written_as_wait_and_error() -> None:
    blocked = _moved(Event.BLOCK, a_task(), reason="failed", text="no disk")
    assert blocked.wait.reason == "failed"
    assert blocked.error.message == "no disk"
    assert blocked.notes == ()


def test_words_of_other_moves_are_notes() -> None:
    begun = _moved(Event.START, a_task(notes=["first"]), text="on it")
    assert begun.notes == ("first", "on it")
    assert _moved(Event.FINISH, begun, resolution="no_pr").resolution == "no_pr"


def test_a_note_and_an_edit_leave_all_else_as_it_was() -> None:
    one = a_task(owner="x", labels=["l"])
    here = ledger(one)
    assert fields.note(here, {"id": "a", "message": "n"}, "me").ledger.task("a") == one._replace(
        notes=("n",)
    )
    assert fields.edit(here, {"id": "a", "owner": ""}, "me").ledger.task("a") == one._replace(
        owner=None
    )
    assert here.task("a") == one
