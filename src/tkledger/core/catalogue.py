"""Every rule that has a code, for its page and its documentation; nothing is judged by this list."""

from __future__ import annotations

from tkledger.core.door_rules import (
    agents,
    attribution,
    branches,
    claims,
    identity,
    idle,
    limits,
    push,
    reach,
    records,
    reservations,
    reviews,
)
from tkledger.core.rules import RULES
from tkledger.core.rules.rule import Rule

DOOR_FAMILIES = (
    push,
    branches,
    identity,
    attribution,
    claims,
    idle,
    limits,
    reviews,
    reach,
    records,
    agents,
    reservations,
)


def rules_of(*modules: object) -> tuple[Rule, ...]:
    """The rules that these modules declare, by code."""
    found = (one for module in modules for one in vars(module).values() if isinstance(one, Rule))
    return tuple(sorted(found, key=lambda rule: rule.code))


EVERY: tuple[Rule, ...] = (*RULES, *rules_of(*DOOR_FAMILIES))
"""The whole registry, by code: history's rules, then those of the doors."""
