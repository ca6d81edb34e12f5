"""When this machine first saw a claim, by its own clock: leases run out by that and nothing else.

The dates in a claim come from its holder's clock, which may be an hour off. Each claim has a file;
if one is lost, the claim counts as new and its holder has more time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Container
from contextlib import suppress
from functools import cache

from tkledger.core.typing import NamedTuple
from tkledger.git.objects import Oid
from tkledger.local.store import FIRST_SEEN, Store

_KEPT_SECONDS = 86_400
"""How long the file of an object that is not a claim is kept: the claim may be about to be made."""


class Sighting(NamedTuple):
    """How many seconds ago this machine first saw a claim, and whether it was made here."""

    age: float
    here: bool


def note_first_seen(common_dir: str, oid: Oid, *, here: bool = False) -> Sighting:
    """When a claim was first seen: now, if never before. ``here``: it is being made."""
    return sighting(noted(common_dir, oid, here=here)) or Sighting(0.0, here)


def noted(common_dir: str, oid: Oid, *, here: bool = False) -> bytes:
    """What is written down of when a claim was first seen: for `sighting`, which tells how long ago it is."""
    store = Store(common_dir)
    try:
        known = store.read(FIRST_SEEN, oid) or b""
    except OSError:
        known = b""
    if sighting(known) is None:
        known = _written(here)
        store.keep(FIRST_SEEN, oid, data=known)  # if it cannot be, the claim stays new
    return known


def forget_others(common_dir: str, standing: Container[Oid]) -> None:
    """Drop the first-seen times of claims that no longer exist."""
    folder = Store(common_dir).path(FIRST_SEEN)
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name not in standing and time.time() - entry.stat().st_mtime > _KEPT_SECONDS:
                os.unlink(entry.path)


def sighting(words: bytes) -> Sighting | None:
    """What was written down; None if it cannot be read."""
    try:
        boot, ticks, clock, here = words.decode("ascii").split()
        # the steady clock begins anew with the machine; then the other one has to do
        steady = time.monotonic() - float(ticks)
        age = steady if boot == _boot() and steady >= 0 else time.time() - float(clock)
        return Sighting(max(age, 0.0), here == "here")
    except ValueError:
        return None


def _written(here: bool) -> bytes:
    place = "here" if here else "there"
    return f"{_boot()} {time.monotonic():.3f} {time.time():.3f} {place}".encode("ascii")


@cache
def _boot() -> str:
    """The id of the machine's current boot; ``-`` if the system has none."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="utf-8") as file:
            return file.read().strip() or "-"
    except OSError:
        return "-"
