"""Publishes on a server what it asks of pushes, in a ref of its own that no push can write."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress

from tkledger import __version__
from tkledger.core import server
from tkledger.core.policy import Policy
from tkledger.core.ref_names import SERVER
from tkledger.core.server import ServerAsks
from tkledger.git import refs, writing
from tkledger.git.cat_file import Found
from tkledger.git.errors import RefMoved
from tkledger.git.objects import NewObject, Oid, oid_of
from tkledger.git.pusher import SETTING, VARIABLES
from tkledger.git.refs import RefLine, RefSwap
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.local.store import UNPUBLISHED, Store

PROGRAMS = ("gpg", "ssh-keygen")
"""What verifies signatures; not found by shutil, which is a module more in each push."""


def asked_by(repo: Repo, name: str) -> ServerAsks | None:
    """What a server asks, by the name of the object, or of the ref, that says so; None if there is none,
    or it says nothing that can be understood.
    """
    return _understood(repo.read(name, limit=server.MAX_BYTES))


def note_if_due(ledger: Ledger, lines: Sequence[RefLine]) -> None:
    """Note, while a push is judged, whether after it the server asks something else than it published:
    objects and refs cannot be written yet.
    """
    repo = ledger.repo
    tip = next((line.new for line in lines if line.ref == repo.head_ref), repo.head)
    data = _asked(repo, ledger.at(tip).policy if tip else None, pushed=True)[0]
    if data is not None:
        # with it, so that the hook after the push, which may run without Python, looks again
        Store(repo.common_dir).keep(UNPUBLISHED, data=b"")


def publish(repo: Repo, *, pushed: bool = False) -> None:
    """Publish what the server asks now, if that is not published; ``pushed`` is whether this is a push."""
    data, old = _asked(repo, Ledger(repo).head().policy, pushed=pushed)
    if data is not None:
        writing.write_objects(repo, [NewObject("blob", data)])
        new = oid_of("blob", data, repo.width)
        with suppress(RefMoved):  # another push has just done so
            refs.swap(repo, [RefSwap(SERVER, new, old)], "tk: what this server asks")
    Store(repo.common_dir).remove(UNPUBLISHED)


def pusher_known_by(repo: Repo) -> str:
    """What tells this server who pushes, as far as it has seen; as in `ServerAsks`."""
    return _told_by(repo, {}, asked_by(repo, SERVER), pushed=False)


def _asked(repo: Repo, policy: Policy | None, *, pushed: bool) -> tuple[bytes | None, Oid | None]:
    """The bytes to publish, None if they are published; and the object that is."""
    found = repo.read(SERVER, limit=server.MAX_BYTES)
    told = _told_by(repo, os.environ, _understood(found), pushed=pushed)
    data = server.published(server.asks(__version__, policy, told, lacking()))
    return (None if found and found[2] == data else data), (found[0] if found else None)


def lacking() -> tuple[str, ...]:
    """The programs that verify signatures, as git finds them, and that are not there."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    found = {
        name for name in PROGRAMS for one in folders if os.access(os.path.join(one, name), os.X_OK)
    }
    return tuple(name for name in PROGRAMS if name not in found)


def _understood(found: Found | None) -> ServerAsks | None:
    return server.read(found[2]) if found and found[1] == "blob" else None


def _told_by(
    repo: Repo, environment: Mapping[str, str], before: ServerAsks | None, *, pushed: bool
) -> str:
    """What tells who pushes: by the configuration, else in this push, else in an earlier one."""
    configured = repo.variables()
    if name := configured.get(SETTING):
        return name
    if configured.get("receive.certnonceseed"):
        return "push certificates"
    seen = next(filter(environment.get, VARIABLES), "")
    known = before.pusher if before and before.pusher in (*VARIABLES, server.NOBODY) else ""
    if seen or known in VARIABLES:
        return seen or known
    return server.NOBODY if pushed else known
