"""When this machine first saw a claim, by its own clock: leases run out by that and nothing else.

The dates in a claim are its holder's, whose clock may be an hour off. A file for each claim lies in
``tk/seen`` of the common git folder; to lose one only gives the claim's holder time anew.
"""

from __future__ import annotations

import os
import time
from collections.abc import Container
from contextlib import suppress
from typing import NamedTuple

from tkledger.git.objects import Oid

_KEPT_SECONDS = 86_400
"""How long a sighting is kept of what is no claim any more: it may be one about to be made."""


class Sighting(NamedTuple):
    """How many seconds ago this machine first saw a claim, and whether it was made here."""

    age: float
    here: bool


def first_seen(common_dir: str, oid: Oid, *, here: bool = False) -> Sighting:
    """The first sight of a claim; now, if it was never seen. ``here``: it is being made."""
    path = os.path.join(common_dir, "tk", "seen", oid)
    known = _read(path)
    if known is None:
        _write(path, here)
        return Sighting(0.0, here)
    return known


def forget_others(common_dir: str, standing: Container[Oid]) -> None:
    """Drop the sightings of what is no claim any more."""
    folder = os.path.join(common_dir, "tk", "seen")
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name not in standing and time.time() - entry.stat().st_mtime > _KEPT_SECONDS:
                os.unlink(entry.path)


def _read(path: str) -> Sighting | None:
    try:
        with open(path, encoding="ascii") as file:
            boot, ticks, clock, here = file.read().split()
        # the steady clock begins anew with the machine; then the other one has to do
        steady = time.monotonic() - float(ticks)
        age = steady if boot == _boot() and steady >= 0 else time.time() - float(clock)
        return Sighting(max(age, 0.0), here == "here")
    except (OSError, ValueError):
        return None


def _write(path: str, here: bool) -> None:
    """Never in the way of anything: where nothing can be written, a claim stays new."""
    text = f"{_boot()} {time.monotonic():.3f} {time.time():.3f} {'here' if here else 'there'}"
    with suppress(OSError):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        scratch = f"{path}-{os.getpid()}"
        with open(scratch, "w", encoding="ascii") as file:
            file.write(text)
        os.replace(scratch, path)


def _boot() -> str:
    """What changes when the machine starts anew; ``-`` where the system does not tell."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip() or "-"
    except OSError:
        return "-"
