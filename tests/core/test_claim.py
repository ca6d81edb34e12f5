"""A claim as text, and what moves do to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task
from tkledger.core import claim as claims
from tkledger.core.claim import Claim, Effect, is_work
from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT
from tkledger.core.policy_fields import policy
from tkledger.core.task import changed

CLAIM = Claim("a", "agent 1", "refs/heads/tk/a", "refs/heads/main", 3600, "0123456789abcdef")

words = st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1, max_size=9)


@given(
    words, st.integers(0, 10**6), st.integers(1, 99), st.booleans(), st.sampled_from(["", "done"])
)
def test_a_claim_is_read_as_it_was_written(
    holder: str, ttl: int, epoch: int, flag: bool, final: str
) -> None:
    one = CLAIM._replace(
        holder=holder, ttl=ttl, epoch=epoch, reserved=flag, released=not flag, final=final
    )
    assert claims.parsed("a", claims.message(one)) == one


@pytest.mark.parametrize(
    "text",
    [
        *("", "hello", "task: a\nholder: x\n", claims.message(CLAIM).replace("3600", "soon")),
        *(claims.message(CLAIM) + twice for twice in ("holder: eve\n", "task: b\n")),
    ],
)
def test_what_is_no_claim_is_nobody_s_and_has_run_out(text: str) -> None:
    one = claims.parsed("a", text)
    assert (one.task, one.holder, one.ttl) == ("a", claims.UNREADABLE, 0)


@pytest.mark.parametrize(
    ("change", "worked", "base", "says", "becomes"),
    [
        ({}, "in_progress", "todo", "", {}),
        ({}, "in_review", None, "", {}),
        ({}, None, None, "", {}),
        ({}, "todo", "todo", "is held by agent 1, but is todo on tk/a", None),
        ({"reserved": True}, "todo", "todo", "", {}),
        ({"released": True}, "done", "done", "", {}),
        ({}, "done", "todo", "is held by agent 1, but is done on tk/a", {"final": "done"}),
        ({}, "in_progress", "done", "is held by agent 1, but is done on main", None),
        ({}, None, "cancelled", "is held by agent 1, but is cancelled on main", None),
        ({"final": "done"}, "done", "todo", "", {}),
        ({"final": "done"}, None, "todo", "", {}),
        ({"final": "done"}, "in_progress", "done", "", {}),
        (
            {"final": "done"},
            "in_review",
            "todo",
            "says that it is done, but it is in_review on tk/a",
            {"final": ""},
        ),
    ],
)
def test_a_claim_and_its_task_agree(
    change: dict[str, Any],
    worked: str | None,
    base: str | None,
    says: str,
    becomes: dict[str, Any] | None,
) -> None:
    one = CLAIM._replace(**change)
    tasks = [changed(a_task("a"), state=State(one)) if one else None for one in (worked, base)]
    found = claims.stray(one, *tasks, committed=True)
    assert (found.fact if found else "") == says
    if found:
        assert found.claim == (None if becomes is None else one._replace(**becomes))
    later = claims.stray(one, *tasks, committed=False)
    assert later == (None if worked == "todo" and says else found), "no start to be seen yet"


@pytest.mark.parametrize(
    ("before", "after", "effect", "work"),
    [
        ("todo", "in_progress", Effect.TAKE, True),
        ("blocked", "in_progress", Effect.TAKE, True),
        ("in_review", "in_progress", Effect.KEEP, False),
        ("in_progress", "in_review", Effect.KEEP, True),
        ("in_progress", "done", Effect.FINISH, True),
        ("in_review", "done", Effect.FINISH, False),
        ("in_progress", "cancelled", Effect.FINISH, True),
        ("in_progress", "blocked", Effect.RELEASE, True),
        ("in_review", "blocked", Effect.RELEASE, False),
        ("blocked", "todo", Effect.RELEASE, False),
        ("todo", "todo", Effect.KEEP, False),
    ],
)
def test_what_a_move_does_to_a_claim(before: str, after: str, effect: Effect, work: bool) -> None:
    old, new = a_task("a", state=before), a_task("a", state=after)
    assert claims.effect(old, new, "bob") is effect
    assert is_work(old, new) is work


@pytest.mark.parametrize(
    ("state", "owner", "effect"),
    [
        ("in_progress", "bob", Effect.TAKE),
        ("in_progress", "ann", Effect.KEEP),
        ("in_progress", "cat", Effect.KEEP),
        ("in_progress", None, Effect.KEEP),
        ("in_review", "bob", Effect.KEEP),
        ("todo", "bob", Effect.KEEP),
    ],
)
def test_who_becomes_the_owner_of_work_takes_its_claim(
    state: str, owner: str | None, effect: Effect
) -> None:
    old = a_task("a", state=state, owner="ann")
    assert claims.effect(old, changed(old, owner=owner), "bob") is effect


def test_a_new_task_has_no_claim() -> None:
    for state in State:
        assert claims.effect(None, a_task("a", state=state.value), "bob") is Effect.KEEP


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [
        (None, ("in_progress", "ann"), True),
        (None, ("todo", "ann"), False),
        (("todo", "bob"), ("in_progress", "bob"), True),
        (("blocked", "ann"), ("in_progress", "ann"), True),
        (("in_review", "ann"), ("in_progress", "ann"), False),
        (("in_review", "bob"), ("in_progress", "ann"), False),
        (("in_progress", "bob"), ("in_progress", "ann"), True),
        (("in_progress", "bob"), ("in_progress", "ann@x"), True),
        (("in_progress", "bob"), ("in_progress", "eve"), False),
        (("in_progress", "ann"), ("in_progress", "ann"), False),
        (("in_progress", "bob"), ("in_progress", None), False),
        (("in_progress", "bob"), ("in_review", "ann"), False),
    ],
)
def test_who_takes_work_up(
    before: tuple[str, str] | None, after: tuple[str, str | None], taken: bool
) -> None:
    known = policy({"actors": {"ann@x": "ann"}})
    old = a_task("a", state=before[0], owner=before[1]) if before else None
    new = a_task("a", state=after[0], owner=after[1])
    assert claims.takes_up(old, new, "ann", known) is taken


@pytest.mark.parametrize("state", State)
def test_in_which_states_a_task_is_worked_on_and_whose_it_is(state: State) -> None:
    one = a_task("a", state=state.value, owner="bob")
    assert claims.is_open(one) is (state is State.IN_PROGRESS)
    assert claims.is_active(one) is (state in (State.IN_PROGRESS, State.IN_REVIEW))
    waits = state in (State.BACKLOG, State.TODO)
    assert claims.assignee(DEFAULT, "ann", one) == ("bob" if waits else "")
    assert claims.assignee(DEFAULT, "bob", one) == ""
    nothing = (claims.is_open(None), claims.is_active(None), claims.assignee(DEFAULT, "ann", None))
    assert nothing == (False, False, "")


def test_the_way_on_from_another_s_task() -> None:
    assert claims.UNREADABLE == "an unknown actor"
    way = "tk next, or if its work has ended: tk start a --take"
    assert claims.way_to_take("a") == way
    assert claims.way_to_take("a", "now").endswith("or now: tk start a --take")


@pytest.mark.parametrize(
    ("fields", "work"),
    [
        ({"owner": "b"}, True),
        ({"attempt": 2}, True),
        ({"spent": {"steps": 1}}, False),
        ({"notes": ["well"]}, False),
        ({"priority": 0}, False),
        ({"budget": {"steps": 9}}, False),
    ],
)
def test_which_fields_are_the_holder_s(fields: dict[str, object], work: bool) -> None:
    task = a_task("a", state="in_progress")
    assert is_work(task, changed(task, **fields)) is work


def test_every_state_has_its_effect() -> None:
    for state in State:
        if state is not State.BACKLOG:
            assert claims.effect(
                a_task("a", state="backlog"), a_task("a", state=state.value), "bob"
            )


GIVEN = """\
tk: claim a

