"""The law book: every rule in one registry, and the one gate, `judge`.

A family is a module. TK4xx (budget) and TK5xx (authority) are the families to come. The door
checks TK7xx are no function of history and stand apart, in `door`: `judge` never asks them.
"""

from __future__ import annotations

from tkledger.core.change import Change, Violation
from tkledger.core.rules import form, graph, lifecycle, merge, policy
from tkledger.core.rules.rule import Rule

FAMILIES = (form, lifecycle, merge, graph, policy)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            value
            for family in FAMILIES
            for value in vars(family).values()
            if isinstance(value, Rule)
        ),
        key=lambda rule: rule.code,
    )
)


def judge(change: Change, rules: tuple[Rule, ...] = RULES) -> tuple[Violation, ...]:
    """All that ``change`` breaks, by task and code; empty where there is no ledger to judge.

    Only rules of the edition that the judging policy names, or of an earlier one, apply.
    """
    if change.policy is None or not change.touched:
        return ()
    edition = change.policy.law
    found = {
        Violation(task, code, name, message, remedy)
        for code, name, since, findings in rules
        if since <= edition
        for task, message, remedy in findings(change)
    }
    return tuple(sorted(found)) if found else ()
