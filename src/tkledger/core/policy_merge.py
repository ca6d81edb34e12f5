"""The policy that a merge has to have; which one judges a commit is not said here."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.core.policy import Policy
from tkledger.core.snapshot import Snapshot, governing


def merged_policy(parents: tuple[Snapshot, ...], after: Snapshot) -> Policy | None:
    """The policy that a merge has to have: the newest of its parents' and, since edition 2 of the law,
    all that any of them accepts.
    """
    newest = governing(parents, after)
    if newest is None or newest.law < 2:
        return newest
    sides = [parent.policy for parent in parents if parent.policy is not None]
    return joined(newest, sides)


def joined(newest: Policy, sides: Iterable[Policy]) -> Policy:
    """The newest of several policies with all that any of them accepts; its own reasons stay."""
    accepted = {oid: why for side in sides for oid, why in side.accepted.items()}
    if accepted.keys() <= newest.accepted.keys():
        return newest
    return newest._replace(accepted=dict(sorted({**accepted, **newest.accepted}.items())))
