"""Every rule with what breaks it and with a legal twin that differs in just that."""

from __future__ import annotations

import pytest

from tests.support.changes import a_task, birth, codes
from tests.support.rule_cases import CASES
from tests.support.rule_cases.case import (
    Case,
)
from tkledger.core.change import Change
from tkledger.core.policy import DEFAULT
from tkledger.core.rules import FAMILIES, RULES, judge
from tkledger.core.rules.overrides import lifts
from tkledger.core.rules.rule import Rule
from tkledger.core.rules.suppose import advice
from tkledger.core.task import Task


def _name(case: Case) -> str:
    return f"{case.code}-{case.what}".replace(" ", "_")


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_what_breaks_a_rule_breaks_just_that(case: Case) -> None:
    assert codes(case.broken) == {case.code, *case.also}


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_the_legal_twin_is_accepted(case: Case) -> None:
    assert judge(case.legal) == ()


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_each_rule_by_itself_finds_what_all_find_together(case: Case) -> None:
    for change in (case.broken, case.legal):
        alone = {(rule.code, *one) for rule in RULES for one in _alone(change, rule)}
        together = judge(change)
        assert {(one.code, one.task, one.message) for one in together} == alone


def _alone(change: Change, rule: Rule) -> list[tuple[str, str]]:
    """What a rule finds in a change that no other is asked about."""
    asked = rule.since <= change.edition and not (rule.overridable and lifts(change))
    return [(one.task, one.message) for one in rule.findings(change)] if asked else []


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_a_violation_states_fact_and_remedy_and_is_told_once(case: Case) -> None:
    found = judge(case.broken)
    assert len(set(found)) == len(found)
    assert list(found) == sorted(found)
    for violation in found:
        (name,) = (one.name for one in RULES if one.code == violation.code)
        assert violation.name == name
        assert violation.message
        assert violation.remedy
        assert not violation.commit
        for destroyer in ("reset --hard", "--force", "-f ", "rm ", "clean ", "branch -D"):
            assert destroyer not in violation.remedy


@pytest.mark.parametrize(
    ("loop", "among", "fields", "code"),
    [
        ("identity", (a_task("p", owner="x"),), {"parent": "p", "creator": "x"}, "TK309"),
        ("respawn", (a_task("p", title="Title of a"),), {"origin": "p"}, "TK310"),
        ("children", (a_task("p"), a_task("q", parent="p")), {"parent": "p"}, "TK308"),
        ("chain", (a_task("p", origin="p0"), a_task("p0")), {"origin": "p"}, "TK311"),
        ("discovered", (a_task("p"), a_task("q", origin="p")), {"origin": "p"}, "TK312"),
    ],
)
def test_a_loop_check_refuses_warns_or_is_off(
    loop: str, among: tuple[Task, ...], fields: dict[str, str], code: str
) -> None:
    numbers = {"children": 1, "chain": 1, "discovered": 1}
    numbered = {loop: numbers[loop]} if loop in numbers else {}
    for level, refused, told in (("refuse", {code}, set()), ("warn", set(), {code})):
        policy = DEFAULT._replace(**numbered, loops={loop: level})
        made = birth(a_task(**fields), among=among, policy=policy)
        assert codes(made) == refused
        assert {one.code for one in advice(made)} == told
    off = birth(a_task(**fields), among=among)
    assert not codes(off)
    assert not advice(off)


def test_every_rule_has_a_case() -> None:
    assert {case.code for case in CASES} == {one.code for one in RULES}


def test_every_rule_of_every_family_is_registered_once_and_in_order() -> None:
    defined = [
        value
        for family in FAMILIES
        for module in family
        for value in vars(module).values()
        if isinstance(value, Rule)
    ]
    assert len({one.code for one in defined}) == len(defined) == len(RULES)
    assert len({one.name for one in RULES}) == len(RULES)
    assert [one.code for one in RULES] == sorted(one.code for one in RULES)


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.code)
def test_every_rule_has_a_page_with_what_why_and_remedy(one: Rule) -> None:
    what, *rest = one.page.split("\n\n")
    assert what.rstrip().endswith(".")
    assert sum(part.startswith("Why: ") for part in rest) == 1
    assert rest[-1].startswith("Remedy: ")
    assert one.since >= 1
    assert one.name.replace("-", "").isalpha()
