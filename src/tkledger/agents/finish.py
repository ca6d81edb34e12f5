"""Ends the work on a task in its checkout: its gates are run, then it is done, or submitted for review."""

from __future__ import annotations

from tkledger.agents import gates, worktrees
from tkledger.agents.interruptions import Interruptions
from tkledger.agents.process import GateWatch, Stopped
from tkledger.api.session import Session
from tkledger.core.approvals import end_of_work
from tkledger.core.evidence import said_in
from tkledger.core.lifecycle import TARGETS, State
from tkledger.core.quoting import few, quoted
from tkledger.core.typing import NamedTuple
from tkledger.errors import Exit, TkError, unusable
from tkledger.git import identity
from tkledger.verbs.ids import existing


class Finished(NamedTuple):
    """How the work on a task ended: the state that it is in now, and the commit that says so."""

    id: str
    state: State
    commit: str


def finish(session: Session, word: str) -> Finished:
    """Run the gates that a task lacks, and end the work on it. Raises TkError if it has no checkout here, if
    that holds what is not committed, or if a gate fails; and Refused.
    """
    repo = session.repo
    task_id = existing(session.head(), word).id
    place = worktrees.worktree_of(repo, identity.identities(repo)[2], task_id)
    if place.branch not in worktrees.checkouts(repo):
        fact = f"{task_id} has no checkout of its own here"
        raise unusable("no-worktree", fact, f"tk done {task_id}, where it is worked on")
    worktrees.require_clean(repo, place)
    there = session.at(place.path)
    ledger = there.head()
    task, policy = existing(ledger, task_id), ledger.policy
    assert policy is not None
    if policy.gates and task.state is State.IN_PROGRESS:
        _pass_gates(there, task_id)
    event = end_of_work(policy, task)
    recorded = there.carry_out([(event.value, {"id": task_id})]).recorded
    return Finished(task_id, TARGETS[event], recorded.commit or "")


def _pass_gates(there: Session, task_id: str) -> None:
    """Run the gates that a task lacks; raises TkError, REJECTED, if one fails."""
    failed = []
    with Interruptions() as interruptions:
        try:
            for one in gates.run_own(there, task_id, GateWatch(interruptions)):
                there.progress.say(f"{task_id}: gate {said_in(one.line)}")
                for line in one.last:
                    there.progress.say(f"  {line}")
                failed += [] if one.line.passed else [one]
        except Stopped:
            raise KeyboardInterrupt from None
    if failed:
        names = few([one.line.gate for one in failed])
        way = f"tail {quoted(failed[0].log)}; put it right, commit, and tk work {task_id} --done again"
        raise TkError(Exit.REJECTED, "gate-failed", f"{task_id} is not done: {names} failed", way)
