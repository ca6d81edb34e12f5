"""``tk next``: the task to take next."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

from tkledger.agents import worktrees
from tkledger.api.session import Session, claim_json
from tkledger.claims import remote
from tkledger.claims import standing as claims
from tkledger.core.lifecycle import State
from tkledger.core.next_task import Pick, Wish, pick
from tkledger.core.task import Task
from tkledger.doors import idle as asleep
from tkledger.errors import Exit, TkError
from tkledger.git import identity
from tkledger.ledger import birth_order
from tkledger.ledger.reader import Recorded
from tkledger.report import print_json, say, task_json, visible
from tkledger.verbs.moves import Refused

_PAUSES = (0.1, 2.0)
"""The first pause between two looks, and the longest, in seconds."""


def next_(
    claim: bool = False,
    wait: float | None = None,
    label: Sequence[str] = (),
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
) -> int:
    """Print the id of the task to take next: the most urgent, then the oldest. Exit 6 if none."""
    session = Session(path, as_json=as_json, actor=actor)
    end = time.monotonic() + (wait or 0)
    pause = _PAUSES[0]
    lost: set[str] = set()
    while True:
        found = offered(session, tuple(label), lost)
        if found.tasks:
            task = found.tasks[0]
            try:
                return _answer(session, task, started(session, task) if claim else None)
            except (Refused, TkError) as error:
                if isinstance(error, TkError) and error.exit is not Exit.CLAIMED:
                    raise
                lost.add(task.id)  # somebody was faster, or it cannot be begun after all
        elif time.monotonic() >= end:
            return _nothing(session, found)
        else:
            time.sleep(min(pause, max(0.0, end - time.monotonic())))
            pause = min(2 * pause, _PAUSES[1])
            lost.clear()
        session.repo.refresh()


def offered(session: Session, labels: tuple[str, ...], lost: set[str]) -> Pick:
    """What this actor may take now, the oldest of the most urgent first."""
    ledger = session.ledger.usable(session.ledger.head())
    who = session.claimant(ledger)
    if asleep.is_asleep(session.repo, who.actor):
        return Pick((), (f"{who.actor} is asleep: tk wake",))
    if who.remote:
        remote.fetch(session.repo, who.remote)
    standing = claims.every(session.repo, who.remote)
    holders = {task: held.claim.holder for task, held in standing.items() if held.live}
    begun = {task.id for task in ledger.ready() if _begun(session, task.id)}
    found = pick(ledger, Wish(who.actor, labels, frozenset(lost | begun)), holders)
    if len(found.tasks) < 2:
        return found
    age = birth_order.order(session.repo)
    return Pick(tuple(sorted(found.tasks, key=lambda one: (age.get(one.id, len(age)), one.id))))


def _begun(session: Session, task_id: str) -> bool:
    """Whether a task was begun already on the branch that it has for itself."""
    branch = worktrees.branch_of(identity.identities(session.repo)[2], task_id)
    there = (
        claims.task_at(session.repo, branch, task_id) if branch != session.repo.head_ref else None
    )
    return there is not None and there.state is not State.TODO


def started(session: Session, task: Task) -> Recorded:
    """Claim and start a task that was offered."""
    return session.carry_out([("start", {"id": task.id})])[0]


def _answer(session: Session, task: Task, recorded: Recorded | None) -> int:
    now = recorded.after.task(task.id) if recorded else task
    if session.as_json:
        more: dict[str, Any] = {"commit": recorded.commit} if recorded else {}
        if recorded:
            held = claims.standing(session.repo, [task.id]).get(task.id)
            more |= {"claim": claim_json(held)} if held else {}
        print_json(task=task_json(now or task), **more)
    else:
        print(task.id)
        sys.stdout.flush()
        say(visible(f"P{task.urgency} {task.title}" + (" (started)" if recorded else "")))
    return Exit.OK


def _nothing(session: Session, found: Pick) -> int:
    words = "; ".join(found.reasons)
    if session.as_json:
        print_json(reasons=list(found.reasons))
    else:
        say(visible(f"nothing to do: {words}"))
    return Exit.NOTHING
