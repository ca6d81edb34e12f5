"""`tk watch`: events, one a line; it does not order or choose."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.core.events import LedgerEvent
from tkledger.core.trailers import folded
from tkledger.views.log import SHORT, words
from tkledger.views.style import DIM, ID, PERSON
from tkledger.views.text_layout import Line, Lines, safe, table
from tkledger.views.words import minute


def stream(events: Sequence[LedgerEvent]) -> Lines:
    """Events in their order: when (UTC), commit, branch, task, event, states or holders, actor, words."""
    rows = [_row(event) for event in events]
    return Lines(lambda frame: table(rows, frame))


def _row(event: LedgerEvent) -> Line:
    return (
        (minute(event.at), DIM),
        (safe(event.commit)[:SHORT], DIM),
        (safe(event.branch), DIM),
        (safe(event.task), ID),
        (_word(event), ""),
        (_move(event), ""),
        (safe(event.actor), PERSON),
        (safe(words(event.entry) if event.entry else folded(event.reason)), ""),
    )


def _word(event: LedgerEvent) -> str:
    """The event; of a claim with a word before it, since a task may be claimed and started at once."""
    return f"claim: {safe(event.event)}" if event.is_of_claim else safe(event.event)


def _move(event: LedgerEvent) -> str:
    """From which state or holder to which; nothing of a claim that one holder has, who is the actor."""
    both = event.source and event.target
    if event.source == event.target or (event.is_of_claim and not both):
        return ""
    return " ".join(part for part in (safe(event.source), "->", safe(event.target)) if part)