task: a
holder: agent 1
branch: refs/heads/tk/a
base: refs/heads/main
ttl: 3600
nonce: 0123456789abcdef
epoch: 1
"""


def test_a_claim_is_written_so_and_what_is_not_the_case_is_left_out() -> None:
    assert claims.message(CLAIM) == GIVEN
    ended = CLAIM._replace(epoch=2, reserved=True, released=True, final="done")
    more = "epoch: 2\nreserved: True\nreleased: True\nfinal: done\n"
    assert claims.message(ended) == GIVEN.replace("epoch: 1\n", more)
    longer = CLAIM._replace(ttl=claims.LONGEST_LEASE + 1)
    assert f"ttl: {30 * 24 * 3600}\n" in claims.message(longer)
    assert (longer.lease, CLAIM.lease) == (30 * 24 * 3600, 3600)
    assert not claims.is_readable(longer)
    assert claims.is_readable(CLAIM)
    assert not claims.is_readable(CLAIM._replace(branch="main"))


@pytest.mark.parametrize(
    ("name", "values", "readable"),
    [
        ("task", ["a", "b"], True),
        ("task", ["A", "a b", "config"], False),
        ("holder", ["eve <eve@example.org>", "x: y"], True),
        ("holder", [" eve", "a\tb", ""], False),
        ("branch", ["HEAD", "refs/heads/x", "refs/heads/a/b"], True),
        ("branch", ["main", "head", "refs/tags/x", "refs/heads/", "refs/heads/a..b"], False),
        ("base", ["HEAD", "refs/heads/x"], True),
        ("base", ["main", "refs/heads/-x"], False),
        ("ttl", ["0", "1", "9007199254740991"], True),
        ("ttl", ["-1", "01", "1.0", "", "9007199254740992", "1" * 20], False),
        ("nonce", ["x"], True),
        ("nonce", ["", " x"], False),
        ("epoch", ["1", "2"], True),
        ("epoch", ["0", "-1", "one", "+1"], False),
    ],
)
def test_which_values_of_a_claim_are_read(name: str, values: list[str], readable: bool) -> None:
    for value in values:
        was = f"{name}: {getattr(CLAIM, name)}\n"
        one = claims.parsed("a", GIVEN.replace(was, f"{name}: {value}\n", 1))
        assert (one.holder != claims.UNREADABLE) is readable, value
        if readable:
            assert str(getattr(one, name)) == value
        gone = claims.parsed("a", GIVEN.replace(was, "", 1))
        assert gone == ("a", claims.UNREADABLE, "", "", 0, "", 1, False, False, "")


@pytest.mark.parametrize("state", [*(one.value for one in State), "gone", ""])
def test_a_claim_ends_in_a_state(state: str) -> None:
    one = claims.parsed("a", f"{GIVEN}final: {state}\nand a line without a value\n")
    known = state in {one.value for one in State}
    assert (one.holder, one.final) == (("agent 1", state) if known else (claims.UNREADABLE, ""))


def test_a_claim_is_held_until_it_is_given_back_or_at_its_end() -> None:
    assert claims.is_held(CLAIM)
    assert not claims.is_held(CLAIM._replace(released=True))
    assert not claims.is_held(CLAIM._replace(final="done"))
    read = claims.parsed("a", GIVEN + "reserved: yes\nreleased: yes\n")
    assert (read.reserved, read.released) == (True, True)
