"""Who acts: the one answer for a command, a hook and a commit; what an actor may do is decided elsewhere."""

from __future__ import annotations

import os
from collections.abc import Mapping

from tkledger.core.typing import NamedTuple
from tkledger.git.errors import GitError
from tkledger.git.repo import Repo


class Identity(NamedTuple):
    """Who acts, or who made a commit.

    actor: the name that was given (``--as``, TK_ACTOR, a commit's ``Tk-Actor``), else the e-mail
    email: the author's e-mail if no name was given: only then does it say who the actor is
    """

    actor: str
    email: str = ""


def known_by(name: str | None, email: str) -> Identity:
    """Who is known by a name, or if none was given by an e-mail."""
    return Identity(name) if name else Identity(email, email)


def named(name: str | None = None) -> str | None:
    """The name of who acts here, if one was given: this one, else TK_ACTOR."""
    return name or os.environ.get("TK_ACTOR")


def acting(repo: Repo, name: str | None = None) -> Identity:
    """Who acts here: the name given, else TK_ACTOR, else the author of git's next commit.

    Raises GitError if git would have to guess the author.
    """
    name = named(name)
    return Identity(name) if name else known_by(None, author_email(repo))


def author_email(repo: Repo) -> str:
    """The e-mail of a commit made now; raises GitError if git would have to guess it."""
    ident = identities(repo)[0]
    return ident[ident.index("<") + 1 : ident.index(">")]


def signs(config: Mapping[str, str]) -> bool:
    """Whether git is set to sign every commit."""
    return _is_on(config, "commit.gpgsign")


SIGN_OFF = "tk.signoff"
"""In git's configuration: whether the commits of tk are signed off by who makes them."""


def signed_off(message: str, committer: str, config: Mapping[str, str]) -> str:
    """A message with the line by which the committer signs it off, if they want that."""
    if not _is_on(config, SIGN_OFF):
        return message
    who, end, _ = committer.partition(">")
    gap = "" if "\n\n" in message else "\n"
    return f"{message}{gap}Signed-off-by: {who}{end}\n"


def _is_on(config: Mapping[str, str], name: str) -> bool:
    return config.get(name, "").lower() in ("true", "yes", "on", "1")


def is_off(config: Mapping[str, str], name: str) -> bool:
    """Whether a variable that is on without a word says no."""
    return config.get(name, "").lower() in ("false", "no", "off", "0")


def identities(repo: Repo) -> tuple[str, str, dict[str, str]]:
    """Author and committer as ``NAME <EMAIL> SECONDS ZONE``, and the configuration.

    Raises GitError if git would have to guess who that is.
    """
    found = repo.variables()
    author, committer = found.get("GIT_AUTHOR_IDENT"), found.get("GIT_COMMITTER_IDENT")
    certain = (
        "user.email" in found
        or repo.has_variable("EMAIL")
        or all(
            f"{who}.email" in found or repo.has_variable(f"GIT_{who.upper()}_EMAIL")
            for who in ("author", "committer")
        )
    )
    if not (certain and author and committer):
        raise GitError(
            "git does not know who you are", "git config --global user.email you@example.org"
        )
    return author, committer, found
