"""Who wants to work, and where; whether they may is asked elsewhere."""

from __future__ import annotations

from tkledger.core.ref_names import HEADS
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.git import identity
from tkledger.report import SILENT, Progress

if TYPE_CHECKING:
    from tkledger.core.claim import Claim
    from tkledger.core.policy import Policy
    from tkledger.git.objects import Oid
    from tkledger.git.repo import Repo


class Claimant(NamedTuple):
    """Who wants to work, and where: what a new claim says of its holder.

    policy: the one in force; remote: the one that decides about claims, None if this repository does
    token: the claim that this command holds already
    taking: the tasks to take from those who hold them
    progress: takes a warning if that remote cannot be reached
    """

    actor: str
    branch: str
    base: str
    policy: Policy
    remote: str | None = None
    token: Oid | None = None
    progress: Progress = SILENT
    taking: frozenset[str] = frozenset()

    def holds(self, claim: Claim) -> bool:
        """Whether a claim is this actor's, also by a name that the policy has given up since."""
        return self.policy.owns(self.actor, claim.holder)


def claimant(repo: Repo, actor: str, policy: Policy, token: Oid | None = None) -> Claimant:
    """``actor`` at work on HEAD's branch."""
    branch = repo.head_ref
    protected = [f"{HEADS}{one}" for one in policy.protected]
    base = branch if branch in protected or not protected else protected[0]
    there = None
    if policy.claims != "local":
        from tkledger.claims import remote  # a plain move asks no remote

        there = remote.name_of(identity.identities(repo)[2], branch)
    return Claimant(actor, branch, base, policy, there, token)
