"""The views of many tasks, drawn of a ledger in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview
from tkledger.core.rows import overview, row
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.views.board import board
from tkledger.views.list import listing
from tkledger.views.text_layout import Lines
from tkledger.views.tree import tree


def listed(tasks: Iterable[Task], snapshot: Snapshot, hidden: Mapping[State, int]) -> Lines:
    shown = Overview([row(task, snapshot) for task in tasks])
    return listing(shown, range(len(shown)), hidden)


def tree_of(snapshot: Snapshot, *args: Any) -> Lines:
    return tree(overview(snapshot), *args)


def board_of(snapshot: Snapshot, recent: Iterable[str] = ()) -> Lines:
    return board(overview(snapshot), [*recent])
