"""What a change would break if something were otherwise: its message, its policy, or what it sets aside."""

from __future__ import annotations

from tkledger.core.change import Change, Violation
from tkledger.core.rules import RULES, judge
from tkledger.core.rules.overrides import SetAside, lifts, reason
from tkledger.core.rules.rule import Rule


def set_aside(change: Change, rules: tuple[Rule, ...] = RULES) -> tuple[SetAside, ...]:
    """What ``change`` would break if its actor had not set it aside, by task and code."""
    why = reason(change.message) if change.policy and change.message else None
    if why is None or not lifts(change):
        return ()
    own = tuple(one for one in rules if one.overridable)
    broken = judge(change._replace(message=""), own)
    return tuple(SetAside(one, change.actor, why) for one in broken)


def legal_whatever_is_said(change: Change, rules: tuple[Rule, ...] = RULES) -> bool:
    """Whether a legal change without a message yet stays legal with any: where actors have roles, some
    rules wait for a reason.
    """
    roles = change.policy.roles if change.policy else ()
    return not (roles and judge(change._replace(message=""), rules))


def advice(change: Change) -> tuple[Violation, ...]:
    """What ``change`` would break if the policy refused the loops that it only warns of."""
    if change.policy is None or "warn" not in change.policy.loops.values():
        return ()
    strict = change._replace(policy=change.policy.strictest())
    refused = set(judge(change))
    return tuple(one for one in judge(strict) if one not in refused)
