"""Which commands of gates may run on this machine, as its user said; nothing of that lies in a repository."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection
from hashlib import sha256
from stat import S_ISDIR, S_ISREG

from tkledger.core.guard import Gate
from tkledger.local.store import NONCE, Store, replace

_MOST_BYTES = 1 << 20


class Trust:
    """What is trusted in one repository, for all its checkouts: gates, each word for word.

    ``common_dir`` is the common git folder. The user's state folder, by ``XDG_STATE_HOME``, must lie neither
    in that nor in ``top``, the checkout: there a repository could say itself what to trust in it.
    """

    def __init__(self, common_dir: str, top: str | None) -> None:
        self._common = os.path.realpath(common_dir)
        state = os.environ.get("XDG_STATE_HOME", "")
        if not os.path.isabs(state):  # as the XDG Base Directory Specification has it
            state = os.path.join(os.path.expanduser("~"), ".local", "state")
        self.folder = os.path.join(state, "tk", "gates")
        self._store = Store(self._common)
        self._around = {self._common, *([os.path.realpath(top)] if top else [])}
        if os.path.basename(self._common) == ".git":
            self._around.add(os.path.dirname(self._common))

    @property
    def inside(self) -> str:
        """The folder of the repository that the user's state lies in; empty if it lies outside."""
        own = os.path.realpath(self.folder)
        around = (
            one for one in sorted(self._around) if f"{own}{os.sep}".startswith(f"{one}{os.sep}")
        )
        return next(around, "")

    def has(self, name: str, gate: Gate) -> bool:
        """Whether a gate is trusted, as it is."""
        return _mark(name, gate) in self._marks()

    def add(self, gates: Collection[tuple[str, Gate]]) -> None:
        """Trust gates, as they are. Raises OSError."""
        marks = sorted(self._marks().union(_mark(*one) for one in gates))
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        if not self._store.read(NONCE):
            self._store.replace(NONCE, data=os.urandom(16).hex().encode())
        data = "".join(f"{one}\n" for one in marks)
        replace(self._path(), data.encode("ascii"), mode=0o600)

    def _path(self) -> str:
        """The file of this repository; empty if it trusts nothing yet, as one that took another's place."""
        nonce = self._store.read(NONCE)
        key = sha256(os.fsencode(self._common) + b"\0" + nonce).hexdigest() if nonce else ""
        return os.path.join(self.folder, key) if key else ""

    def _marks(self) -> frozenset[str]:
        """What the file says; nothing if others than the user could have written it."""
        if self.inside:
            return frozenset()
        try:
            file = os.open(self._path(), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            return frozenset()
        try:
            if not (_is_own(os.fstat(file), S_ISREG) and _is_own(os.lstat(self.folder), S_ISDIR)):
                return frozenset()
            data = os.read(file, _MOST_BYTES)
        finally:
            os.close(file)
        return frozenset(data.decode("ascii", "replace").split())


def _is_own(found: os.stat_result, kind: Callable[[int], bool]) -> bool:
    """Whether only the user may write to what was found, and it is of the kind."""
    return kind(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _mark(name: str, gate: Gate) -> str:
    """The hash of a gate with all that it says."""
    return sha256(json.dumps([name, gate._asdict()], sort_keys=True).encode()).hexdigest()
