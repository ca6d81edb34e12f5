"""Which tasks of an actor, or of no one, are due soon, or were due already; by the rows of an overview."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow, rank
from tkledger.core.policy import Policy
from tkledger.verbs.typed_times import day

SOON = 7
"""What is due within so many days is due soon."""


def due_soon(overview: Overview, law: Policy, actor: str, now: int) -> list[tuple[TaskRow, str]]:
    """The open tasks that are due by then, what is due first first, each with the words for when that is; ``now``
    in seconds since 1970.
    """
    today, soon = day("due", "today", now), day("due", f"{SOON}d", now)
    found = overview.some([*_places(overview, soon)])
    mine = (row for row in found if not row.owner or law.owns(actor, row.owner))
    return [
        (row, f"overdue since {row.due}" if row.due < today else f"due {row.due}")
        for row in sorted(mine, key=lambda row: (row.due, rank(row)))
    ]


def _places(overview: Overview, soon: str) -> Iterator[int]:
    columns = zip(*map(overview.column, ("due", "state", "is_mistake")))
    for place, (due, state, hidden) in enumerate(columns):
        if "" < due <= soon and not hidden and state not in (State.DONE, State.CANCELLED):
            yield place
