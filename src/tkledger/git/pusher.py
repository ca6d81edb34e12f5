"""Who pushes, as the server's own git or its host vouches for it; never by a line in a commit."""

from __future__ import annotations

import os
from collections.abc import Mapping

from tkledger.core.typing import NamedTuple
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo

VARIABLES = ("GL_USERNAME", "GITEA_PUSHER_NAME", "GL_USER", "REMOTE_USER")
"""What GitLab, Gitea and Forgejo, gitolite and a web server set for their hooks, in the order in which
they are looked at. Each is a login: an e-mail, such as GITEA_PUSHER_EMAIL, may be the user's own choice.
"""

SETTING = "tk.pusher"
"""Configuration of the server's repository: the name of the variable that holds the pusher, or
``none`` if no variable does."""


class Pusher(NamedTuple):
    """The names of one who pushes; ``vouched`` is False if the server cannot tell, and its
    configuration says so.
    """

    names: frozenset[str]
    vouched: bool = True


def pusher(repo: Repo, environment: Mapping[str, str] | None = None) -> Pusher:
    """Who makes this push: by its certificate, else by the configured variable, else by the first of
    `VARIABLES` that is set. The first that tells is the only one: several could name several people.
    """
    env = os.environ if environment is None else environment
    certified = _certified(env)
    if certified:
        return Pusher(frozenset(certified))
    configured = repo.answers("config", SETTING)
    if configured == "none":
        return Pusher(frozenset(), vouched=False)
    found = (env.get(name, "") for name in ((configured,) if configured else VARIABLES))
    name = next(filter(None, found), "")
    return Pusher(frozenset({name} if name else ()))


def _certified(env: Mapping[str, str]) -> list[str]:
    """The signer of a push certificate. A status alone proves nothing: an unknown key is good,
    too, with an empty signer (measured); and a certificate without our nonce may be replayed.
    """
    good = env.get("GIT_PUSH_CERT_STATUS") == "G" and env.get("GIT_PUSH_CERT_NONCE_STATUS") == "OK"
    return _identities(env.get("GIT_PUSH_CERT_SIGNER", "")) if good else []


def signer(repo: Repo, commit: Oid) -> list[str]:
    """The names of who signed a commit, if this server knows the key."""
    out = repo.answers("log", "-1", "--format=%G?%x00%GS", commit) or ""
    status, _, name = out.partition("\0")
    return _identities(name) if status == "G" else []


def _identities(text: str) -> list[str]:
    """``Alice <alice@example.org>`` has both names."""
    name, bracket, email = text.partition("<")
    found = [name.strip(), email.rstrip("> ") if bracket else ""]
    return [one for one in found if one]
