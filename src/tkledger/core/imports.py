"""Imports: commits that bring tasks from another tracker as they stand there, which nothing judged."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.layout import is_task_key
from tkledger.core.policy import Policy
from tkledger.core.task import Task


def brought(change: Change) -> Iterator[Task]:
    """The tasks of an import: all that the commit touches is new, each task says whence it comes, and the actor
    has the role ``policy``; where the policy does not say who has that, no task of the ledger's own has moved
    yet. None of any other commit.
    """
    law = change.policy
    if law is None or law.law < 2 or change.is_merge:
        return
    tasks = []
    for key in change.touched:
        task = change.after.task(key) if is_task_key(key) else None
        if task is None or task.imported is None or change.former(key):
            return
        tasks.append(task)
    if _may_import(change, law):
        yield from tasks


def _may_import(change: Change, law: Policy) -> bool:
    if law.roles.get("policy"):
        return not change.actor or law.has_role(change.actor, "policy")
    # apart, since once all of a ledger is read, each change of it costs as much as all
    apart = change.before.evolve({})
    return all(task.imported is not None or task.is_untouched for task in apart.tasks())
