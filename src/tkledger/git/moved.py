"""Whether refs may have moved, found out without starting git; where they are is not known here."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress

from tkledger.git.repo import Repo

_YOUNG = 2_000_000_000
"""Nanoseconds: what changed so lately may change again without another time (FAT counts by two seconds)."""

_LONGEST = 60.0
"""Seconds after which it is said that refs may have moved in any case: a network's files may show old times."""

Stamp = dict[str, tuple[int, int]]


class RefsMoved:
    """Says from time to time whether refs under some prefixes may have moved since it was asked last.

    git replaces the file of a ref, and so changes its folder, whose time is all that is looked at.
    """

    def __init__(self, repo: Repo, prefixes: Sequence[str]) -> None:
        self._common = repo.common_dir
        self._prefixes = prefixes
        self._known: Stamp = {}
        self._looked = 0.0
        self._young = True

    def note(self) -> None:
        """Take the refs for known; call it before they are read."""
        self._known = {path: _stamp(path) for path in self._places()}
        self._looked = time.monotonic()
        newest = max((at for at, _ in self._known.values()), default=0)
        self._young = abs(time.time_ns() - newest) < _YOUNG  # unless another clock gave the time

    def asked(self) -> bool:
        """Whether they may have moved since."""
        return (
            self._young
            or time.monotonic() - self._looked > _LONGEST
            or any(_stamp(path) != known for path, known in self._known.items())
        )

    def _places(self) -> list[str]:
        """The folders of refs, the file of those that are packed, and git's other form of keeping them."""
        found = [os.path.join(self._common, name) for name in ("packed-refs", "reftable")]
        for prefix in self._prefixes:
            top = os.path.join(self._common, prefix)
            found += [top, *(folder for folder, _, _ in os.walk(top) if folder != top)]
        return found


def _stamp(path: str) -> tuple[int, int]:
    """When a file or folder was changed, and which one it is; zeros if it does not exist."""
    with suppress(OSError):
        status = os.stat(path)
        return status.st_mtime_ns, status.st_ino
    return 0, 0
