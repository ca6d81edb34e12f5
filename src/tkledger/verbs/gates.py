"""The gates that a command names."""

from __future__ import annotations

from tkledger.core.guard import Gate
from tkledger.core.policy import Policy
from tkledger.core.quoting import few
from tkledger.errors import usage_error


def gate_named(policy: Policy, name: str) -> Gate:
    """The gate of a policy by its name; raises TkError if there is none."""
    gate = policy.gates.get(name)
    if gate is None:
        known = f"; it has {few(list(policy.gates))}" if policy.gates else ""
        fact = f"the policy has no gate {name!r}{known}"
        raise usage_error("no-such-gate", fact, "tk gates list")
    return gate
