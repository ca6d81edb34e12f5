"""What a verb is: ledger and options in, the ledger as it should be out; and every verb by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tkledger.core.lifecycle import TARGETS, Event
from tkledger.core.snapshot import Snapshot

Options = Mapping[str, Any]


class Proposed(NamedTuple):
    """The ledger after one verb, the task it was about, and the words for it."""

    ledger: Snapshot
    id: str
    words: str
    trailers: tuple[tuple[str, str], ...] = ()
    work: bool = False
    """Whether it charges the task, so that it is a commit even if the ledger stays as it is."""


Verb = Callable[[Snapshot, Options, str], Proposed]
"""Of the ledger, the options and the actor; it writes nothing."""

_FIELDS = ("new", "edit", "note", "concern")
_CHARGES = ("step", "spend")
VERBS = (*_FIELDS, "reopen", *_CHARGES, *(event.value for event in TARGETS))


def verb(name: str) -> Verb:
    """The verb of a name in `VERBS`; only its own module is loaded."""
    if name in _FIELDS:
        from tkledger.verbs import fields

        ours = (fields.new, fields.edit, fields.note, fields.concern)
        return dict(zip(_FIELDS, ours))[name]
    if name == "reopen":
        from tkledger.verbs.reopen import reopen

        return reopen
    if name in _CHARGES:
        from tkledger.verbs import charges

        return charges.step if name == "step" else charges.spend
    from tkledger.verbs.moves import move

    return move(Event(name))
