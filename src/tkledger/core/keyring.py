"""The keys and logins of a policy: whose they are, and which actors they make one."""

from __future__ import annotations

from tkledger.core.policy import Policy
from tkledger.core.public_keys import fingerprint


def keys_of(policy: Policy, actor: str) -> dict[str, str]:
    """The public keys of an actor, by their fingerprints."""
    named = (keys for name, keys in policy.keys.items() if policy.actor(name) == actor)
    return {fingerprint(key): key for keys in named for key in keys}


def signing_keepers(policy: Policy) -> list[str]:
    """The actors who may change a policy, and have a key to sign that with."""
    named = sorted({*map(policy.actor, policy.keys)})
    return [one for one in named if "policy" not in policy.roles or policy.has_role(one, "policy")]


def signing_with(policy: Policy, key: str) -> frozenset[str]:
    """The actors who have the key with a fingerprint."""
    return frozenset(one for one in map(policy.actor, policy.keys) if key in keys_of(policy, one))


def shared_by(policy: Policy, one: str, other: str) -> str:
    """How two actors prove that it was them by the same login or key, if that makes them one, as words
    that follow the name of the first; empty if they do not.
    """
    if policy.shared_login != "one":
        return ""
    if policy.proof == "pusher":
        logins = (login for login in policy.pushers if {one, other} <= policy.actors_of(login))
        return next((f"pushes as {login} like {other}" for login in logins), "")
    shared = policy.proof == "signature" and {*keys_of(policy, one)} & {*keys_of(policy, other)}
    return f"signs with a key of {other}" if shared else ""
