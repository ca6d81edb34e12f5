"""``tk run``: the whole life of an agent's work on a task, or on one after the other."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import NamedTuple

from tkledger.agents import process
from tkledger.agents.briefing import brief, log_of
from tkledger.agents.jobs import VARIABLE, tell
from tkledger.agents.process import End, Outcome
from tkledger.agents.worktrees import Place
from tkledger.api.session import Session
from tkledger.claims import moves, standing
from tkledger.cli.commands.next import offered
from tkledger.cli.commands.work import begun
from tkledger.core.lifecycle import State
from tkledger.errors import Exit, TkError, usage
from tkledger.git.errors import GitError
from tkledger.report import print_json, say, visible
from tkledger.verbs.ids import find
from tkledger.verbs.moves import Refused

LONGEST_PAUSE = 60.0
"""How long to wait before another attempt at most, in seconds; the first waits for one."""


class Ended(NamedTuple):
    """What became of a task that a command worked on."""

    task: str
    state: str
    exit: Exit
    words: str


class Job(NamedTuple):
    """What to run on a task, how long at most, and how often again after a failure."""

    command: tuple[str, ...]
    timeout: float | None
    retries: int


def run(
    words: Sequence[str],
    jobs: int,
    retries: int,
    next_: bool = False,
    timeout: float | None = None,
    label: Sequence[str] = (),
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
) -> int:
    """Claim a task, run a command on it in a checkout of its own, and move it by what came of it.

    The command's environment has TK_TASK, TK_ACTOR, TK_ATTEMPT and TK_WORKTREE, and two files:
    TK_FEEDBACK with what was said of the task, also by earlier attempts, and TK_INBOX with the
    messages that wait for the actor.
    """
    session = Session(path, as_json=as_json, actor=actor)
    command = tuple(words if next_ else words[1:])
    if not command:
        raise usage("no-command", "what is to be run?", "tk run ID -- CMD...")
    job = Job(command, timeout, retries)
    if next_ and jobs > 1:
        from tkledger.cli.jobs import side_by_side

        return side_by_side(jobs)
    ends = _one_by_one(session, job, label) if next_ else [_life(session, words[0], job)]
    if as_json:
        print_json(tasks=[{"id": one.task, "to": one.state} for one in ends])
    bad = [one.exit for one in ends if one.exit is not Exit.OK]
    return bad[0] if bad else Exit.OK


def _one_by_one(session: Session, job: Job, label: Sequence[str]) -> list[Ended]:
    """Work until `tk next` has nothing more; no task twice."""
    ends: list[Ended] = []
    tried: set[str] = set()
    while True:
        found = offered(session, tuple(label), tried)
        if not found.tasks:
            say(visible(f"nothing more to do: {'; '.join(found.reasons)}"))
            return ends
        task = found.tasks[0]
        tried.add(task.id)
        try:
            ends.append(_life(session, task.id, job))
        except (Refused, TkError) as error:
            if isinstance(error, TkError) and error.exit is not Exit.CLAIMED:
                raise
        if ends and ends[-1].exit is Exit.INTERRUPTED:
            return ends
        session.repo.refresh()


def _life(session: Session, word: str, job: Job) -> Ended:
    """One task from its claim to what came of it, with as many attempts as it may take."""
    ledger = session.ledger.usable(session.ledger.head())
    task_id = find(ledger, word)
    tell(task_id, "starting")
    place, _ = begun(session, task_id)
    there = session.at(place.path)
    for attempt in range(job.retries + 1):
        outcome = _attempt(there, place, task_id, job)
        there.repo.refresh()
        ended = _moved(there, task_id, outcome, job)
        tell(task_id, ended.state)
        _tell(session, ended)
        again = ended.exit is Exit.REJECTED and ended.state == State.BLOCKED
        if not again or attempt == job.retries:
            break
        time.sleep(min(2.0**attempt, LONGEST_PAUSE))
        said = f"attempt {attempt + 1} of this run {ended.words}"
        there.carry_out([("requeue", {"id": task_id, "message": said})])
        there.carry_out([("start", {"id": task_id})])
    return ended


def _tell(session: Session, ended: Ended) -> None:
    if not session.as_json:
        print(visible(f"{ended.task}: {ended.words}"), flush=True)


def _attempt(there: Session, place: Place, task_id: str, job: Job) -> Outcome:
    """Run the command once, holding the claim on as long as it runs."""
    ledger = there.ledger.head()
    task = ledger.task(task_id)
    assert task is not None
    who = there.claimant(ledger)
    folder = os.path.join(there.repo.common_dir, "tk", "runs", task_id)
    told = brief(there.repo, task, who.actor, folder)

    def beat() -> bool:
        there.repo.refresh()
        held = standing.standing(there.repo, [task_id], who.remote).get(task_id)
        now = there.ledger.head().task(task_id)
        if now is None or now.state is not State.IN_PROGRESS:
            # the command moved it itself, and with it the claim; unless another has it by now
            return held is None or not held.live or held.claim.holder == who.actor
        try:
            moves.renew(there.repo, who, task_id, None, lambda words: None)
        except TkError as error:
            return error.exit not in (Exit.CLAIMED, Exit.UNUSABLE)
        except GitError:
            return True  # the next beat may do better; else the lease runs out
        return True

    environment = {
        **{"TK_TASK": task_id, "TK_ACTOR": who.actor, "TK_WORKTREE": place.path},
        **{"TK_ATTEMPT": str(task.tries), VARIABLE: "", **told},
    }
    assert ledger.policy is not None
    beats = max(ledger.policy.lease / 3, 0.3)
    log, child = log_of(folder, task.tries), os.path.join(folder, "child")
    tell(task_id, task.state.value, log)
    return process.carried_out(
        process.Work(job.command, place.path, environment, log, job.timeout, beats, beat, child)
    )


def _moved(there: Session, task_id: str, outcome: Outcome, job: Job) -> Ended:
    """Make the move that fits how the command ended; what it moved itself stays."""
    if outcome.end is End.LOST:
        return Ended(
            task_id, "", Exit.CLAIMED, "somebody else has claimed it; the command was ended"
        )
    ledger = there.ledger.head()
    task = ledger.task(task_id)
    state = task.state if task else None
    ok = outcome == Outcome(End.EXITED, 0)
    if state is not State.IN_PROGRESS:
        return Ended(task_id, str(state), Exit.OK if ok else Exit.REJECTED, f"{state} by itself")
    reason, words, status = _fact(outcome, job)
    if ok:
        assert ledger.policy is not None
        verb = "submit" if ledger.policy.review == "required" else "done"
        try:
            there.carry_out([(verb, {"id": task_id})])
            return Ended(task_id, "in_review" if verb == "submit" else "done", Exit.OK, verb)
        except Refused as refused:
            reason, words, status = "failed", f"ended, but {refused}", Exit.REJECTED
    there.carry_out([("block", {"id": task_id, "reason": reason, "message": words})])
    return Ended(task_id, "blocked", status, f"blocked: {words}")


def _fact(outcome: Outcome, job: Job) -> tuple[str, str, Exit]:
    """Why a command did not succeed: the reason to wait, the words, the status of tk."""
    if outcome.end is End.INTERRUPTED:
        return "user", "interrupted", Exit.INTERRUPTED
    if outcome.end is End.TIMED_OUT:
        return "failed", f"took longer than {job.timeout:g} s", Exit.REJECTED
    how = f"exit {outcome.status}" if outcome.status >= 0 else f"signal {-outcome.status}"
    return "failed", f"{job.command[0]} ended with {how}", Exit.REJECTED
