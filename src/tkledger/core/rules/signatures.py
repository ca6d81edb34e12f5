"""What needs a signature by the one who did it, and who can sign; how it is verified is not known here."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.policy import Policy
from tkledger.core.quoting import any_of, quoted
from tkledger.core.rules.rule import Finding, rule
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.core.signature import Signature

_FAULTS = {
    "none": " without a signature",
    "bad": ", with a signature that is not of this commit",
    "unknown": ", signed with a key that the policy does not list",
    "revoked": ", signed with a key that was revoked",
}
"""What is wrong, by the state of a signature."""


@rule("TK512", since=2)
def unsigned(change: Change) -> Iterator[Finding]:
    """What not everyone may do was done without a signature by the actor who did it.

    Checked if the policy says `proof: signature`, and of a state that is entered by a guard which says
    `signed: true`. Under `proof: signature` it is asked of approvals if the policy asks for reviews, of
    all verdicts if it has `approvals` or a guard with some, of raised limits if its `roles` say who may
    (`budget`), what passes a guard that asks for a role or drops a guard, changes of a frozen
    specification, rules set aside by who may (`override`), every change of the policy, and, where
    approvals have to be independent, the work that they have to be independent of: each commit with a
    line `Tk-Task: ID`, a start, a resume, and every move of a task in progress, as TK503 has them. The
    signature is that of the commit, by one of the public keys which the policy lists for the actor under
    `keys`; the actor is who the commit says. Dates do not count, neither of the commit nor of the key: a key is
    good if the policy that judges the commit lists it. To revoke a key is to remove it; what it signed before
    stays legal, and what a branch brings in later is judged by the newer policy.

    git makes a new commit by `commit --amend`, `rebase` and `cherry-pick`, and the signature is lost unless who
    runs it signs it. So only the actor can do that with such a commit; a merge keeps it.

    Why: anyone can write any name into a commit; with a signature, anyone who has the history can tell.

    Remedy: the actor makes the commit with `git commit -S`; tk signs such commits if git knows with what:
    `git config user.signingkey`. `tk config set keys.ACTOR KEY` lists a key.
    """
    if change.signature is None:
        return
    for subject, action in to_be_signed(change):
        found = change.signature(change.law)
        if change.actor not in found.actors:
            yield Finding(
                subject,
                f"{action} in the name of {change.actor}{_fault(found)}",
                _signed_by(change, change.actor),
            )


def _fault(found: Signature) -> str:
    if found.actors:
        return f", signed by {', '.join(sorted(found.actors))}"
    return _FAULTS[found.state]


def to_be_signed(change: Change) -> list[tuple[str, str]]:
    """What a change does, and to what, that the policy asks a signature for."""
    law = change.policy
    if law is None or not law.wants_signatures:
        return []
    from tkledger.core.rules.restricted import restricted, signed, worked  # few policies want it

    found = [*restricted(change, [law]), *worked(change)] if law.proof == "signature" else []
    return [*dict.fromkeys([*found, *signed(change)])]


def is_signed(change: Change) -> bool:
    """Whether a commit has a signature by its actor, if the policy wants one of it; else False."""
    return bool(to_be_signed(change)) and change.actor in (change.signers or ())


_ANEW = "git commit -S, git rebase -S, git cherry-pick -S"


def _signed_by(change: Change, actor: str) -> str:
    """How a commit of an actor gets the signature that it lacks."""
    from tkledger.core.keyring import keys_of  # only a refusal asks

    if not keys_of(change.law, actor):
        return listed_by(change.law, actor)
    if change.is_merge:
        return f"{quoted(actor)} makes the merge with a signature: git merge -S"
    return f"{quoted(actor)} makes it with a signature: {_ANEW}; others merge it"


def listed_by(law: Policy, actor: str, key: str = "KEY") -> str:
    """How an actor gets a public key into the policy; ``key`` is its text, as a word of the shell."""
    from tkledger.core.keyring import signing_keepers

    keepers = [one for one in signing_keepers(law) if one != actor]
    lists = f"tk config set {quoted(f'keys.{actor}')}"
    if not keepers:
        return f"{lists} {key}"
    if key.startswith('"$('):  # what it runs gives nothing on the keeper's machine
        own = key[3:-2]
        return f"send {any_of(keepers)} what this prints: {own}; and ask for: {lists} KEY"
    return f"ask {any_of(keepers)}: {lists} {key}"
