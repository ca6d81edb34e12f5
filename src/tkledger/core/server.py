"""What a server asks of pushes, as it publishes it for its clones; it reads and writes no refs."""

from __future__ import annotations

import json

from tkledger.core.field import choice, line, list_of, whole
from tkledger.core.policy import DEFAULT, FORMAT, LAW, Policy
from tkledger.core.typing import NamedTuple

MAX_BYTES = 1 << 17
"""The most that is read of what a server published: a policy's file is smaller by half."""

NOBODY = "nobody"
"""In place of the variable that names the pusher: a push came, and no variable named one."""

NONE = "none"
"""Likewise: the server's configuration says that there is no such variable."""


class ServerAsks(NamedTuple):
    """What a server asks of pushes, by the policy on its HEAD.

    tk: its version; law, format: the newest that it knows
    proof: as in the policy, ``pusher`` if it asks who pushes; protected: branches that are not rewritten
    pusher: the variable that names the pusher, `NOBODY` or `NONE`; empty while that is not known
    lacks: the programs that verify signatures and are not there
    """

    tk: str
    law: int
    format: int
    proof: str
    protected: tuple[str, ...]
    pusher: str
    lacks: tuple[str, ...] = ()

    @property
    def knows_nobody(self) -> bool:
        """Whether it cannot know who pushes, as far as it has seen."""
        return self.pusher in (NOBODY, NONE)


def asks(tk: str, policy: Policy | None, pusher: str, lacks: tuple[str, ...] = ()) -> ServerAsks:
    """What a server of this version asks; without a ledger yet, what the default policy does."""
    policy = policy or DEFAULT
    proof = "pusher" if policy.asks_who_pushes else policy.proof
    return ServerAsks(tk, LAW, FORMAT, proof, policy.protected, pusher, lacks)


def published(asked: ServerAsks) -> bytes:
    """The bytes that say so."""
    said = {name: value for name, value in asked._asdict().items() if name != "lacks" or value}
    return (json.dumps(said, ensure_ascii=False) + "\n").encode()


def read(data: bytes) -> ServerAsks | None:
    """What such bytes say; None if they say nothing that can be understood. They may be hostile."""
    try:
        found = json.loads(data) if len(data) <= MAX_BYTES else {}
        return ServerAsks(
            line(found["tk"]),
            whole(1)(found["law"]),
            whole(1)(found["format"]),
            choice(("name", "pusher", "signature"))(found["proof"]),
            list_of(line)(found["protected"]),
            line(found["pusher"]) if found["pusher"] != "" else "",
            list_of(line)(found.get("lacks", [])),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def names_worth(policy: Policy, pusher: str | None) -> str:
    """One line about what the names in commits are worth, and what raises it. ``pusher`` is as
    in `ServerAsks`; None or empty if that is not known.
    """
    nobody = pusher in (NOBODY, NONE)
    if policy.asks_who_pushes:
        if policy.law < 2 and pusher == NONE:
            return (
                "an actor is who the commit says: this server says that it cannot know who pushes"
            )
        bound = "approvals, raised limits and the policy's roles are bound to who pushes"
        if nobody:
            return f"{bound}, and this server does not know who does: it refuses them"
        return f"{bound}, by {pusher}" if pusher else bound
    if policy.proof == "signature":
        return (
            "approvals, raised limits and changes of the policy are signed by who did them, as anybody can"
            " verify"
        )
    fact = "an actor is who the commit says; anyone who may push can write any name"
    if nobody:
        return f"{fact} (this server does not know who pushes)"
    if pusher:
        return f"{fact}; this server knows who pushes ({pusher}): tk config set proof pusher"
    return f"{fact}; if your server knows who pushes: tk config set proof pusher"


def refuses_all(policy: Policy, pusher: str | None) -> bool:
    """Whether the policy asks for what the server cannot know, so that no approval gets in."""
    if not policy.asks_who_pushes:
        return False
    return pusher == NOBODY or (pusher == NONE and policy.law >= 2)
