"""Who has a role, for words about whom to ask; what a role allows is in the rules."""

from __future__ import annotations

from tkledger.core.pattern import ANY
from tkledger.core.policy import Policy
from tkledger.core.quoting import any_of


def holders(policy: Policy, role: str) -> tuple[str, ...]:
    """The actors to ask for what a role may do; the patterns of them if it names no one else."""
    named = policy.roles.get(role, ())
    return tuple(one for one in named if ANY not in one) or named


def is_keeper(policy: Policy, actor: str) -> bool:
    """Whether an actor may change the policy, as everybody may unless it says who."""
    return not policy.roles.get("policy") or policy.has_role(actor, "policy")


def by_keeper(policy: Policy, actor: str, command: str) -> str:
    """A command that changes the policy, as a remedy for an actor: who is not a keeper asks one."""
    ask = "" if is_keeper(policy, actor) else f"ask {any_of(holders(policy, 'policy'))}: "
    return f"{ask}{command}"
