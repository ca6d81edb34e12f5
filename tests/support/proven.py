"""A clone whose policy asks for signatures, and commits signed there by whoever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.support.clone import Clone
from tests.support.signers import Key

MAILS = {name: f"{name}@example.com" for name in ("ann", "bob", "mallory")}
OFF = ("-c", "core.hooksPath=/dev/null")


def begin(made: Clone, ssh_keys: Mapping[str, Key]) -> None:
    """Ann keeps the policy and the limits, bob and mallory have a key, too; ann's p and s are in review."""
    actors = [f"{mail}={name}" for name, mail in MAILS.items()]
    made.ok("config", "set", "actors", "test@example.org=ann", *actors)
    made.ok("config", "set", "approvals", "independent=true")
    made.ok("config", "set", "roles", "policy=ann", "budget=ann")
    for name in MAILS:
        made.ok("config", "set", f"keys.{name}", ssh_keys[name].public)
    for one in ("p", "s"):
        made.ok("edit", one, "--budget", "steps=9")
        made.ok("submit", one)
    made.ok("config", "set", "proof", "signature")
    made.push()


def signing(clone: Clone, key: Key | None) -> None:
    """Have git sign with a key in this clone, or with none."""
    for name in ("gpg.format", "user.signingkey"):
        clone.run("config", "--unset-all", name)
    for name, value in key.config.items() if key else ():
        clone.git("config", name, value)


def commit(
    clone: Clone, who: str, key: Key | None, what: Callable[[Clone], object], *options: str
) -> str:
    """A commit by an actor, past all hooks of the clone."""
    what(clone)
    sign = (*key.options, "commit", "-S") if key else ("commit",)
    env = {"GIT_AUTHOR_EMAIL": MAILS[who], **(key.env if key else {})}
    clone.git(*OFF, *sign, "-q", "-a", "-m", "by hand\n\nTk-Reason: it grew", *options, env=env)
    return clone.oid()
