"""Where gates stand, also by lists that merges made: a pass is never a matter of which side comes first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task
from tests.support.rule_cases.evidence import APART, CODE, OTHER, PLAIN, line, recording
from tests.support.rule_cases.guards import NAMED
from tkledger.core.gates import Gates, GateStanding
from tkledger.core.lifecycle import Lifecycle
from tkledger.core.merge import disputes, merged
from tkledger.core.policy import Policy
from tkledger.core.rules.restricted import restricted

PASS, LUCKY, FAIL = line(), line("cy", flaky=True), line(passed=False)
OWN, ELSEWHERE = line("ann", flaky=True), line(tree=OTHER, passed=False)
LINES = st.lists(st.sampled_from([PASS, LUCKY, FAIL, OWN, ELSEWHERE]), max_size=4)


def stands(lines: tuple[str, ...], law: Policy = APART) -> GateStanding:
    task = a_task(state="in_progress", owner="ann", evidence=lines)
    return Gates(law, task, lambda: None, CODE).standing("check")


@given(LINES, LINES, LINES)
def test_what_two_sides_recorded_both_counts_after_a_merge(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    one, other = (a_task(evidence=[*base, *side]) for side in (ours, theirs))
    began = a_task(evidence=base)
    for sides in ((one, other), (other, one)):
        joined = merged(began, *sides, Lifecycle())
        assert joined.conflicts == ()
        assert disputes(began, *sides, joined.task, Lifecycle()) == ()
        lines = joined.task.evidence
        last = max((at for at, text in enumerate(lines) if text == FAIL), default=-1)
        rest = lines[last + 1 :]
        assert stands(lines).passed == (LUCKY in rest or (last < 0 and PASS in lines))
        if FAIL in lines and LUCKY not in lines:
            assert not stands(lines).passed


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((), "did not run on this code"),
        ((ELSEWHERE,), "did not run on this code"),
        ((PASS, FAIL), "failed on this code (exit 2), says bob"),
        ((OWN,), "passed on this code only by ann, who owns it"),
        ((FAIL, OWN), "failed on this code (exit 2), says bob"),
        ((OWN, PASS), ""),
        ((FAIL, LUCKY), ""),
        ((FAIL, LUCKY, PASS), ""),
    ],
)
def test_why_a_gate_has_not_passed(lines: tuple[str, ...], why: str) -> None:
    found = stands(lines)
    assert (found.why, found.passed) == (why, not why)
    assert found.failed == why.startswith("failed")
    if lines[:1] == (OWN,):
        assert stands(lines, PLAIN).passed


def test_evidence_is_proven_as_what_not_everyone_may_do() -> None:
    made = recording(PASS)
    assert restricted(made, [PLAIN]) == [("a", "recorded evidence")]
    assert restricted(made, [NAMED]) == []


def test_the_way_to_a_pass_is_for_who_asks() -> None:
    gates = Gates(APART, a_task(owner="ann"), lambda: None, CODE)
    assert gates.way("check", "bob") == gates.way("check", "") == "tk gate a check"
    assert gates.way("check", "ann") == "another actor runs tk gate a check"
    assert gates.way("check", "ann", failed=True).startswith(
        "commit what puts it right, then another"
    )
    assert gates.way("check", "bob", failed=True).endswith("by chance, tk gate a check --flaky")
