"""Each field of a policy: its default, what it takes at its edges, what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.public_keys import ANN, BOB, GPG, OF_GPG, OF_SSH
from tkledger.core.field import FieldError
from tkledger.core.guard import Allowance, Gate, Guard, NextPolicy
from tkledger.core.keyring import keys_of, shared_by, signing_keepers, signing_with
from tkledger.core.lifecycle import State
from tkledger.core.pattern import fits
from tkledger.core.policy import DEFAULT, PRESET_NAMES, Approvals, Policy
from tkledger.core.policy_fields import FIELDS, TooNew, changed, policy
from tkledger.core.policy_merge import joined
from tkledger.core.presets import PRESETS
from tkledger.core.prices import Price
from tkledger.core.quota import Quota
from tkledger.core.roles import holders, is_keeper
from tkledger.core.task_parts import Budget

OID, LONG = "a" * 40, "0123456789abcdef" * 4

HELD = {"by": "a", "policy": DEFAULT._replace(proposal=NextPolicy("a", DEFAULT))}
VALUES: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "version": (1, [1, 7], [0, "x"]),
    "format": (2, [1, 2], [0]),
    "law": (2, [1, 2], [0]),
    "prefix": ("tk", ["a", "0_9", "a" * 16], ["_a", "A", "a-b", "a" * 17]),
    "layout": ("flat", ["flat"], ["deep"]),
    "squash": ("refuse", ["refuse", "path"], ["always"]),
    "review": ("optional", ["optional", "required"], ["always"]),
    "forbid": ((), [("todo->cancelled",), ("blocked->todo", "todo->blocked")], [["todo->done"]]),
    "depth": (10, [0, 1000], [-1, 1001]),
    "children": (None, [0, 9], [-1]),
    "chain": (None, [0, 9], [-1]),
    "discovered": (None, [0, 9], [-1]),
    "loops": (
        {},
        [
            {name: way}
            for name in ("identity", "ancestors", "respawn", "chain", "discovered", "children", "repeats")
            for way in ("warn", "refuse")
        ],
        [{"identity": "never"}, {"cycles": "warn"}],
    ),
    "budget": (Budget(), [{"steps": 1}, {"cost": "0.5", "scope": "attempt"}], [{"depth": 1}]),
    "budgets": ({}, [{"bug": {"rework": 0}}], [{"Bug": {"steps": 1}}, {"bug": {"depth": 1}}]),
    "warn_at": (80, [1, 100], [0, 101, "half"]),
    "retry": (None, [1], [0]),
    "backoff": ({}, [{"base": 0}, {"cap": 2_592_000, "factor": 2}], [{"base": -1}, {"most": 0}, 3]),
    "retry_on": ((), [("limit", "timeout")], [["A"], "limit"]),
    "repeats": (None, [1, 9], [0]),
    "roles": ({}, [{"budget": ("a",)}, {"boss_2": ("*", "a-*")}], [{"Boss": ["a"]}, {"-": ["a"]}, {"b": ["\n"]}]),
    "attribution": ("optional", ["optional", "required"], ["always"]),
    "claims": ("local", ["local", "remote", "required"], ["none"]),
    "lease": (3600, [1, 7200], [0]),
    "wip_actor": (None, [1], [0]),
    "wip_total": (None, [1], [0]),
    "failures": (None, [1], [0]),
    "rates": (
        {},
        [{"agent-*": "10/h"}, {"a": "999/99d", "b": "1/30m"}],
        [{"a": 10}, {"a": "0/h"}, {"a": "10/s"}, {"a": "10/0m"}, {"a": "10"}, {"a": "1000/h"}, ["a"]],
    ),
    "quotas": (
        {},
        [{"agent-*": {"cost": "5", "window": "24h"}}, {"a": {"calls": 0, "steps": 1, "tokens": 2}}],
        [
            *({"a": {}}, {"a": {"window": "1h"}}, {"a": {"steps": -1}}, {"a": {"cost": "NaN"}}),
            *({"a": {"calls": 1, "window": w}} for w in ("0h", "1", "1m", "100h", "h", "-1d", 3)),
            *({"a": 5}, {"a": {"seconds": 1}}, {"a\nb": {"calls": 1}}, ["a"]),
        ],
    ),
    "reservations": ("warn", ["warn", "refuse"], ["off"]),
    "protected": ((), [("main",), ("a", "b")], ["main"]),
    "actors": ({}, [{"a@b": "ann"}], [{"a": " b"}]),
    "approvals": (Approvals(), [{"independent": True}], [{"independent": 1}, {"other": True}]),
    "spec": ("free", ["free", "frozen"], ["fixed"]),
    "admission": ("off", ["off", "agents", "required"], ["on"]),
    "types": ((), [("bug",), ("a", "b_2")], [("A",), "bug"]),
    "prices": (
        {},
        [{"m-1.5": {"input": "1.25", "output": "10"}}],
        [{"m": {}}, {"m": {"input": "-1"}}, {"m": {"in": "1"}}, {"m": "1"}, {"a\nb": {"input": "1"}}],
    ),
    "artifact_size": (None, [0, 10**12], [-1, "1MB"]),
    "guards": (
        {},
        [
            {"a_1": {"state": ("done",)}},
            {"b": {"state": ("done", "todo"), "type": ("bug",), "label": ("A/b",), "role": "lead"}},
            {"d": {"state": ("done",), "evidence": ("check", "lint")}},
            {"e": {"state": ("done",), "approvals": 1, "attempt": 2}},
            {"c": {"state": ("done",), "fields": ("budget.steps", "pr", "x.r"), "concerns": "settled"}},
        ],
        [
            *({"a": {}}, {"a": {"role": "lead"}}, {"A": {"state": ["done"]}}),
            *({"a": {"state": ["done"], "attempt": n}} for n in (0, -1, "two", True)),
            *({"a": {"state": ["ended"]}}, {"a": {"state": ["done"], "fields": ["prs"]}}),
            *({"a": {"state": ["done"], "fields": ["x."]}}, {"a": {"state": ["done"], "who": "x"}}),
            *({"a": {"state": ["done"], "fields": [one]}} for one in ("x.é", "x. k", "x.1")),
        ],
    ),
    "gates": (
        {},
        [
            {"check": {"run": "make check 'x = y'", "state": ("done", "in_review"), "timeout": 60}},
            {"ci": {"role": "ci", "type": ("bug",), "state": ("done",)}},
        ],
        [
            *({"a": {}}, {"a": {"state": ["done"]}}, {"A": {"run": "x"}}, {"a": {"run": "x\ny"}}),
            *({"a": {"run": "x" * 301}}, {"a": {"run": "x", "timeout": 0}}, {"a": {"cmd": "x"}}),
            {"a": {"run": "x", "timeout": 86_401}},
        ],
    ),
    "may": (
        {},
        [
            {"bot-*": {"verbs": ("done", "edit", "note", "start")}},
            {"a": {"paths": ("*.md", "src/*"), "branches": ("tk/*",)}},
        ],
        [{"a": {"verbs": ["close"]}}, {"a": {"paths": "src"}}, {"a": {"files": ["x"]}}],
    ),
    "keys": ({}, [{"ann": tuple(sorted((ANN, GPG)))}, {"a@b": (BOB,)}], [{"ann": BOB}, {"ann": ["x"]}]),
    "proposal": (None, [], [{"by": "a"}, {"policy": DEFAULT}, {"by": "a", "policy": "version: 1"}, HELD]),
    "proof": ("name", ["name", "pusher", "signature"], ["none"]),
    "pushers": ({}, [{"fleet": ("a", "b")}], [{"fleet": "a"}]),
    "shared_login": ("one", ["one", "independent"], ["both"]),
    "subject": (
        "tk: {subject}",
        ["chore(tk): {subject}", "{subject} [skip ci]"],
        ["tk", "{subject} {subject}", "{x} {subject}", "Tk-Cost: 1 {subject}", f"{'x' * 61}{{subject}}"],
    ),
    "accepted": ({}, [{OID: "why"}, {LONG: "why"}], [{"a" * 39: "x"}, {"A" * 40: "x"}, {OID * 2: ""}]),
}  # fmt: skip


def test_every_field_is_in_the_table_in_its_order() -> None:
    assert [field.name for field in FIELDS] == list(VALUES) == list(Policy._fields)


@pytest.mark.parametrize("name", VALUES)
def test_a_field_takes_and_refuses(name: str) -> None:
    default, taken, refused = VALUES[name]
    assert getattr(DEFAULT, name) == getattr(policy({}), name) == default
    for value in taken:
        kept = getattr(policy({name: value}), name)
        if name in (
            "budget",
            "budgets",
            "approvals",
            "prices",
            "guards",
            "gates",
            "may",
            "quotas",
        ):
            kept = {key: one for key, one in _plain(kept).items() if one is not None}
        assert kept == value
    for value in refused:
        with pytest.raises(FieldError, match=name):
            policy({name: value})


def _plain(value: Any) -> dict[str, Any]:
    if isinstance(value, Budget | Approvals | Price | Guard | Gate | Allowance | Quota):
        return {key: one for key, one in value._asdict().items() if one not in (None, ())}
    return {key: _plain(one) for key, one in value.items()}


def test_what_the_fields_of_a_later_format_are() -> None:
    assert {field.name for field in FIELDS if field.since > 1} == {
        "approvals",
        "rates",
        "quotas",
        "reservations",
        "spec",
        "admission",
        "types",
        "prices",
        "guards",
        "gates",
        "may",
        "proposal",
        "keys",
        "proof",
        "pushers",
        "shared_login",
        "subject",
        "backoff",
        "retry_on",
        "warn_at",
        "repeats",
        "artifact_size",
    }


def test_a_commit_is_named_in_full() -> None:
    with pytest.raises(FieldError, match=r"accepted: 'abc' must be a full commit id$"):
        policy({"accepted": {"abc": "why"}})


@pytest.mark.parametrize("name", ["format", "law"])
def test_what_is_newer_needs_a_newer_tk(name: str) -> None:
    with pytest.raises(TooNew, match=f"the ledger's {name} is 3, this tk knows 2"):
        policy({name: 3, "greek": True})
    assert policy({name: 2}) == DEFAULT


def test_the_presets_are_what_they_are_said_to_be() -> None:
    assert tuple(PRESETS) == PRESET_NAMES == ("default", "agents")
    agents = PRESETS["agents"]
    different = {
        name: value for name, value in agents._asdict().items() if value != getattr(DEFAULT, name)
    }
    assert different == {
        "review": "required",
        "children": 50,
        "chain": 5,
        "discovered": 50,
        "loops": {"identity": "refuse", "respawn": "refuse"},
        "budget": Budget(steps=50, seconds=1800, rework=5),
        "retry": 4,
        "claims": "remote",
        "approvals": Approvals(independent=True),
        "admission": "required",
    }


def test_a_loop_with_a_number_is_refused_unless_it_is_only_to_warn() -> None:
    numbered = {"chain", "discovered", "children"}
    every = {"identity", "ancestors", "respawn", *numbered}
    assert {one for one in every if DEFAULT.refuses(one)} == numbered
    warned = DEFAULT._replace(loops=dict.fromkeys(every, "warn"))
    assert not any(warned.refuses(one) for one in every)
    assert all(warned.strictest().refuses(one) for one in every)
    assert all(DEFAULT._replace(loops={one: "refuse"}).refuses(one) for one in every)


def test_actors_have_one_name_and_logins_speak_for_actors() -> None:
    one = DEFAULT._replace(actors={"a@x": "ann", "b@x": "bob"}, pushers={"fleet": ("a@x", "cy")})
    assert (one.actor("a@x"), one.actor("cy")) == ("ann", "cy")
    assert one.actors_of("fleet") == {"ann", "cy"}
    assert one.actors_of("b@x") == {"bob"}
    assert not one.asks_who_pushes
    assert one._replace(proof="pusher").asks_who_pushes
    assert one._replace(law=1).asks_who_pushes


def test_an_actor_has_a_role_by_a_name_or_by_a_pattern() -> None:
    one = policy({"actors": {"a@x": "ann"}, "roles": {"ops": ["a@x", "bot-*"], "all": ["*"]}})
    names = ("ann", "a@x", "bot-1", "bot-", "bot", "bot-*", "eve")
    assert [name for name in names if one.has_role(name, "ops")] == [
        *("ann", "a@x", "bot-1", "bot-", "bot-*")
    ]
    assert one.has_role("eve", "all")
    assert not one.has_role("eve", "none")
    assert [holders(one, role) for role in ("ops", "all", "none")] == [("a@x",), ("*",), ()]
    assert [is_keeper(one, "eve"), is_keeper(one._replace(roles={"policy": ("ann",)}), "eve")] == [
        True,
        False,
    ]
    old = one._replace(format=1)
    assert [name for name in names if old.has_role(name, "ops")] == ["a@x", "bot-*"]


@pytest.mark.parametrize(
    ("wanted", "fitting", "others"),
    [
        ("ann", ["ann"], ["an", "anna", ""]),
        ("*", ["", "x", "*"], []),
        ("a*", ["a", "ab"], ["", "ba"]),
        ("*a", ["a", "ba"], ["", "ab"]),
        ("a*a", ["aa", "aba"], ["a", "ab"]),
        ("*a*b*", ["ab", "xaybz", "aabb"], ["ba", "a", "b"]),
        ("a**b", ["ab", "axb"], ["a", "b"]),
        ("ab*ba", ["abba", "abxba"], ["aba", "ba"]),
        ("a.c[x]?", ["a.c[x]?"], ["abc[x]?", "a.cx"]),
    ],
)
def test_a_pattern_of_names_has_stars_only(
    wanted: str, fitting: list[str], others: list[str]
) -> None:
    assert [name for name in (*fitting, *others) if fits(name, wanted)] == fitting


def test_a_proposal_holds_a_policy_and_goes_with_any_change() -> None:
    held = policy({"proposal": {"by": "a", "policy": DEFAULT._replace(depth=3)}})
    assert held.proposal == NextPolicy("a", DEFAULT._replace(depth=3))
    assert changed(held, depth=4) == DEFAULT._replace(version=2, depth=4)
    assert changed(DEFAULT, proposal=held.proposal).proposal == held.proposal


def test_each_pattern_that_fits_an_actor_limits_it() -> None:
    one = policy(
        {"actors": {"b@x": "bot-1"}, "may": {"bot-*": {"verbs": ["note"]}, "b@x": {"paths": ["x"]}}}
    )
    assert list(one.limits_of("bot-1")) == list(one.limits_of("b@x")) == ["b@x", "bot-*"]
    assert list(one.limits_of("bot-2")) == ["bot-*"]
    assert one.limits_of("ann") == DEFAULT.limits_of("ann") == {}


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not fits("a" * 20_000, "*a" * 2_000 + "*b")


def test_a_key_is_of_an_actor_and_its_actors_are_one_unless_the_policy_says_otherwise() -> None:
    keys = {"ann": (f"{BOB} at work", GPG), "b@x": (BOB,), "cy": (ANN,)}
    one = policy({"keys": keys, "actors": {"b@x": "bob"}, "proof": "signature"})
    assert keys_of(one, "ann") == {OF_SSH[BOB]: f"{BOB} at work", OF_GPG: GPG}
    assert (keys_of(one, "bob"), keys_of(one, "b@x")) == ({OF_SSH[BOB]: BOB}, {})
    assert signing_with(one, OF_SSH[BOB]) == {"ann", "bob"}
    assert signing_with(one, OF_GPG) == {"ann"}
    assert signing_with(one, "SHA256:other") == set()
    assert shared_by(one, "bob", "ann") == "signs with a key of ann"
    assert shared_by(one, "bob", "cy") == shared_by(one, "bob", "dan") == ""
    assert shared_by(one._replace(shared_login="independent"), "bob", "ann") == ""
    assert shared_by(one._replace(proof="name"), "bob", "ann") == ""
    assert signing_keepers(one) == ["ann", "bob", "cy"]
    assert signing_keepers(one._replace(roles={"policy": ("bob", "eve")})) == ["bob"]


def test_a_review_takes_done_away_and_what_is_forbidden_is_no_edge() -> None:
    work, done = State.IN_PROGRESS, State.DONE
    assert DEFAULT.lifecycle.event_between(work, done)
    assert not DEFAULT._replace(review="required").lifecycle.event_between(work, done)
    assert not DEFAULT._replace(forbid=("in_progress->done",)).lifecycle.event_between(work, done)


def test_of_several_policies_the_newest_keeps_all_that_is_accepted() -> None:
    newest = DEFAULT._replace(version=3, accepted={"b": "mine"})
    older = DEFAULT._replace(accepted={"b": "theirs", "a": "x"})
    both = joined(newest, [older, newest, DEFAULT._replace(accepted={"c": "y"})])
    assert both == newest._replace(accepted={"a": "x", "b": "mine", "c": "y"})
    assert list(both.accepted) == ["a", "b", "c"]
    assert joined(newest, [DEFAULT, newest]) is newest


def test_a_changed_policy_has_the_next_version_and_may_lose_a_value() -> None:
    one = changed(DEFAULT, depth=3, protected=["main"])
    assert (one.version, one.depth, one.protected) == (2, 3, ("main",))
    two = changed(one, depth=None, chain=4)
    assert (two.version, two.depth, two.chain, two.protected) == (3, 10, 4, ("main",))


def test_who_another_is_and_what_a_commit_is_called() -> None:
    one = policy({"actors": {"ann@x": "ann"}, "subject": "chore: {subject} [skip]", "format": 2})
    assert one.titled("start  a\nb") == "chore: start a b [skip]"
    assert DEFAULT.titled("start a") == "tk: start a"
    assert [one.another("ann", owner) for owner in (None, "ann", "ann@x", "ben")] == [
        "",
        "",
        "",
        "ben",
    ]
    limits = ({}, {"wip_actor": 1}, {"wip_total": 1}, {"failures": 1}, {"depth": 1})
    assert [policy(some).limits_starts for some in limits] == [False, True, True, True, False]
    assert policy({"rates": {"a": "1/h"}, "format": 2}).limits_starts
    assert policy({"quotas": {"a": {"calls": 1}}, "format": 2}).limits_starts
    assert not DEFAULT.refuses("identity")
    with pytest.raises(FieldError, match=r"prefix: .*1 to 16 of a-z, 0-9 and _$"):
        policy({"prefix": "A"})
    with pytest.raises(FieldError, match=r"subject: .*text with one \{subject\}, and no Tk-$"):
        policy({"subject": "x"})
    assert {field.since for field in FIELDS} == {1, 2}
