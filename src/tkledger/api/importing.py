"""Tasks of another tracker brought into the ledger: planned, judged, and recorded as one commit."""

from __future__ import annotations

from pathlib import Path

from tkledger.core.quoting import few
from tkledger.core.snapshot import Snapshot
from tkledger.core.trailers import ACTOR, REASON
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.errors import unusable
from tkledger.exchange.foreign import BadSource, reader
from tkledger.exchange.importing import ImportPlan, planned
from tkledger.ledger.proposal import Proposal, Recorded

if TYPE_CHECKING:
    from tkledger.api.session import Session


class Imported(NamedTuple):
    """What came of an import, and what was planned."""

    recorded: Recorded
    plan: ImportPlan


def bring(session: Session, kind: str, source: str, why: str | None, *, dry_run: bool) -> Imported:
    """Import from a file or folder of a kind. Raises TkError for what is not of the kind, and Refused."""
    try:
        found = [*reader(kind)(Path(source))]
    except BadSource as error:
        raise _unusable(kind, error) from None
    plans: list[ImportPlan] = []

    def propose(before: Snapshot) -> Proposal:
        ledger = session.ledger.usable(before)
        try:
            plan = planned(kind, found, ledger)
        except BadSource as error:
            raise _unusable(kind, error) from None
        plans.append(plan)
        ids = [task.id for task in plan.tasks]
        trailers = [(ACTOR, session.actor(ledger)), *([(REASON, why)] if why else [])]
        return Proposal(ledger.put(*plan.tasks), f"import {few(ids)} from {kind}", tuple(trailers))

    return Imported(session.record(propose, dry_run=dry_run), plans[-1])


def _unusable(kind: str, error: BadSource) -> Exception:
    words = f"{error.where} cannot be imported from {kind}: {error.fact}"
    return unusable("bad-source", words, "tk import --help; nothing was written")
