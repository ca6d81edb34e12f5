"""The model check at any size: ``python -m stress.model_check [ACCEPTED] [PROCESSES]``.

Runs random histories until that many commits have been accepted, and exits 1 if the oracle finds
one that should not have been, or two heads that cannot be merged.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.support.random_ledgers import Tally, tally

BATCH = 100
"""Histories handed to a process at a time."""


def batch(number: int) -> Tally:
    """The sum of one batch of histories."""
    total = Tally()
    for seed in range(number * BATCH, (number + 1) * BATCH):
        total += tally(seed)
    return total


def main(wanted: int, processes: int) -> int:
    """Histories until ``wanted`` commits are accepted."""
    begun = time.perf_counter()
    total, number = Tally(), 0
    with ProcessPoolExecutor(processes) as pool:
        while total.accepted < wanted and not total.wrongs:
            for found in pool.map(batch, range(number, number + 4 * processes)):
                total += found
            number += 4 * processes
    seconds = time.perf_counter() - begun
    for name in ("accepted", "rejected", "merges", "criss_crosses", "pairs", "merged", "repairs"):
        print(f"{name.replace('_', '-'):14} {getattr(total, name):10,}")
    print(f"{'histories':14} {number * BATCH:10,}")
    print(f"{'violations':14} {len(total.wrongs):10,}")
    print(f"{'seconds':14} {seconds:10.0f}")
    print("refused by     " + ", ".join(f"{code} {count:,}" for code, count in total.codes))
    for wrong in total.wrongs[:20]:
        print(wrong)
    return 1 if total.wrongs or total.pairs != total.merged else 0


if __name__ == "__main__":
    arguments = [int(one) for one in sys.argv[1:]]
    wanted, processes = (*arguments, *(500_000, os.cpu_count() or 1)[len(arguments) :])
    sys.exit(main(wanted, processes))
