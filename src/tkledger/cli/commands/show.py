"""``tk show``: one task whole."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tkledger.api.session import Session, claim_json
from tkledger.cli.answer import show_view
from tkledger.cli.commands.budget import used_json
from tkledger.core.history import times
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.time import iso
from tkledger.errors import Exit
from tkledger.git.objects import Oid
from tkledger.report import print_json, task_json
from tkledger.verbs import existing
from tkledger.verbs.legal_moves import outlooks

if TYPE_CHECKING:  # typer alone asks what they mean, and takes longer to load than all this
    from tkledger.cli import options as o


def show(id: o.Id, at: o.At = None, path: o.Folder = ".", as_json: o.Json = False) -> int:
    """Show one task whole, with what its history and its neighbours say."""
    session = Session(path, as_json=as_json)
    ledger = session.read(at)
    task = existing(ledger, id)
    tip = session.repo.commit_at(at) if at else session.repo.head
    assert tip is not None
    derived = _derived(session, ledger, task, tip)
    held = None if at else session.standing().get(task.id)
    if held is not None and not held.claim.released:
        derived["claim"] = claim_json(held)
    if as_json:
        print_json(task=task_json(task), derived={**derived, "children": list(derived["children"])})
        return Exit.OK
    from tkledger.views.show import card

    show_view(card(task, derived))
    return Exit.OK


def _derived(session: Session, ledger: Snapshot, task: Task, tip: Oid) -> dict[str, Any]:
    """What no file says: times and counts out of the commits, neighbours out of the ledger."""
    assert ledger.policy is not None
    known = times(session.ledger.entries(tip, task.id))
    usage = session.ledger.usage(tip)
    used = usage.used(task)
    counted = partial(session.ledger.counted, parents=[tip], message=None)
    stamps = {
        name: iso(value)
        for name in ("created_at", "updated_at", "started_at")
        if (value := getattr(known, name)) is not None
    }
    children = {
        child: found.state.value
        for child in ledger.children(task.id)
        if (found := ledger.task(child)) is not None
    }
    return {
        **stamps,
        "seconds_active": used.seconds,
        **{kind: value for kind, value in used_json(used).items() if kind != "seconds"},
        "depth": ledger.depth(task.id),
        "children": children,
        "blocked_by": list(ledger.blocked_by(task)),
        "legal": [one.event.value for one in outlooks(ledger, task, counted) if not one.hindrances],
    }
