"""How work flows and what it costs, as values; where they come from and how they look is not known here."""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.core.flow import Flow
from tkledger.core.forecast import Forecast
from tkledger.core.lifecycle import State
from tkledger.core.typing import NamedTuple
from tkledger.core.usage import Used

WIP = (State.IN_PROGRESS, State.IN_REVIEW)
"""The states of what is being worked on."""

WANTED = (State.TODO, *WIP, State.BLOCKED)
"""The states of what is to be done: what lies in the backlog is not wanted yet."""

BY = ("owner", "type", "model", "label")
"""What spending is summed by."""


class SpentBy(NamedTuple):
    """Of whose and which tasks, and by which model, something was spent; empty for none."""

    owner: str
    type: str
    model: str
    label: tuple[str, ...]


Spent = Mapping[SpentBy, Used]


class Stats(NamedTuple):
    """How work flows.

    states: how many tasks are in each now
    spent: what commits say was used on these tasks; `by` sums it
    forecast: when what is wanted may be done
    shallow: whether older history is missing
    """

    flow: Flow
    states: Mapping[State, int]
    spent: Spent
    forecast: Forecast
    shallow: bool = False

    @property
    def wip(self) -> int:
        """How many tasks are being worked on."""
        return sum(self.states.get(state, 0) for state in WIP)


def added(one: Used, other: Used) -> Used:
    """What was used together."""
    return Used(*map(sum, zip(one, other)))


def by(spent: Spent, what: str) -> list[tuple[str, Used]]:
    """What was spent by owner, type, model or label, each with its sum, the most costly first; what has several
    labels counts for each, and what has none is left out.
    """
    found: dict[str, Used] = {}
    for key, used in spent.items():
        one = getattr(key, what)
        for name in one if isinstance(one, tuple) else (one,):
            found[name] = added(found.get(name, Used()), used)
    return sorted(found.items(), key=lambda row: (-row[1].cost, -row[1].tokens, row[0]))


def total(spent: Spent) -> Used:
    """What was spent in all."""
    found = Used()
    for used in spent.values():
        found = added(found, used)
    return found
