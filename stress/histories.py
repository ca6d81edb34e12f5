"""All verdicts on random histories: ``python -m stress.histories [ACCEPTED] [SEED]``.

See `tests/support/verdicts.py`. Goes on until so many commits were accepted, printing how far it is;
exits 1 if any two verdicts differ. It can be interrupted: then it ends with what it has.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import lru_cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.verdicts import Outcome, compare
from tkledger.files import codec

BATCH = 10
"""So many histories are written into one repository."""

OPERATIONS = 150
"""So much is tried in each history; a sixth of it or more comes to nothing."""

HOOKED = 100
"""Of one history in so many, the server gets real pushes through its hooks."""

ENOUGH = 20
"""It ends after so many differences."""


def main(wanted: int, seed: int) -> int:
    """Histories until ``wanted`` commits are accepted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    codec.load_task = lru_cache(100_000)(codec.load_task)  # every judge reads the same few files
    begun = time.perf_counter()
    found = Outcome()
    try:
        for first in count(seed, BATCH):
            with TemporaryDirectory() as folder:
                seeds = range(first, first + BATCH)
                more = compare(seeds, Path(folder), operations=OPERATIONS, hooked=HOOKED)
            found = found.plus(more)
            _tell(found, first + BATCH - seed, time.perf_counter() - begun)
            for one in more.differences:
                print(f"wrong: {one}", flush=True)
            if found.accepted >= wanted or len(found.differences) >= ENOUGH:
                break
    except KeyboardInterrupt:
        print("interrupted")
    print(f"{len(found.differences)} differences")
    return 1 if found.differences else 0


def _tell(found: Outcome, histories: int, seconds: float) -> None:
    print(
        f"{found.accepted:,} accepted, {found.refused:,} refused, in {histories:,} histories;"
        f" {found.ranges:,} ranges, {found.pushes:,} pushes, {found.real_pushes:,} through hooks;"
        f" {len(found.differences)} differences; {seconds:.0f} s, {sum(os.times()[:4]):.0f} s of processor",
        flush=True,
    )


if __name__ == "__main__":
    words = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*words, *(500_000, 0)[len(words) :]))
