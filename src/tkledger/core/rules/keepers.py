"""Keepers: where several actors may change the policy, none of them loosens it alone."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import Policy
from tkledger.core.quoting import any_of, few, quoted
from tkledger.core.rules.authority import given_up
from tkledger.core.rules.policy import amended, wanted
from tkledger.core.rules.rule import Finding, rule


@rule("TK511", since=2)
def loosened_alone(change: Change) -> Iterator[Finding]:
    """The policy was loosened by one of several actors who may change it, and another did not agree; or a
    proposal in it is not what it says.

    Checked if the policy as it was before gives the role `policy` to two actors or more, or to a pattern
    of them; a proposal in any case. Looser is what takes away a limit, a rule, a guard or a consent that
    is asked for; what gives an actor a role, a key or another name; who has the role `policy`; a commit that
    is accepted; and whatever is not known to be stricter. It takes two commits: in the first an actor
    with the role writes the next policy into the policy, under `proposal`, with its own name; in the
    second another one puts that policy in force, as it is. Under `proof: pusher` or `signature` two
    actors of one login or key are not two, unless the policy says `shared_login: independent`. Any other
    change of the policy drops a proposal. A merge that gives up a policy does not keep a looser one.

    Why: who can loosen the rules alone is not held by them.

    Remedy: `tk config set KEY VALUE` proposes such a change, and another actor with the role runs
    `tk config approve`. Before a merge, first make the other side as strict as the one given up.
    """
    for old, new in amended(change):
        yield from _misstated(change, old, new)
        yield from _loosened(change, old, new)
    for side in given_up(change):
        kept = wanted(change)
        if kept is not None:
            looser = _looser(side, kept._replace(accepted=side.accepted))
            if looser:
                yield Finding(
                    POLICY_PATH,
                    f"the merge gives up version {side.version} for one that is looser: {few(looser)}",
                    "on the branch with the newer one: tk config set KEY VALUE as the other has it,"
                    " then merge",
                )


def _misstated(change: Change, old: Policy, new: Policy) -> Iterator[Finding]:
    """A proposal in another's name, or of a policy that is not the next one."""
    proposal = new.proposal
    if proposal is None:
        return
    if change.actor and old.actor(proposal.by) != change.actor:
        yield Finding(
            POLICY_PATH,
            f"{change.actor} proposes in the name of {proposal.by}",
            f"write 'by: {quoted(change.actor)}', or let tk config set do it",
        )
    if proposal.policy.version != new.version + 1:
        yield Finding(
            POLICY_PATH,
            f"proposes a policy of version {proposal.policy.version}; the next is {new.version + 1}",
            "leave the proposal out, and propose it again: tk config set KEY VALUE",
        )


def _loosened(change: Change, old: Policy, new: Policy) -> Iterator[Finding]:
    looser = _looser(old, new)
    if not (looser and change.actor) or is_agreed(old, new, change.actor):
        return
    from tkledger.core.loosening import other_keepers

    held = old.proposal if old.proposal is not None and old.proposal.policy == new else None
    others = other_keepers(old, old.actor(held.by) if held else change.actor)
    ask = f"ask {any_of(others) if others else 'another keeper'}: tk config approve"
    yield Finding(
        POLICY_PATH,
        f"the policy gets looser: {few(looser)}; {change.actor} does not decide that alone",
        ask if held else f"tk config set KEY VALUE, which proposes it; then {ask}",
    )


def is_agreed(old: Policy, new: Policy, actor: str) -> bool:
    """Whether a policy is the one that another keeper than ``actor`` proposed."""
    proposal = old.proposal
    if proposal is None or proposal.policy != new:
        return False
    by = old.actor(proposal.by)
    from tkledger.core.keyring import shared_by  # few changes are approved

    return by != actor and old.has_role(by, "policy") and not shared_by(old, by, actor)


def _looser(old: Policy, new: Policy) -> list[str]:
    """What ``new`` loosens, if no one who may change ``old`` decides that alone."""
    if old.law < 2 or "policy" not in old.roles:
        return []
    from tkledger.core.loosening import is_bound, loosened  # few policies have keepers

    return loosened(old, new) if is_bound(old) else []
