"""What is taken up by a commit about to be made, or by a push, against the limits of the policy and the wish of
who assigns work; it counts nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.claims import fence
from tkledger.claims.standing import Worker, every
from tkledger.core.change import Change, Violation
from tkledger.core.claim import is_open
from tkledger.core.lifecycle import State
from tkledger.core.ref_names import AGENTS
from tkledger.core.snapshot import Snapshot
from tkledger.core.trailers import TAKEN, trailers
from tkledger.git import refs
from tkledger.git.refs import RefLine
from tkledger.ledger.reader import Ledger


def about_to(ledger: Ledger, change: Change, message: str | None) -> Iterator[Violation]:
    """Judge what a commit about to be made takes up; without a ``message`` not whose task it was."""
    policy, edits = change.policy, list(change.edits())
    if policy is None or not any(after.state is State.IN_PROGRESS for _, after in edits):
        return
    from tkledger.claims.workload import crowded, taken_up, with_capacity

    actor = fence.committer(ledger.repo, policy).actor
    begun = with_capacity(ledger.repo, taken_up(edits, actor, policy))
    if any(policy.limits_starts or one.capacity for one in begun):
        ended = {after.id for _, after in edits if not is_open(after)}
        known = every(ledger.repo, fence.decider(ledger.repo, policy))
        yield from crowded(ledger, change.before, begun, known, ended)
    for task, owner in fence.of_others(ledger.repo, change) if message is not None else ():
        taken = trailers(message or "").get(TAKEN, "")
        yield from _judged(task, Worker(actor, assigned=owner, taken=taken))


def arriving(ledger: Ledger, workers: fence.Workers) -> Iterator[Violation]:
    """Judge the starts in commits that a branch is about to get, of those who commit here: the hook of the
    message is not run if that names no task. What comes from others was let in already.
    """
    starts = {task: one for task, one in workers.items() if one.assigned}
    policy = ledger.head().policy if starts else None
    here = fence.committer(ledger.repo, policy).actor if policy is not None else ""
    for task, one in starts.items():
        if one.actor == here:
            yield from _judged(task, one, made=False)


def _judged(task: str, start: Worker, *, made: bool = True) -> Iterator[Violation]:
    """The start of a task that is another's, unless it was ended since."""
    from tkledger.core.door_rules import judge_door
    from tkledger.core.door_rules.limits import AssignedStart

    if start.assigned and (start.open or not start.where):
        where = start.where[:10]
        fact = AssignedStart(task, start.actor, start.assigned, start.taken, where, made)
        yield from (one._replace(commit=start.where) for one in judge_door(fact))


def pushed(
    ledger: Ledger,
    here: Snapshot,
    workers: fence.Workers,
    remote: str | None = None,
    lines: Sequence[RefLine] | None = None,
) -> Iterator[Violation]:
    """Judge what commits that are pushed have taken up, and not ended; by HEAD's ledger, ``here``.

    With the ``lines`` of the push this is the server: no branch has the commits yet, and what is in progress
    on its branches was let in before.
    """
    policy = here.policy
    begun = {task: one for task, one in workers.items() if one.takes_up and one.open}
    for task, one in begun.items() if policy is not None else ():
        yield from _judged(task, one)
    agents = policy is not None and (lines or refs.names(ledger.repo, AGENTS))
    if policy is None or not (begun and (policy.limits_starts or agents)):
        return
    from tkledger.claims.workload import crowded, with_capacity
    from tkledger.core.door_rules.limits import WorkBegun
    from tkledger.doors.ref_lines import tips

    ended = {task for task, one in workers.items() if not one.open}
    made = [WorkBegun(key, one.takes_up, policy, where=one.where) for key, one in begun.items()]
    made = with_capacity(ledger.repo, made, lines or ())
    new = tips(ledger.repo, lines or ())
    known = every(ledger.repo, remote)
    yield from crowded(
        ledger, here, made, known, ended, new, is_new=lines is not None, lines=lines or ()
    )
