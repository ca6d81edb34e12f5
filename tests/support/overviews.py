"""The views of many tasks, drawn of a ledger in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tkledger.api.lists import below, every, parted
from tkledger.core.lifecycle import State
from tkledger.core.overview import Chosen, Overview
from tkledger.core.rows import overview, row
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.views.board import board
from tkledger.views.list import listing
from tkledger.views.text_layout import Lines
from tkledger.views.tree import DEEPEST, tree


def listed(
    tasks: Iterable[Task],
    snapshot: Snapshot,
    hidden: Mapping[State, int],
    ages: Mapping[str, int] = {},
) -> Lines:
    shown = Overview([row(task, snapshot) for task in tasks])
    every = range(len(shown))
    noun = "open" if hidden else "tasks"
    return listing(shown, Chosen(every, len(every), len(every)), hidden, noun, lambda: ages)


def tree_of(
    snapshot: Snapshot,
    root: str | None = None,
    ended: bool = False,
    mistakes: bool = False,
    depth: int = DEEPEST,
) -> Lines:
    shown = overview(snapshot)
    places = every(shown, mistakes=mistakes)
    places = places if ended or mistakes else parted(shown, places)[0]
    places = below(shown, root, places) if root else places
    return tree(shown, Chosen(places, len(places), len(places)), root, depth=depth)


def board_of(snapshot: Snapshot, **more: Any) -> Lines:
    shown = overview(snapshot)
    places = every(shown, mistakes=False)
    return board(shown, places, places, **more)
