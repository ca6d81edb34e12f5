"""Who may raise limits and change the policy: each limit at its edge, and what is nobody's business."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.changes import a_task, birth, codes, commit, edit, ledger, merged
from tkledger.core.change import Change
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import DEFAULT, Approvals, Policy
from tkledger.core.rules import judge
from tkledger.core.rules.authority import raised
from tkledger.core.rules.restricted import restricted
from tkledger.core.task import Task
from tkledger.core.task_parts import Budget

BOSS = DEFAULT._replace(
    roles={"budget": ("boss", "vice")},
    budget=Budget(steps=5, cost="0.5"),
    budgets={"epic": Budget(steps=9)},
)
OLD_BOSS = BOSS._replace(law=1)
KING = DEFAULT._replace(version=2, roles={"policy": ("king", "queen")})
REVIEW = DEFAULT._replace(review="required")
APART = DEFAULT._replace(approvals=Approvals(independent=True))


def by(change: Change, actor: str | None = "eve", reason: str | None = "Tk-Reason: so") -> Change:
    words = None if reason is None else f"tk: edit\n\n{reason}\n"
    return change._replace(actor=actor, message=words)


def told(change: Change) -> list[str]:
    return [one.message for one in judge(change) if one.code.startswith("TK5")]


@pytest.mark.parametrize("policy", [BOSS, OLD_BOSS], ids=["edition 2", "edition 1"])
@pytest.mark.parametrize(
    ("fields", "above"),
    [
        ({"budget": {"steps": 5}}, ""),
        ({"budget": {"steps": 6}}, "steps"),
        ({"budget": {"steps": 4, "cost": "0.51"}}, "cost"),
        ({"budget": {"steps": 6, "cost": "0.6"}}, "steps, cost"),
        ({"budget": {"cost": "0.50"}}, ""),
        ({"budget": {"tokens": 999}}, ""),
        ({"type": "epic", "budget": {"steps": 9}}, ""),
        ({"type": "epic", "budget": {"steps": 10}}, "steps"),
        ({"type": "epic", "budget": {"cost": "0.6"}}, "cost"),
        ({"type": "bug", "budget": {"steps": 6}}, "steps"),
        ({"type": "epic"}, ""),
        ({}, ""),
    ],
)
def test_a_new_task_has_no_more_than_the_policy_gives_its_type(
    policy: Policy, fields: dict[str, Any], above: str
) -> None:
    made = birth(a_task(**fields), policy=policy)
    expected = [f"{above} above the policy's limit: not for eve"] if above else []
    assert told(by(made)) == expected
    assert told(by(made, "vice")) == []


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ({"budget": {"steps": 3}}, {"budget": {"steps": 4}}, ["steps"]),
        ({"budget": {"steps": 3}}, {"budget": {"steps": 3}}, []),
        ({"budget": {"steps": 3}}, {"budget": {"steps": 2}}, []),
        ({"budget": {"steps": 3}}, {}, ["steps"]),
        ({}, {"budget": {"steps": 3}}, []),
        ({"budget": {"cost": "0.5"}}, {"budget": {"cost": "0.50"}}, []),
        ({"budget": {"depth": 1}}, {"budget": {"depth": 2}}, ["depth"]),
        ({"budget": {"depth": 1}}, {"budget": {"depth": 1}}, []),
        ({"retry": {"max": 2}}, {"retry": {"max": 3}}, ["retry.max"]),
        ({"retry": {"max": 2}}, {"retry": {"max": 2}}, []),
        ({"retry": {"max": 2}}, {"retry": {"max": 1}}, []),
        ({"retry": {"max": 2}}, {}, ["retry.max"]),
        ({}, {"retry": {"max": 2}}, []),
        ({"budget": {"steps": 1}}, {"budget": {"steps": 1, "scope": "attempt"}}, ["scope"]),
        ({"budget": {"steps": 1, "scope": "attempt"}}, {"budget": {"steps": 1}}, []),
        (
            {"budget": {"steps": 1, "scope": "attempt"}},
            {"budget": {"steps": 1, "scope": "attempt"}},
            [],
        ),
    ],
)
def test_which_limits_are_raised(
    old: dict[str, Any], new: dict[str, Any], names: list[str]
) -> None:
    for law in (1, 2):
        policy = DEFAULT._replace(law=law)
        found = raised(policy, a_task(**old), a_task(**new))
        assert list(dict.fromkeys(found)) == names


@pytest.mark.parametrize("policy", [BOSS, OLD_BOSS], ids=["edition 2", "edition 1"])
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (5, 6, "steps raised: not for eve"),
        (None, 6, "steps raised: not for eve"),
        (None, 5, None),
        (6, 7, "steps raised: not for eve"),
        (7, 6, None),
        (6, 6, None),
    ],
)
def test_a_limit_above_the_policy_s_counts_as_raised_and_is_told_of_once(
    policy: Policy, old: int | None, new: int, message: str | None
) -> None:
    before = a_task(budget={"steps": old}) if old else a_task()
    made = edit(before, a_task(budget={"steps": new}, owner="x"), policy=policy)
    assert told(by(made)) == ([message] if message else [])


def test_several_limits_are_told_of_together() -> None:
    before, after = a_task(budget={"steps": 1}), a_task(budget={"steps": 2}, retry={"max": 9})
    tries = BOSS._replace(retry=3)
    assert told(by(edit(before, after, policy=tries))) == ["steps, retry.max raised: not for eve"]


def test_the_reason_is_a_line_of_the_message_and_asked_of_those_who_may() -> None:
    more = edit(a_task(budget={"steps": 1}), a_task(budget={"steps": 2}), policy=BOSS)
    for actor in ("boss", "vice", None):
        assert told(by(more, actor)) == []
        assert told(by(more, actor, "so")) == ["steps raised without a reason"]
        assert told(by(more, actor, None)) == [], "the message is not written yet"
    (found,) = judge(by(more))
    assert found.remedy == "ask boss or vice: tk edit a --budget ... --reason TEXT"
    free = DEFAULT._replace(budget=BOSS.budget)
    assert told(by(more._replace(policy=free), reason="so")) == []
    within = "on Monday, Tk-Reason: so"
    assert told(by(more, "boss", within)) == ["steps raised without a reason"]
    assert told(by(more._replace(policy=OLD_BOSS), "boss", within)) == []


@pytest.mark.parametrize(
    ("actor", "owned", "owner", "reason"),
    [
        ("ann", "ann", None, "who owns it"),
        ("ann", None, "ann", "who owns it"),
        ("ann", None, "bob", ""),
        ("ann", "bob", None, ""),
        ("ann", None, None, ""),
        ("", "bob", None, ""),
    ],
)
def test_an_approval_is_another_s_than_the_owner_s_before_and_after(
    actor: str, owned: str | None, owner: str | None, reason: str
) -> None:
    before, after = a_task(state="in_review", owner=owned), a_task(state="done", owner=owner)
    made = by(edit(before, after, policy=APART), actor)
    assert told(made) == ([f"approved by {actor}, {reason}"] if reason else [])
    assert told(by(edit(before, after), actor)) == [], "the policy does not ask"


def moved(before: str | None, after: str | None, *among: Task, policy: Policy = BOSS) -> Change:
    return by(edit(a_task(parent=before), a_task(parent=after), among=among, policy=policy))


def test_a_task_stays_under_each_budget_that_it_was_under() -> None:
    top, low = a_task("top", budget={"steps": 3}), a_task("low", parent="top", budget={"steps": 2})
    bare, beside = a_task("bare", parent="top"), a_task("beside")
    among = (top, low, bare, beside)
    assert told(moved("low", "bare", *among)) == [
        "taken out from under the budget of low: not for eve"
    ]
    for after in (None, "beside"):
        assert told(moved("bare", after, *among)) == [
            "taken out from under the budget of top: not for eve"
        ]
        assert told(moved("low", after, *among)) == [
            "taken out from under the budget of low: not for eve"
        ]
    for before, after in (("top", "bare"), ("bare", "top"), ("top", "low"), (None, "low")):
        assert told(moved(before, after, *among)) == []


def test_a_budget_of_the_depth_alone_covers_what_is_below_since_edition_2() -> None:
    flat = a_task("flat", budget={"depth": 2})
    assert told(moved("flat", None, flat)) == [
        "taken out from under the budget of flat: not for eve"
    ]
    assert told(moved("flat", None, flat, policy=OLD_BOSS)) == []
    scoped = a_task("flat", budget={"scope": "attempt"})
    assert told(moved("flat", None, scoped)) == []


def chosen(
    base: Task, ours: Task, theirs: Task, result: Task, *among: Task, policy: Policy = BOSS
) -> Change:
    sides = (ledger(*among, one, policy=policy) for one in (base, ours, theirs))
    return by(merged(*sides, into=ledger(*among, result, policy=policy)))


def test_a_merge_chooses_the_type_with_the_lower_limits() -> None:
    plain, epic, bug = a_task(), a_task(type="epic"), a_task(type="bug")
    assert told(chosen(plain, epic, bug, epic)) == [
        "steps raised by what the merge chooses: not for eve"
    ]
    assert told(chosen(plain, epic, bug, epic, policy=OLD_BOSS)) == []
    assert told(chosen(plain, epic, bug, bug)) == []
    assert told(chosen(plain, epic, plain, epic)) == [], "the other side did not move it"
    rich = BOSS._replace(budgets={"epic": Budget(steps=9, cost="0.6")})
    assert told(chosen(plain, epic, bug, epic, policy=rich)) == [
        "steps, cost raised by what the merge chooses: not for eve"
    ]
    both = a_task(type="epic", budget={"steps": 4})
    limited = a_task(type="bug", budget={"steps": 4})
    assert told(chosen(a_task(budget={"steps": 4}), both, limited, both)) == []


def test_a_merge_chooses_the_parent_with_the_budget() -> None:
    top, beside = a_task("top", budget={"steps": 3}), a_task("beside")
    plain, under, out = a_task(), a_task(parent="top"), a_task(parent="beside")
    assert told(chosen(plain, under, out, out, top, beside)) == [
        "taken out from under the budget of top by what the merge chooses: not for eve"
    ]
    assert told(chosen(plain, under, out, out, top, beside, policy=OLD_BOSS)) == []
    assert told(chosen(plain, under, out, under, top, beside)) == []
    assert told(chosen(plain, plain, out, out, top, beside)) == []


# -- the policy --------------------------------------------------------------------------------


def test_the_policy_is_changed_by_those_whom_it_named_before() -> None:
    made = commit(ledger(policy=KING), ledger(policy=KING._replace(version=3, depth=3)))
    for actor in ("king", "queen", None):
        assert told(made._replace(actor=actor)) == []
    (found,) = judge(made._replace(actor="eve"))
    assert (found.task, found.message) == (POLICY_PATH, "the policy changes: not for eve")
    assert found.remedy == "ask king or queen: tk config set KEY VALUE"
    free = commit(ledger(policy=DEFAULT), ledger(policy=KING))
    assert told(free._replace(actor="eve")) == [], "there was no role before"


def test_a_merge_gives_up_a_policy_only_by_its_role_and_says_whom_to_ask() -> None:
    newer, king = DEFAULT._replace(version=3), KING._replace(roles={"policy": ("king",)})
    base, ours, theirs = ledger(), ledger(policy=king), ledger(policy=newer)
    made = merged(base, ours, theirs, into=theirs)
    (found,) = judge(made._replace(actor="eve"))
    assert found.message == "the merge gives up a policy of version 2: not for eve"
    assert found.remedy == "ask king to make the merge"
    assert told(made._replace(actor="king")) == []
    unmoved = merged(ledger(policy=king), ledger(policy=king), theirs, into=theirs)
    assert told(unmoved._replace(actor="eve")) == [], "that side had not changed it"
    kept = merged(base, ours, ledger(), into=ours)
    assert told(kept._replace(actor="eve")) == []


# -- what needs an authorised actor at the doors ------------------------------------------------


def test_an_approval_is_guarded_and_a_plain_edit_is_not() -> None:
    review = a_task(state="in_review")
    for after, deeds in (
        (a_task(state="done"), [("a", "approved")]),
        (a_task(state="in_progress"), []),
        (a_task(state="in_review", notes=["n"]), []),
        (a_task(state="in_review", priority=1), []),
    ):
        made = edit(review, after, policy=REVIEW)
        assert restricted(made, [REVIEW]) == deeds
        assert restricted(made, [DEFAULT]) == []
        assert restricted(made, [DEFAULT, REVIEW]) == deeds
    begun = edit(a_task(state="in_progress"), a_task(state="done"))
    assert restricted(begun, [REVIEW]) == [], "that is no approval"


@pytest.mark.parametrize("actor", ["eve", "mallory"])
def test_a_plain_edit_by_another_is_free_where_reviews_are_required(actor: str) -> None:
    before = a_task(state="in_review", owner="eve", creator="eve")
    for fields in ({"notes": ["n"]}, {"priority": 1}, {"labels": ["x"]}, {"title": "Other"}):
        after = a_task(**{"state": "in_review", "owner": "eve", "creator": "eve", **fields})
        made = edit(before, after, policy=REVIEW)._replace(actor=actor)
        assert codes(made) == set()
        assert restricted(made, [REVIEW]) == []


def test_raised_limits_and_changed_policies_are_guarded_if_a_role_says_so() -> None:
    more = edit(a_task(budget={"steps": 1}), a_task(budget={"steps": 2}), policy=BOSS)
    assert restricted(more, [BOSS]) == [("a", "raised a limit")]
    assert restricted(more, [DEFAULT, KING]) == []
    law = commit(ledger(policy=KING), ledger(policy=KING._replace(version=3)))
    assert restricted(law, [KING]) == [(POLICY_PATH, "changed the policy")]
    assert restricted(law, [BOSS]) == []
    sides = [ledger(policy=KING._replace(version=n)) for n in (3, 4, 5)]
    octopus = merged(ledger(), *sides, into=sides[2])
    assert restricted(octopus, [KING]) == [(POLICY_PATH, "changed the policy")]
