"""Watchers killed at random: ``python -m stress.events [EVENTS] [SEED]``.

EVENTS events are written on four branches with merges between them, and on claims, while one `tk watch`
after another is killed, with all that it wrote and nobody read. Exits 1 if an event is lost, comes with
another id, or says something else when it comes again.
"""

from __future__ import annotations

import sys
import time

from bench.stopwatch import world
from stress.outcome import ended, founded
from tests.support.project import Project
from tests.support.watching import Told, expected, watched


def main(events: int, seed: int) -> int:
    """Have them written and watched, and compare with what git has."""
    with world() as folder:
        project = founded(folder, 7_200)
        begun = time.perf_counter()
        found = watched(project, events, seed)
        seconds = time.perf_counter() - begun
        print(
            f"{len(found.events):,} events in {seconds:.0f} s, by {found.killed:,} watchers that were killed;"
            f" {found.repeated:,} came again"
        )
        return ended(wrong(project, found))


def wrong(project: Project, found: Told) -> list[str]:
    """What was lost, and what was told that is not there."""
    known, wanted = {one.rpartition(":")[0] for one in found.events}, expected(project)
    return [
        *(f"lost: {one}" for one in sorted(wanted - known)),
        *(f"not there: {one}" for one in sorted(known - wanted)),
    ]


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(given + [10_000, 1][len(given) :])))
