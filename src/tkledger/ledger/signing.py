"""Commits about to be made that the policy wants signed: whether they can be, and whether they were."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tkledger.core.change import Change, Refused, Violation
from tkledger.core.rules import judge, signatures
from tkledger.git import identity
from tkledger.git.objects import Oid
from tkledger.ledger.reader import Ledger


def may_sign(ledger: Ledger) -> bool:
    """Whether a commit on HEAD may be signed, so that git may ask for a passphrase."""
    policy = ledger.head().policy
    return identity.signs(ledger.repo.variables()) or (policy is not None and bool(policy.keys))


def required(ledger: Ledger, made: Change) -> Change | None:
    """The same change, if the policy wants it signed; else None. Raises Refused if it cannot be signed
    here, or the policy lists no key of who makes it.
    """
    if not signatures.to_be_signed(made):
        return None
    require_able(ledger, made)
    return made


def merged(ledger: Ledger, parents: Sequence[Oid], tree: Oid, message: str) -> Change | None:
    """The same of a merge about to be made."""
    laws = [law for oid in parents if (law := ledger.history_at(oid).policy) is not None]
    if not any(law.keys for law in laws):
        return None  # as nearly always, and then it is not looked at again
    from tkledger.ledger import changes

    return required(ledger, changes.proposed(ledger, parents, tree, message))


def require_able(ledger: Ledger, made: Change) -> None:
    """Raise Refused if what has to be signed cannot be here, or the policy lists no key of who makes it."""
    from tkledger.core.keyring import keys_of
    from tkledger.git import signing_keys

    config = ledger.repo.variables()
    keys = keys_of(made.law, made.actor)
    if not keys:
        way = signatures.listed_by(made.law, made.actor, signing_keys.shown(config))
        raise _refused(made, "the policy lists no key of theirs", way)
    if not signing_keys.can_sign(config):
        way = f"{signing_keys.set_to_sign(keys)}, then again"
        raise _refused(made, "git knows no key to sign it with", way)


def _refused(made: Change, why: str, remedy: str) -> Refused:
    rule = signatures.unsigned
    who = f"in the name of {made.actor} needs a signature"
    return Refused(
        *(
            Violation(subject, rule.code, rule.name, f"{action} {who}, and {why}", remedy)
            for subject, action in signatures.to_be_signed(made)
        )
    )


def require_signed(ledger: Ledger, made: Change, commit: Oid) -> None:
    """Raise Refused if the commit that was made has no signature that the policy believes."""
    from tkledger.core.keyring import keys_of
    from tkledger.git import signing_keys

    signed = made._replace(signature=partial(ledger.signatures.of, commit))
    way = f"{signing_keys.set_to_sign(keys_of(made.law, made.actor))}, then again"
    try:
        found = judge(signed, (signatures.unsigned,))
    finally:
        ledger.close_signatures()
    if found:
        raise Refused(*(one._replace(remedy=way) for one in found))
