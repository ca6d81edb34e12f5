"""Has the policy changed: in force at once, or proposed where no one who may change it loosens it alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tkledger.api.session import Session
from tkledger.core import policy_fields
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import Policy
from tkledger.core.quoting import few
from tkledger.core.snapshot import Snapshot
from tkledger.core.trailers import ACTOR
from tkledger.core.typing import NamedTuple
from tkledger.ledger.proposal import Proposal, Recorded

Trailers = Sequence[tuple[str, str]]


class Wanted(NamedTuple):
    """A policy as a command wants it after another one, with the next version; and the words for it."""

    policy: Policy
    words: str
    trailers: Trailers = ()


class Amended(NamedTuple):
    """What was recorded, and the policies before and after, that one as it is or will be in force.

    proposed: whether it is only proposed, for another actor to approve
    others: such actors, and patterns of them
    """

    recorded: Recorded
    before: Policy
    after: Policy
    proposed: bool
    others: Sequence[str] = ()

    @property
    def looser(self) -> list[str]:
        """What it loosens, in words."""
        from tkledger.core.loosening import loosened

        return loosened(self.before, self.after)


def amend(
    session: Session,
    wanted: Callable[[Policy], Wanted],
    *,
    agreeing: bool = False,
    dry_run: bool = False,
    key: str | None = None,
) -> Amended:
    """Record the policy that is ``wanted`` after the one of HEAD; or only a proposal of it, unless that is
    what it is ``agreeing`` to. Raises as `Session.record` does.
    """

    def propose(before: Snapshot) -> Proposal:
        old = session.ledger.usable(before).policy
        assert old is not None
        actor = session.actor(before)
        new, words, trailers = wanted(old)
        if not agreeing and _needs_another(old, new, actor):
            meant = new._replace(version=old.version + 2)
            new = policy_fields.changed(old, proposal={"by": actor, "policy": meant})
            words = f"propose {words}"
        snapshot = before.evolve({POLICY_PATH: new})
        return Proposal(snapshot, f"policy {new.version}: {words}", ((ACTOR, actor), *trailers))

    recorded = session.record(propose, dry_run=dry_run, key=key)
    old, new = recorded.before.policy, recorded.after.policy
    assert old is not None
    assert new is not None
    held = new.proposal
    if held is None:
        return Amended(recorded, old, new, proposed=False)
    from tkledger.core.loosening import other_keepers

    return Amended(recorded, old, held.policy, True, other_keepers(old, old.actor(held.by)))


def differing(policy: Policy, after: Policy) -> list[str]:
    """The fields in which two policies differ, but for the version and what is proposed."""
    return [
        name
        for name in Policy._fields
        if name not in ("version", "proposal") and getattr(policy, name) != getattr(after, name)
    ]


APPROVE = "tk config show shows it, tk config approve puts it in force"
"""What to do about a proposal."""


def proposed_to(policy: Policy, actor: str) -> str:
    """What waits in the policy for this actor to put it in force, in words; empty if nothing."""
    held = policy.proposal
    if held is None or not policy.has_role(actor, "policy"):
        return ""
    by = policy.actor(held.by)
    from tkledger.core.keyring import shared_by  # few policies have a proposal

    if by == actor or shared_by(policy, by, actor):
        return ""
    return f"{by} proposes another policy ({few(differing(policy, held.policy))})"


def _needs_another(old: Policy, new: Policy, actor: str) -> bool:
    """Whether an actor who may change the policy may only propose this."""
    if old.law < 2 or not old.has_role(actor, "policy"):
        return False
    from tkledger.core.loosening import is_bound, loosened

    return is_bound(old) and bool(loosened(old, new))
