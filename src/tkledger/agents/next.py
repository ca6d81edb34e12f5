"""The task to take next: offered, and if wanted claimed and started."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import NamedTuple

from tkledger.agents import worktrees
from tkledger.api.session import Session
from tkledger.claims import remote
from tkledger.claims import standing as claims
from tkledger.core.change import Refused, quoted
from tkledger.core.lifecycle import State
from tkledger.core.next_task import Pick, Wish, pick
from tkledger.core.task import Task
from tkledger.doors import idle
from tkledger.errors import Exit, TkError
from tkledger.git import identity
from tkledger.ledger import birth_order
from tkledger.ledger.proposal import Recorded

_PAUSES = (0.1, 2.0)
"""The first pause between two looks, and the longest, in seconds."""


class Taken(NamedTuple):
    """The task to take next, and what was recorded if it was started; else why there is none."""

    task: Task | None
    recorded: Recorded | None = None
    claim: claims.Standing | None = None
    reasons: tuple[str, ...] = ()


def next_task(
    session: Session,
    labels: tuple[str, ...] = (),
    *,
    claim: bool = False,
    wait: float = 0,
    key: str | None = None,
) -> Taken:
    """The task to take next, started if ``claim`` is set; waits up to ``wait`` seconds for one.

    With a ``key`` it is the task that was started under it before, if one was.
    """
    if claim and key is not None:
        from tkledger.ledger.keys import touched_under  # few commands have a key

        for one in touched_under(session.ledger, key):
            return _started(session, one, key)
    end = time.monotonic() + wait
    pause = _PAUSES[0]
    lost: set[str] = set()
    while True:
        found = offered(session, labels, lost)
        if found.tasks:
            task = found.tasks[0]
            try:
                return _started(session, task.id, key) if claim else Taken(task)
            except (Refused, TkError) as error:
                if isinstance(error, TkError) and error.exit is not Exit.CLAIMED:
                    raise
                lost.add(task.id)  # another was faster, or it cannot be started after all
        elif time.monotonic() >= end:
            return Taken(None, reasons=found.reasons)
        else:
            time.sleep(min(pause, max(0.0, end - time.monotonic())))
            pause = min(2 * pause, _PAUSES[1])
            lost.clear()
        session.repo.refresh()


def offered(session: Session, labels: tuple[str, ...], lost: Collection[str]) -> Pick:
    """What this actor may take now, the oldest of the most urgent first; nothing out of ``lost``."""
    ledger = session.head()
    who = session.claimant(ledger)
    if idle.is_asleep(session.repo, who.actor):
        return Pick((), (f"{quoted(who.actor)} is asleep: tk wake",))
    if who.remote:
        remote.fetch(session.repo, who.remote)
    standing = claims.every(session.repo, who.remote)
    holders = {task: held.claim.holder for task, held in standing.items() if held.live}
    begun = {task.id for task in ledger.ready() if _begun(session, task.id)}
    found = pick(ledger, Wish(who.actor, labels, frozenset({*lost, *begun})), holders)
    if len(found.tasks) < 2:
        return found
    age = birth_order.order(session.ledger)
    return Pick(tuple(sorted(found.tasks, key=lambda one: (age.get(one.id, len(age)), one.id))))


def _begun(session: Session, task_id: str) -> bool:
    """Whether a task was begun already on the branch that it has for itself."""
    branch = worktrees.branch_of(identity.identities(session.repo)[2], task_id)
    there = (
        claims.task_at(session.repo, branch, task_id) if branch != session.repo.head_ref else None
    )
    return there is not None and there.state is not State.TODO


def _started(session: Session, task_id: str, key: str | None) -> Taken:
    """Claim and start a task that was offered."""
    recorded = session.carry_out([("start", {"id": task_id})], key=key).recorded
    return Taken(recorded.after.task(task_id), recorded, claims.held_on(session.repo, task_id))
