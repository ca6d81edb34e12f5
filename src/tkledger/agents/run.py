"""Runs a command on a task, or on one task after another: claims it, and moves it by the result."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from functools import partial
from typing import NamedTuple

from tkledger.agents import process
from tkledger.agents.briefing import Briefing, brief, log_of
from tkledger.agents.jobs import VARIABLE, publish
from tkledger.agents.next import offered
from tkledger.agents.process import End, Result
from tkledger.agents.work import begin
from tkledger.agents.worktrees import Worktree
from tkledger.api.session import Session
from tkledger.claims import single, standing
from tkledger.claims.moves import Claimant
from tkledger.core.change import Refused
from tkledger.core.lifecycle import State
from tkledger.core.policy import LONGEST_LEASE
from tkledger.errors import Exit, TkError
from tkledger.git.errors import GitError
from tkledger.local.store import RUNS, Store
from tkledger.report import SILENT
from tkledger.verbs.ids import find

LONGEST_PAUSE = 60.0
"""How long to wait before another attempt at most, in seconds; the first waits for one."""


class RunOptions(NamedTuple):
    """What to run on a task, how long at most, and how often again after a failure; whether to merge
    its branch once it is done.
    """

    command: tuple[str, ...]
    timeout: float | None
    retries: int
    merge: bool = False


class Ended(NamedTuple):
    """How an attempt at a task ended: the state it left, the exit status, and the words for it.

    again: whether another attempt follows; merged: the commit by which its branch came to its base
    """

    task: str
    state: str
    exit: Exit
    words: str
    again: bool = False
    merged: str = ""


def one_by_one(
    session: Session, options: RunOptions, labels: tuple[str, ...]
) -> Iterator[Briefing | Ended]:
    """Run the command on each task that can be taken until none is left; no task twice."""
    tried: set[str] = set()
    while True:
        found = offered(session, labels, tried)
        if not found.tasks:
            session.progress.say(f"nothing more to do: {'; '.join(found.reasons)}")
            return
        task = found.tasks[0]
        tried.add(task.id)
        try:
            for one in life(session, task.id, options):
                yield one
                if isinstance(one, Ended) and one.exit is Exit.INTERRUPTED:
                    return
        except (Refused, TkError) as error:
            if isinstance(error, TkError) and error.exit is not Exit.CLAIMED:
                raise
        session.repo.refresh()


def life(session: Session, word: str, options: RunOptions) -> Iterator[Briefing | Ended]:
    """One task from its claim to its end here: each attempt, as many as the job allows."""
    task_id = find(session.head(), word)
    publish(task_id, "starting")
    place = begin(session, task_id).place
    there = session.at(place.path)
    for attempt in range(options.retries + 1):
        result = yield from _attempt(there, place, task_id, options)
        there.repo.refresh()
        ended = _moved(there, task_id, result, options)
        publish(task_id, ended.state)
        failed = ended.exit is Exit.REJECTED and ended.state == State.BLOCKED
        again = failed and attempt < options.retries
        if options.merge and ended.state == State.DONE:
            ended = _merged(session, ended)
        yield ended._replace(again=again)
        if not again:
            break
        time.sleep(min(2.0**attempt, LONGEST_PAUSE))
        said = f"attempt {attempt + 1} of this run {ended.words}"
        there.carry_out([("requeue", {"id": task_id, "message": said})])
        there.carry_out([("start", {"id": task_id})])


def _merged(session: Session, ended: Ended) -> Ended:
    """Merge the branch of a task that is done, if it can be; if not, it stays done, and is not merged."""
    from tkledger.agents.merge import merge_finished  # mostly not asked for

    publish(ended.task, "merging")
    session.repo.refresh()
    try:
        landed = merge_finished(session, ended.task)
    except Refused as refused:
        words = f"{ended.words}, not merged: {refused}\n  remedy: tk work {ended.task} --merge"
        return ended._replace(exit=Exit.REJECTED, words=f"{words} says more")
    except TkError as error:
        words = f"{ended.words}, not merged: {error.message}\n  remedy: {error.remedy}"
        return ended._replace(exit=error.exit, words=words)
    words = f"{ended.words}, merged into {landed.base}"
    return ended._replace(words=words, merged=landed.commit)


def _attempt(
    there: Session, place: Worktree, task_id: str, options: RunOptions
) -> Generator[Briefing, None, Result]:
    """Give the briefing, then run the command once, renewing the claim as long as it runs."""
    ledger = there.ledger.head()
    task = ledger.task(task_id)
    assert task is not None
    assert ledger.policy is not None
    who = there.claimant(ledger)
    child = Store(there.repo.common_dir).make(RUNS, task_id, "child")
    folder = os.path.dirname(child)
    briefing = brief(there.repo, task, who.actor, folder)
    yield briefing
    environment = {
        **{"TK_TASK": task_id, "TK_ACTOR": who.actor, "TK_WORKTREE": place.path},
        **{"TK_ATTEMPT": str(task.tries), VARIABLE: "", **briefing.variables},
    }
    log = log_of(folder, task.tries)
    publish(task_id, task.state.value, log)
    return process.run_command(
        process.Invocation(
            options.command,
            place.path,
            environment,
            log,
            options.timeout,
            beats=max(min(ledger.policy.lease, LONGEST_LEASE) / 3, 0.3),
            beat=partial(_may_go_on, there, who, task_id),
            child=child,
        )
    )


def _may_go_on(there: Session, who: Claimant, task_id: str) -> bool:
    """Renew the claim on a task that is worked on; False if another has it by now."""
    there.repo.refresh()
    held = standing.held_on(there.repo, task_id, who.remote)
    now = there.ledger.head().task(task_id)
    if now is None or now.state is not State.IN_PROGRESS:
        # the command moved it itself, and with it the claim; unless another has it by now
        return held is None or not held.live or held.claim.holder == who.actor
    try:
        single.renew(there.repo, who._replace(progress=SILENT), task_id, None)
    except TkError as error:
        return error.exit not in (Exit.CLAIMED, Exit.UNUSABLE)
    except GitError:
        return True  # the next beat may do better; else the lease runs out
    return True


def _moved(there: Session, task_id: str, result: Result, options: RunOptions) -> Ended:
    """Make the move that fits how the command ended; a move by the command itself stays."""
    if result.end is End.LOST:
        words = "claimed by someone else meanwhile; the command was stopped"
        return Ended(task_id, "", Exit.CLAIMED, words)
    ledger = there.ledger.head()
    task = ledger.task(task_id)
    state = task.state if task else None
    ok = result == Result(End.EXITED, 0)
    if state is not State.IN_PROGRESS:
        return Ended(
            task_id,
            str(state),
            Exit.OK if ok else Exit.REJECTED,
            f"moved to {state} by the command",
        )
    reason, words, status = _fact(result, options)
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


def _fact(result: Result, options: RunOptions) -> tuple[str, str, Exit]:
    """Why a command did not succeed: the reason to wait, the words, the status of tk."""
    if result.end is End.INTERRUPTED:
        return "user", "interrupted", Exit.INTERRUPTED
    if result.end is End.TIMED_OUT:
        return "failed", f"took longer than {options.timeout:g} s", Exit.REJECTED
    how = f"exit {result.status}" if result.status >= 0 else f"signal {-result.status}"
    return "failed", f"{options.command[0]} ended with {how}", Exit.REJECTED
