"""Foresees in a clone what a server will refuse, by what it published; the server decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.claims.remote import fetch_server, name_of
from tkledger.core import server
from tkledger.core.change import Change, Refused, Violation
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.identity import RestrictedAction
from tkledger.core.field import WHOLE
from tkledger.core.policy import Policy
from tkledger.core.ref_names import copied_server
from tkledger.core.rules.restricted import restricted
from tkledger.core.server import ServerAsks
from tkledger.doors.published import asked_by
from tkledger.errors import unusable
from tkledger.git.identity import signs
from tkledger.git.repo import Repo
from tkledger.report import Progress


def remembered(repo: Repo, remote: str) -> ServerAsks | None:
    """What a remote asked when it was fetched from last."""
    return asked_by(repo, copied_server(remote))


def unvouched(
    change: Change, laws: Iterable[Policy | None], asked: ServerAsks
) -> Iterator[Violation]:
    """The restricted actions of an unsigned commit that a server will refuse since it does not know who pushes."""
    asking = [law for law in laws if law is not None and law.asks_who_pushes]
    if not (asked.knows_nobody and asking):
        return
    edition = max(law.law for law in asking)
    if edition < 2 and asked.pusher == server.NONE:
        return
    kept = any("policy" in law.roles for law in asking)
    for subject, action in restricted(change, asking):
        yield from judge_door(
            RestrictedAction(subject, action, change.actor, (), frozenset(), edition, kept)
        )


def require_vouched(repo: Repo, change: Change, progress: Progress) -> None:
    """Raise Refused if the remote will refuse what a command is about to record, since it does not
    know who pushes. If it cannot be asked anew this is only said: what it asked may have changed.
    """
    config = repo.variables()
    remote = name_of(config, repo.head_ref)
    asked = remembered(repo, remote) if remote else None
    if not (remote and asked and asked.knows_nobody) or signs(config):
        return  # of a signed commit the server may know the signer
    if not any(unvouched(change, [change.policy], asked)):
        return
    words = fetch_server(repo, remote)
    asked = remembered(repo, remote)
    found = tuple(unvouched(change, [change.policy], asked)) if asked else ()
    if found and not words:
        raise Refused(*found)
    for one in found:
        fact = f"{remote} refused this when it was last asked, and cannot be reached ({words})"
        progress.say(f"warning: {fact}: {one.task}: {one.message}")


def require_able(repo: Repo, setting: str, value: str) -> None:
    """Raise TkError if the remote says of itself that it cannot do what a setting of the policy asks:
    it would refuse every approval, or every push, and the way back.
    """
    remote = name_of(repo.variables(), repo.head_ref)
    if remote is None or fetch_server(repo, remote):
        return
    asked = remembered(repo, remote)
    if asked is None:
        return
    if (setting, value) == ("proof", "pusher") and asked.knows_nobody:
        raise unusable(
            "unknown-pushers",
            f"{remote} does not know who pushes: it would refuse every approval",
            "on the server: git config tk.pusher VARIABLE, the one that tells who pushes, and push once",
        )
    if (setting, value) == ("proof", "signature"):
        _require_verifying(repo, remote, asked)
    if setting in ("law", "format") and WHOLE.match(value):
        newest = getattr(asked, setting)
        if int(value) > newest:
            raise unusable(
                "server-too-old",
                f"{remote} has tk {asked.tk}, which knows {setting} {newest}: it would refuse every push",
                "on the server: install a newer tk, then tk hooks install --server",
            )


def _require_verifying(repo: Repo, remote: str, asked: ServerAsks) -> None:
    """Raise TkError if a remote lacks a program that the signatures by the policy's keys take."""
    from tkledger.core.public_keys import is_ssh
    from tkledger.ledger.reader import Ledger

    policy = Ledger(repo).head().policy
    keys = [key for listed in policy.keys.values() for key in listed] if policy else []
    for program in {"ssh-keygen" if is_ssh(key) else "gpg" for key in keys} & {*asked.lacks}:
        raise unusable(
            "unverifiable",
            f"{remote} has no {program}: it would refuse all that has to be signed",
            f"on the server: install {program}, and push once",
        )
