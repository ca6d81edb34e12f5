"""How much tasks used up to HEAD or another commit, and of which limits; `core.budget` says what these mean."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache, partial

from tkledger.core import budget
from tkledger.core.budget import Gauge
from tkledger.core.charges import Bill, bills
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING
from tkledger.core.usage import Usage
from tkledger.git.objects import Oid
from tkledger.ledger.reader import Ledger

if TYPE_CHECKING:
    from tkledger.core.quota import QuotaGauge
    from tkledger.ledger.proposal import Proposal


def usage(
    ledger: Ledger, tip: Oid | None = None, charged: Iterable[Bill] = (), actor: str = ""
) -> Usage:
    """What was used up to now, with HEAD or ``tip`` as the last commit, and what a commit about to be
    made charges, by ``actor`` if anyone asks.
    """
    parents = [tip] if tip else ledger.place.parents
    return ledger.tally.usage(parents, int(time.time()), charged, actor=actor)


def gauges(
    ledger: Ledger, snapshot: Snapshot, task: Task, charged: Iterable[Bill] = ()
) -> list[Gauge]:
    """The limits of a task in HEAD's ledger, and what is used of them."""
    policy = snapshot.policy
    if policy is None or next(budget.limits(policy, snapshot, task), None) is None:
        return []
    return budget.gauges(policy, snapshot, task, usage(ledger, charged=charged))


def quotas(
    ledger: Ledger, snapshot: Snapshot, actor: str, charged: Iterable[Bill] = ()
) -> list[QuotaGauge]:
    """The quotas of an actor in HEAD's ledger, and what it used of them in HEAD's history."""
    policy = snapshot.policy
    if policy is None or not policy.quotas:
        return []
    from tkledger.core import quota  # few policies have any

    if not quota.holding(policy, actor):
        return []
    known = [bill for bill in charged if snapshot.task(bill.task) is not None]
    used = usage(ledger, charged=known, actor=actor)
    return [*quota.gauges(policy, actor, used, used.at)]


def booked(ledger: Ledger, before: Snapshot, proposal: Proposal) -> Proposal:
    """A proposal with the marks that it leaves if usage is counted, by its message as it will be
    committed.
    """
    charged = bills(proposal.message)
    used = lru_cache(maxsize=1)(partial(usage, ledger, charged=charged))
    names = [bill.task for bill in charged]
    return proposal._replace(after=budget.booked(before, proposal.after, used, names))


def remarks(ledger: Ledger, snapshot: Snapshot, tip: Oid | None) -> dict[str, str]:
    """The tasks with a limit that is nearly used up at HEAD or ``tip``, and the words for it."""
    if snapshot.policy is None:
        return {}
    used = lru_cache(maxsize=1)(partial(usage, ledger, tip))
    near = budget.pressing(snapshot.policy, snapshot, used)
    return {task_id: gauge.figures_for(task_id) for task_id, gauge in near.items()}
