"""The moves that lead a task back to where it was; for changes that cannot be taken back any more."""

from __future__ import annotations

from tkledger.core.lifecycle import State
from tkledger.core.rules.lifecycle import in_one_line
from tkledger.core.rules.rule import way_on
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import LOGS, Task


def way_back(before: Task | None, now: Task, ledger: Snapshot) -> str:
    """The commands that lead ``now``, as it is in the ledger, back to what ``before`` was, as far as
    there are any; None is before its creation.
    """
    assert ledger.policy is not None
    if now.ended:
        return way_on(ledger, now.id, ledger.policy)
    if before is None:
        admit = f"tk admit {now.id} && " if now.state is State.BACKLOG else ""
        return f"{admit}tk delete {now.id}"  # from backlog, no edge leads to cancelled
    if before.state is now.state:
        return f"tk note {now.id} TEXT" if _same_fields(before, now) else f"tk edit {now.id}"
    path = ledger.policy.lifecycle.path(now.state, before.state)
    if path is None:
        return f"tk why {now.id}"
    return in_one_line(now.id, path)


def _same_fields(before: Task, now: Task) -> bool:
    """Whether two versions of a task differ at most in what is only added to."""
    return before._replace(**{name: getattr(now, name) for name in LOGS}) == now
