"""Whatever the gate accepts, an oracle that knows nothing of the rules accepts too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import independent_rules
from tests.support.random_ledgers import Tally, World, first_wrong, tally
from tkledger.core.change import change
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.rules import RULES, judge
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed, task

CHUNKS, HISTORIES = 10, 34
"""Together more than 10,000 accepted commits, of which half are made each time;
``stress/model_check.py`` makes many more.
"""

MUTANTS = 400
"""In so many histories the lack of a rule must show."""

_COUNTED = (
    "it counts commits, of which the model knows only trees: git/test_counting, doors/test_budgets"
)
ONLY_BY_EXAMPLE = {
    **dict.fromkeys(
        ("TK519", "TK520", "TK521"), "the model's tasks wait for no answer: core/rules/test_rules"
    ),
    **dict.fromkeys(("TK407", "TK408"), "the model's errors say nothing: core/rules/test_rules"),
    "TK409": "the model's tasks have no artifacts: core/rules/test_rules",
    "TK524": "the model's tasks have no lines of attempts: core/rules/test_rules",
    "TK523": "the model's policies list no types: core/rules/test_rules",
    **dict.fromkeys(
        ("TK217", "TK218"), "the model's tasks are not imported: core/rules/test_rules"
    ),
    "TK111": "the model's files are small: core/test_room",
    "TK607": "the model's policies are of one edition: core/rules/test_rules",
    "TK608": "the model's policies accept nothing: core/rules/test_rules",
    **dict.fromkeys(
        ("TK401", "TK402", "TK403", "TK404", "TK405", "TK406", "TK501", "TK525"), _COUNTED
    ),
    "TK502": "the model's policies name no roles: core/rules/test_rules, doors/test_authority",
    **dict.fromkeys(
        ("TK512", "TK609"), "the model signs nothing: git/test_signatures, doors/test_signatures"
    ),
    "TK516": "it asks who did it, and why, and the model's commits name nobody: core/rules/test_rules",
    **dict.fromkeys(
        ("TK503", "TK504", "TK505", "TK506"),
        "the model's commits name nobody and no work: core/rules/test_rules, doors/test_verdicts",
    ),
    **dict.fromkeys(
        ("TK507", "TK508", "TK509", "TK511"),
        "the model's policies limit nobody: core/rules/test_rules",
    ),
    **dict.fromkeys(
        ("TK513", "TK514"),
        "the model has no code and names nobody: core/rules/test_rules, doors/test_evidence",
    ),
    "TK518": "the model's commits name nobody: core/rules/test_rules, cli/test_decide",
    "TK510": "the model's commits have no messages: core/rules/test_rules, core/rules/test_overrides",
    **dict.fromkeys(
        ("TK214", "TK215"), "the model's tasks have no concerns: core/rules/test_rules"
    ),
    **dict.fromkeys(("TK311", "TK312"), "few origins point on: core/rules/test_rules"),
}


def _sum(seeds: range) -> Tally:
    total = Tally()
    for seed in seeds:
        total += tally(seed)
    return total


@pytest.mark.parametrize(
    "chunk",
    [*range(0, CHUNKS, 2), *(pytest.param(n, marks=pytest.mark.long) for n in range(1, CHUNKS, 2))],
)
def test_what_is_accepted_is_right_and_every_pair_of_heads_merges(chunk: int) -> None:
    found = _sum(range(chunk * HISTORIES, (chunk + 1) * HISTORIES))
    assert not found.wrongs
    assert found.merged == found.pairs > 100
    assert found.accepted > 1_000
    assert found.rejected > 300
    assert found.merges > 200
    assert found.criss_crosses > 20


@pytest.mark.parametrize("code", [one.code for one in RULES if one.code not in ONLY_BY_EXAMPLE])
def test_without_a_rule_something_wrong_is_accepted(code: str) -> None:
    rules = tuple(one for one in RULES if one.code != code)
    assert first_wrong(rules, MUTANTS), f"nobody missed {code}"


def test_a_law_that_goes_back_is_shown_by_an_example() -> None:
    newer = Policy(law=2)
    before = Snapshot({POLICY_PATH: newer}, newer)
    after = before.evolve({POLICY_PATH: newer._replace(law=1, version=2)})
    made = change((before,), after)
    assert [one.code for one in judge(made)] == ["TK607"]
    assert not judge(made, tuple(one for one in RULES if one.code != "TK607"))


def test_the_children_of_a_changed_ledger_are_those_of_a_new_one() -> None:
    for seed in range(20):
        for snapshot in World(seed).run().snapshots:
            again = Snapshot(dict(snapshot.entries), snapshot.policy)
            for key in snapshot.ids():
                assert snapshot.children(key) == again.children(key)


class _Ordered(frozenset[str]):
    """A set that is walked in one order; that of an ordinary one differs from process to process."""

    backwards = False

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(super().__iter__(), reverse=self.backwards))


class _Backwards(_Ordered):
    backwards = True


def test_tasks_in_and_below_a_cycle_have_one_depth() -> None:
    """Wherever the walk begins."""
    before = _ledger(*(_open(one) for one in "abde"), depth=2)
    knot = {"a": "b", "b": "e", "e": "a", "d": "a"}
    after = before.put(*(changed(_open(one), parent=above) for one, above in knot.items()))
    for kind in (_Ordered, _Backwards):
        made = change((before,), after)
        found = judge(made._replace(touched=kind(made.touched)))
        assert [(one.task, one.message) for one in found if one.code == "TK307"] == [
            ("d", "is at depth 3, the limit is 2")
        ]


def test_a_criss_cross_has_two_merge_bases() -> None:
    root, left, right = 0b1, 0b11, 0b101
    lineages = [root, left, right, left | right | 0b1000, left | right | 0b10000]
    assert independent_rules.merge_bases(lineages, (3, 4)) == [1, 2]
    assert independent_rules.merge_bases(lineages, (3, 1)) == [1]
    assert independent_rules.merge_bases(lineages, (1, 2)) == [0]


def _ledger(*tasks: Task, depth: int = 10) -> Snapshot:
    policy = DEFAULT._replace(depth=depth)
    return Snapshot({POLICY_PATH: policy, **{one.id: one for one in tasks}}, policy)


def _ended(id: str, parent: str | None = None) -> Task:
    return task({"id": id, "title": id, "state": "cancelled", "parent": parent})


def _open(id: str) -> Task:
    return task({"id": id, "title": id, "state": "todo"})


def test_tasks_that_two_branches_ended_under_each_other_can_be_merged() -> None:
    base = _ledger(_open("a"), _open("b"))
    ours = _ledger(_ended("a", "b"), _ended("b"))
    theirs = _ledger(_ended("a"), _ended("b", "a"))
    both = _ledger(_ended("a", "b"), _ended("b", "a"))
    assert not judge(change((ours, theirs), both, bases=(base,)))


def test_a_task_that_ended_too_deep_on_two_branches_can_be_merged() -> None:
    base = _ledger(_open("root"), _open("a"), depth=1)
    ours = _ledger(_open("root"), _ended("a", "root"), depth=1)
    theirs = _ledger(_open("root"), _ended("a"), _ended("b", "a"), depth=1)
    both = _ledger(_open("root"), _ended("a", "root"), _ended("b", "a"), depth=1)
    assert not judge(change((ours, theirs), both, bases=(base,)))


def test_an_ordinary_commit_may_not_end_tasks_under_each_other() -> None:
    made = change((_ledger(_open("a"), _open("b")),), _ledger(_ended("a", "b"), _ended("b", "a")))
    assert "TK304" in [one.code for one in judge(made)]
