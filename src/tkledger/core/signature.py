"""What the signature of a commit is worth; who verifies it, and with which keys, is not known here."""

from __future__ import annotations

from tkledger.core.typing import NamedTuple

NONE, BAD, UNKNOWN, REVOKED, GOOD = "none", "bad", "unknown", "revoked", "good"
"""There is none; it is not of this commit; by a key that was not among those asked for; by one that says of
itself that it was revoked; by one of them.
"""


class Signed(NamedTuple):
    """What the signature of a commit is worth: its state, and if that is `GOOD` the fingerprint of the key."""

    state: str
    key: str = ""


class Signature(NamedTuple):
    """The signature of a commit by the keys of a policy: the actors who have the key that made it, none if no
    key of the policy did; its fingerprint; and the state.
    """

    actors: frozenset[str] = frozenset()
    key: str = ""
    state: str = NONE
