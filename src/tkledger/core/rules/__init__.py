"""The law book: every rule in one registry, and the one gate, `judge`.

A family is one module, or several that share a hundred of codes; the first one's docstring is its
title. The door checks TK7xx are not a function of history and lie apart, in `core.door_rules`:
`judge` never asks them.
"""

from __future__ import annotations

from tkledger.core.change import Change, Violation
from tkledger.core.rules import (
    admission,
    approvals,
    authority,
    budget,
    criteria,
    evidence,
    form,
    graph,
    growth,
    guards,
    keepers,
    lifecycle,
    lifecycle_fields,
    may,
    merge,
    overrides,
    policy,
    signatures,
    waits,
)
from tkledger.core.rules.rule import Rule, SharedChange

FAMILIES = (
    (form,),
    (lifecycle, lifecycle_fields),
    (merge,),
    (graph, growth),
    (budget,),
    (
        *(authority, approvals, guards, may, overrides, keepers),
        *(signatures, evidence, criteria, admission, waits),
    ),
    (policy,),
)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            value
            for family in FAMILIES
            for module in family
            for value in vars(module).values()
            if isinstance(value, Rule)
        ),
        key=lambda rule: rule.code,
    )
)


def judge(change: Change, rules: tuple[Rule, ...] = RULES) -> tuple[Violation, ...]:
    """All that ``change`` breaks, by task and code; empty if there is no ledger to judge.

    Only rules of the edition in force, or of an earlier one, apply; those that may be set aside wait for
    the message if its actor may.
    """
    asked = change.touched or change.charged or change.bases or change.files
    if change.policy is None or not asked:
        return ()
    change = SharedChange.of(change)
    edition, lifted = change.edition, overrides.lifts(change)
    found = {
        Violation(task, code, name, message, remedy, "", repair)
        for code, name, since, findings, overridable in rules
        if since <= edition and not (lifted and overridable)
        for task, message, remedy, repair in findings(change)
    }
    return tuple(sorted(found)) if found else ()
