"""What a merge does with two policies: it keeps one, and the other's changes are to be made again."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.core.policy import DEFAULT, Policy
from tkledger.files import codec
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.ledger.reader import Ledger


def to_repeat(ledger: Ledger, sides: Sequence[Oid], kept: Oid) -> str:
    """The line by which the policy of ``kept`` gets what these sides of a merge changed in theirs; empty if it
    has all of that.
    """
    known = _policy(ledger, kept)
    there = [one for side in sides if (one := _policy(ledger, side)) != known]
    if not there:
        return ""
    from tkledger.verbs.repeated import repeated  # most merges find one policy

    base = next(iter(history.merge_bases(ledger.repo, sides)), None)
    return repeated(_policy(ledger, base) if base else DEFAULT, there[0], known)


def in_files(base: bytes | None, sides: Sequence[bytes], kept: bytes) -> str:
    """The same of the file as it was before both sides, in them, and as it is kept; empty if one of these
    cannot be read.
    """
    from tkledger.verbs.repeated import repeated

    try:
        before, *there, known = (codec.load_policy(one or b"") for one in (base, *sides, kept))
    except codec.FormError:
        return ""
    return next(filter(None, (repeated(before, one, known) for one in there)), "")


def _policy(ledger: Ledger, commit: Oid) -> Policy:
    return ledger.at(commit).policy or DEFAULT
