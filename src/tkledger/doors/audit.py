"""Looks through a range of history for who did what, and what proves it; the verdict on the range is verify's."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.core import audit
from tkledger.core.audit import Act
from tkledger.core.layout import POLICY_PATH, is_task_key
from tkledger.core.policy import Policy
from tkledger.core.typing import NamedTuple
from tkledger.doors.verify import Verdict
from tkledger.git.objects import Oid
from tkledger.ledger import changes
from tkledger.ledger.reader import Ledger
from tkledger.report import SILENT, Progress


class Audit(NamedTuple):
    """What a range of history shows.

    tip, bases: the range, as commits; policy: at the tip, None if there is no ledger; policy_file: its object
    verdict: on the range
    acts: who did what, in the order of history
    imported: the tasks that came with the ledger's first commit: what was done to them before is not there
    """

    tip: Oid
    bases: tuple[Oid, ...]
    policy: Policy | None
    policy_file: Oid
    verdict: Verdict
    acts: tuple[Act, ...]
    imported: tuple[str, ...]


def audited(
    ledger: Ledger, tip: Oid, bases: Iterable[Oid], verdict: Verdict, progress: Progress = SILENT
) -> Audit:
    """The audit of a range on which there is a verdict."""
    bases = tuple(bases)
    found: list[Act] = []
    imported: list[str] = []
    ledger = Ledger(ledger.repo)
    walked = changes.walk(ledger, tip, *(f"^{base}" for base in bases))
    for number, (commit, change) in enumerate(walked, 1):
        if change is not None and change.policy is not None:
            found += audit.acts(change, commit.oid, commit.at)
            if change.begins:
                imported += sorted(key for key in change.touched if is_task_key(key))
        if number % 100 == 0:
            progress.update("commits", number)
    ledger.close_signatures()
    file = ledger.repo.read(f"{tip}:{POLICY_PATH}")
    policy = ledger.history_at(tip).policy
    return Audit(
        tip, bases, policy, file[0] if file else "", verdict, tuple(found), tuple(imported)
    )
