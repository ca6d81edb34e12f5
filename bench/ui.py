"""What a key of `tk ui` costs in a small ledger and in a large one: ``python bench/ui.py [KEYS] [TASKS]``.

Processor time of the thread that the keys are handled and the screen is drawn in, a key at a time; what a pause
costs is not in it. What is selected is read by another thread.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

import history
from stopwatch import world

from tkledger.cli.commands.ui import typed
from tkledger.ui.app import screen
from tkledger.ui.panes import Manner

SIZE = (140, 45)


class Case(NamedTuple):
    """A pane, the keys that lead to it, and those that are pressed in turn."""

    name: str
    before: tuple[str, ...]
    keys: tuple[str, ...]


CASES = (
    Case("list: down", ("1", "g"), ("j",)),
    Case("list: a page down, the end, the top", ("1", "g"), ("ctrl+d", "G", "g")),
    Case("tree: down", ("2", "g"), ("j",)),
    Case("tree: fold, unfold", ("2", "g"), ("left", "right")),
    Case("board: down", ("3", "g"), ("j",)),
    Case("another view", ("1",), ("2", "3", "1")),
    Case(
        "filter: a letter",
        ("1", "slash"),
        ("t", "a", "s", "k", "backspace", "backspace", "backspace"),
    ),
)


async def measured(path: Path, keys: int) -> dict[str, list[float]]:
    """Milliseconds of each key, by case."""
    app = screen(str(path), "ada", {}, typed, Manner())
    gc.freeze()  # as the command does
    found: dict[str, list[float]] = {}
    async with app.run_test(size=SIZE) as pilot:
        for case in CASES:
            await pilot.press(*case.before)
            await app.workers.wait_for_complete()
            times = found[case.name] = []
            for number in range(keys):
                begun = time.thread_time()
                await pilot.press(case.keys[number % len(case.keys)])
                times.append((time.thread_time() - begun) * 1_000)
            await pilot.press("escape")
    app.end()
    return found


def main(keys: int, tasks: int) -> None:
    """A ledger of 100 tasks, and one of many."""
    with world() as folder:
        small, large = (
            asyncio.run(measured(history.build_at_once(folder / str(size), size), keys))
            for size in (100, tasks)
        )
    print(
        f"a key, {SIZE[0]} x {SIZE[1]}, in 100 tasks and in {tasks:,}: milliseconds of processor time"
    )
    print(f"{'case':40} {'100':>7} {f'{tasks:,}':>8} {'x':>6}   19 of 20 below")
    for name, times in large.items():
        one, other = statistics.median(small[name]), statistics.median(times)
        high = statistics.quantiles(times, n=20)[-1]
        print(f"{name:40} {one:7.1f} {other:8.1f} {other / one:5.2f}x   {high:.1f}")


if __name__ == "__main__":
    numbers = [*map(int, sys.argv[1:]), *(60, 10_000)[len(sys.argv) - 1 :]]
    main(*numbers[:2])
