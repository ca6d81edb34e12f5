"""``tk budget``: limits and what is used of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tkledger.api.session import Session
from tkledger.core.budget import KINDS, Gauge, Sums, amount, gauges, pressing
from tkledger.core.snapshot import Snapshot, rank
from tkledger.core.task import Task
from tkledger.core.time import iso
from tkledger.core.usage import Usage, Used
from tkledger.errors import Exit, unusable
from tkledger.report import print_json, without_empty
from tkledger.verbs import existing

if TYPE_CHECKING:  # typer alone asks what they mean, and takes longer to load than all this
    from tkledger.cli import options as o


def budget(
    id: o.MaybeId = None,
    at: o.At = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
) -> int:
    """Show what is used of the limits: of a task and all above it, or of every open task."""
    session = Session(path, as_json=as_json)
    if session.repo.is_shallow:
        raise unusable(
            "shallow",
            "this clone is shallow: what was used before its history begins is not here",
            "git fetch --unshallow",
        )
    ledger = session.read(at)
    usage = session.ledger.usage(session.repo.commit_at(at) if at else None)
    shown = [existing(ledger, id)] if id else _worth_showing(ledger, usage)
    assert ledger.policy is not None
    sums: Sums = {}  # what is used below one task is asked for each below it
    rows = [
        (task, usage.used(task), gauges(ledger.policy, ledger, task, usage, sums)) for task in shown
    ]
    if as_json:
        print_json(tasks=[_json(task, used, found, usage.at) for task, used, found in rows])
        return Exit.OK
    from tkledger.views.budget import budget as view
    from tkledger.views.style import show

    show(view(rows, usage.at, whole=id is not None), sys.stdout)
    return Exit.OK


def _worth_showing(ledger: Snapshot, usage: Usage) -> list[Task]:
    """The open tasks that used something or have a limit of their own, and what is nearly used up."""
    assert ledger.policy is not None
    near = pressing(ledger.policy, ledger, lambda: usage)
    found = [
        task
        for task in ledger.tasks()
        if not task.ended
        and (
            task.id in near
            or any(usage.used(task))
            or any(getattr(task.budget, kind) is not None for kind in KINDS)
        )
    ]
    return sorted(found, key=rank)


def used_json(used: Used) -> dict[str, Any]:
    """What was used, by kind; cost as a decimal, what is nothing left out."""
    values = used._asdict()
    return {
        kind: amount(kind, value) if kind == "cost" else value
        for kind, value in values.items()
        if value
    }


def _json(task: Task, used: Used, found: list[Gauge], now: int) -> dict[str, Any]:
    from tkledger.core.budget import exhaustion

    limits = [
        without_empty(
            {
                "holder": one.limit.holder,
                "kind": one.limit.kind,
                "limit": _value(one, one.limit.most),
                "used": _value(one, one.used),
                "remaining": _value(one, max(one.limit.most - one.used, 0)),
                "exceeded": one.exceeded,
                "exhausted_at": iso(at) if (at := exhaustion(one, used, task, now)) else None,
            }
        )
        for one in found
    ]
    return {"id": task.id, "state": task.state, "used": used_json(used), "limits": limits}


def _value(gauge: Gauge, value: int) -> int | str:
    return amount("cost", value) if gauge.limit.kind == "cost" else value
