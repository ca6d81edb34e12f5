"""What a change of the policy loosens, field by field: each way once, and the way back, which tightens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.public_keys import ANN, BOB
from tkledger.core.guard import next_policy
from tkledger.core.loosening import is_bound, keepers, loosened, other_keepers, who_is_bound
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.policy_fields import policy

OID, LATER = "a" * 40, "b" * 40
KING = {"roles": {"policy": ["king"]}}
DONE = {"state": ["done"]}


def guarded(**asked: Any) -> dict[str, Any]:
    return {"g": {**DONE, **asked}}


def gated(**more: Any) -> dict[str, Any]:
    return {"g": {"run": "make", **more}}


def may(**allowed: list[str]) -> dict[str, Any]:
    return {"bot-*": allowed}


# field: strict, loose, the words that tell the way there, those that tell the way back (none: it tightens)
ROWS: dict[str, list[tuple[Any, Any, list[str], list[str]]]] = {
    "version": [(1, 2, [], [])],
    "format": [(1, 2, [], [])],
    "law": [(1, 2, ["law changes"], ["law changes"])],
    "prefix": [("tk", "job", [], [])],
    "layout": [],
    "squash": [("refuse", "path", ["squash refuse -> path"], [])],
    "review": [("required", "optional", ["review required -> optional"], [])],
    "forbid": [(["todo->cancelled"], [], ["forbid without todo->cancelled"], [])],
    "depth": [(3, 4, ["depth 3 -> 4"], [])],
    "children": [(3, 4, ["children 3 -> 4"], []), (3, None, ["children 3 -> no limit"], [])],
    "chain": [(3, None, ["chain 3 -> no limit"], [])],
    "discovered": [(3, None, ["discovered 3 -> no limit"], [])],
    "loops": [
        ({"identity": "refuse"}, {"identity": "warn"}, ["loops.identity refuse -> warn"], []),
        ({"identity": "warn"}, {}, ["loops.identity warn -> none"], []),
        ({}, {"chain": "warn"}, ["loops.chain refuse -> warn"], []),
        ({"chain": "refuse"}, {}, [], []),
        ({}, {"repeats": "warn"}, ["loops.repeats refuse -> warn"], []),
    ],
    "budget": [
        ({"steps": 3}, {"steps": 4}, ["the limit of steps: 3 -> 4"], []),
        ({"steps": 3}, {}, ["the limit of steps: 3 -> none"], []),
        ({"steps": 3}, {"steps": 3, "scope": "attempt"}, ["the limits count each attempt alone"], []),
    ],
    "budgets": [
        ({"bug": {"steps": 3}}, {"bug": {"steps": 4}}, ["the limit of steps of bug: 3 -> 4"], []),
        ({"bug": {"steps": 3}}, {}, ["the limit of steps of bug: 3 -> none"], []),
    ],
    "warn_at": [(1, 100, [], [])],
    "repeats": [(3, 4, ["repeats 3 -> 4"], []), (3, None, ["repeats 3 -> no limit"], [])],
    "artifact_size": [(3, None, ["artifact_size 3 -> no limit"], [])],
    "backoff": [
        ({"base": 2}, {}, ["backoff is shorter"], []),
        ({"factor": 3}, {"factor": 3, "cap": 60}, ["backoff is shorter"], []),
        ({"base": 60, "factor": 1}, {}, *[["backoff is shorter"]] * 2),
    ],
    "retry_on": [
        (["timeout"], ["limit", "timeout"], ["retry_on with limit"], []),
        ([], ["permanent"], ["retry_on with permanent"],
         [f"retry_on with {kind}" for kind in ("cancelled", "input", "limit", "timeout", "transient")]),
    ],
    "retry": [(3, None, ["retry 3 -> no limit"], [])],
    "roles": [
        ({"budget": ["a"]}, {"budget": ["a", "b"]}, ["roles.budget with b"], []),
        ({"budget": ["a"]}, {}, ["roles.budget is gone: anyone may raise limits"], []),
        ({"budget": ["a"]}, {"budget": ["b"]}, ["roles.budget with b"], ["roles.budget with a"]),
        ({}, {"override": ["a"]}, ["roles.override with a"], []),
        ({"lead": ["a-*"]}, {"lead": ["a-*", "a-1"]}, [], []),
        ({"lead": ["a-1"]}, {"lead": ["a-*"]}, ["roles.lead with a-*"], []),
        ({"policy": ["a"]}, {"policy": ["a", "b"]}, ["roles.policy a -> a, b"], ["roles.policy a, b -> a"]),
        ({"agents": ["a"]}, {}, ["roles.agents a -> none"], ["roles.agents none -> a"]),
    ],
    "attribution": [("required", "optional", ["attribution required -> optional"], [])],
    "claims": [
        ("required", "remote", ["claims required -> remote"], []),
        ("remote", "local", ["claims remote -> local"], []),
    ],
    "lease": [(60, 90, [], [])],
    "wip_actor": [(1, 2, ["wip_actor 1 -> 2"], [])],
    "wip_total": [(1, None, ["wip_total 1 -> no limit"], [])],
    "failures": [(1, 2, ["failures 1 -> 2"], [])],
    "protected": [(["main"], [], ["protected without main"], [])],
    "actors": [({}, {"a@x": "a"}, ["actors changes"], ["actors changes"])],
    "approvals": [
        ({"count": 2}, {"count": 1}, ["approvals count 2 -> 1"], []),
        ({"count": 2}, {}, ["approvals count 2 -> none"], []),
        ({"score": "7"}, {"score": "6.5"}, ["approvals score 7 -> 6.5"], []),
        ({"role": "a"}, {"role": "b"}, ["approvals role a -> b"], ["approvals role b -> a"]),
        ({"independent": True}, {}, ["approvals independent true -> none"], []),
    ],
    "admission": [
        ("required", "agents", ["admission required -> agents"], []),
        ("agents", "off", ["admission agents -> off"], []),
    ],
    "spec": [("frozen", "free", ["spec frozen -> free"], [])],
    "types": [((), ("bug",), ["types changes"], ["types changes"])],
    "prices": [({}, {"m": {"input": "1"}}, ["prices changes"], ["prices changes"])],
    "guards": [
        (guarded(approvals=2), guarded(approvals=1), ["guards.g approvals 2 -> 1"], []),
        (guarded(criteria="met"), guarded(), ["guards.g criteria met -> none"], []),
        (guarded(evidence=["a", "b"]), guarded(evidence=["a"]), ["guards.g evidence without b"], []),
        (guarded(signed=True), guarded(), ["guards.g signed true -> none"], []),
        (guarded(), guarded(attempt=2), ["guards.g attempt 1 -> 2"], []),
        (guarded(attempt=1), guarded(), [], []),
        (guarded(attempt=2), guarded(attempt=3), ["guards.g attempt 2 -> 3"], []),
        (guarded(), {}, ["guards.g is gone"], []),
        (guarded(role="lead"), guarded(), ["guards.g role lead -> none"], []),
        (guarded(role="a"), guarded(role="b"), ["guards.g role a -> b"], ["guards.g role b -> a"]),
        (guarded(fields=["pr"]), guarded(), ["guards.g fields without pr"], []),
        (guarded(concerns="settled"), guarded(), ["guards.g concerns settled -> none"], []),
        (guarded(), guarded(type=["bug"]), ["guards.g type any -> bug"], []),
        (guarded(type=["bug", "chore"]), guarded(type=["bug"]), ["guards.g type bug, chore -> bug"], []),
        (guarded(label=["x"]), guarded(label=["y"]), ["guards.g label x -> y"], ["guards.g label y -> x"]),
        ({"g": {"state": ["done", "todo"]}}, guarded(), ["guards.g state without todo"], []),
    ],
    "gates": [
        (gated(), {}, ["gates.g is gone"], []),
        (gated(), gated(run="true"), ["gates.g run make -> true"], ["gates.g run true -> make"]),
        (gated(state=["done"]), gated(), ["gates.g state without done"], []),
        (gated(), gated(type=["bug"]), ["gates.g type any -> bug"], []),
        (gated(role="ci"), gated(), ["gates.g role ci -> none"], []),
        (gated(timeout=60), gated(timeout=90), ["gates.g timeout 60 -> 90"], []),
    ],
    "may": [
        (may(verbs=["note"]), {}, ["may.bot-* is gone"], []),
        (may(verbs=["note"]), may(paths=["x"]), ["may.bot-* verbs note -> any"], ["may.bot-* paths x -> any"]),
        (may(verbs=["note"]), may(verbs=["done", "note"]), ["may.bot-* verbs with done"], []),
        (may(paths=["src/*"]), may(paths=["src/*", "x"]), ["may.bot-* paths with x"], []),
        (may(paths=["src/*"]), may(paths=["src/a/*"]), [], ["may.bot-* paths with src/*"]),
    ],
    "keys": [
        ({"a": [ANN]}, {"a": [ANN, BOB]}, ["keys.a has another key"], []),
        ({}, {"a": [ANN]}, ["keys.a has another key"], []),
        (
            {"a": [ANN, BOB], "b": [BOB]},
            {"a": [ANN]},
            ["keys.a without the key by which a, b count as one"],
            ["keys.a has another key", "keys.b has another key"],
        ),
    ],
    "proof": [
        ("pusher", "name", ["proof pusher -> name"], []),
        ("pusher", "signature", ["proof pusher -> signature"], ["proof signature -> pusher"]),
    ],
    "proposal": [],
    "reservations": [("refuse", "warn", ["reservations refuse -> warn"], [])],
    "quotas": [({}, {"a": {"calls": 1}}, ["quotas changes"], ["quotas changes"])],
    "rates": [({}, {"a": "1/h"}, ["rates changes"], ["rates changes"])],
    "pushers": [({}, {"a": ["b"]}, ["pushers changes"], ["pushers changes"])],
    "shared_login": [("one", "independent", ["shared_login one -> independent"], [])],
    "subject": [("tk: {subject}", "{subject}", [], [])],
    "accepted": [({}, {OID: "so"}, ["accepted with aaaaaaaaaa"], [])],
}  # fmt: skip
LAYOUTS_AND_PROPOSALS = ("layout", "proposal")
"""There is one layout; what is proposed is told apart below."""


def test_every_field_has_its_rows() -> None:
    assert set(ROWS) == set(Policy._fields)
    assert [name for name, rows in ROWS.items() if not rows] == [*LAYOUTS_AND_PROPOSALS]


@pytest.mark.parametrize("field", ROWS)
def test_what_loosens_a_field_is_told_and_what_tightens_it_is_not(field: str) -> None:
    for strict, loose, there, back in ROWS[field]:
        one, other = (policy({field: value, "version": 3} if field != "version" else {field: value})
                      for value in (strict, loose))  # fmt: skip
        assert loosened(one, other) == there
        assert loosened(other, one) == back
        assert loosened(one, one) == []


def test_limits_count_as_they_hold_for_a_type() -> None:
    general = policy({"budget": {"steps": 3}})
    own = policy({"budget": {"steps": 3}, "budgets": {"bug": {"steps": 5}}})
    assert loosened(general, own) == ["the limit of steps of bug: 3 -> 5"]
    assert loosened(own, general) == []
    both = policy({"budget": {"steps": 4}, "budgets": {"bug": {"steps": 5}}})
    assert loosened(own, both) == ["the limit of steps: 3 -> 4"]


def test_a_proposal_loosens_nothing_until_it_is_in_force() -> None:
    later = policy({"depth": 90, "version": 3})
    held = DEFAULT._replace(version=2, proposal=next_policy({"by": "a", "policy": later}))
    assert loosened(DEFAULT, held) == []
    assert loosened(held, later) == ["depth 10 -> 90"]


def test_several_are_told_in_the_order_of_the_fields() -> None:
    strict = policy({"depth": 3, "review": "required", "protected": ["main"]})
    assert loosened(strict, DEFAULT) == [
        "review required -> optional",
        "depth 3 -> 10",
        "protected without main",
    ]


@pytest.mark.parametrize(
    ("roles", "actors", "named", "bound"),
    [
        ([], {}, [], False),
        (["a"], {}, ["a"], False),
        (["a", "b"], {}, ["a", "b"], True),
        (["a", "b"], {"b": "a"}, ["a"], False),
        (["admin-*"], {}, ["admin-*"], True),
    ],
)
def test_who_keeps_a_policy(
    roles: list[str], actors: dict[str, str], named: list[str], bound: bool
) -> None:
    found = policy({"roles": {"policy": roles} if roles else {}, "actors": actors})
    assert (keepers(found), is_bound(found)) == (named, bound)


def test_what_is_said_of_keepers() -> None:
    assert who_is_bound(DEFAULT) == ""
    free = policy({"approvals": {"independent": True}})
    assert who_is_bound(free).startswith("anyone may change the policy")
    one, two = (policy({"roles": {"policy": names}}) for names in (["a b"], ["a", "b"]))
    assert who_is_bound(one) == (
        "a b is not bound by the policy, which it may loosen alone; with another: "
        "tk config set roles.policy 'a b' OTHER"
    )
    assert who_is_bound(two) == "a, b: what loosens the policy takes two of them"
    assert [other_keepers(two, actor) for actor in ("a", "b", "c")] == [["b"], ["a"], ["a", "b"]]
    assert other_keepers(one, "a b") == []


def test_keepers_of_one_login_are_one() -> None:
    desk = {"proof": "pusher", "pushers": {"desk": ["a", "b"]}}
    two, three = (
        policy({**desk, "roles": {"policy": names}}) for names in (["a", "b"], ["a", "b", "c"])
    )
    assert not is_bound(two)
    assert is_bound(two._replace(proof="name"))
    assert is_bound(two._replace(shared_login="independent"))
    assert is_bound(three)
    assert other_keepers(three, "a") == other_keepers(three, "b") == ["c"]
    assert other_keepers(three, "a", "c") == []
