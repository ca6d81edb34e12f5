"""Runs a command on a task, or on one task after another: claims it, and moves it by the result."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

from tkledger.agents import process
from tkledger.agents.briefing import Briefing, brief, last_lines, log_of
from tkledger.agents.interruptions import Interruptions
from tkledger.agents.jobs import VARIABLE, is_stopped, publish, record, stop_others
from tkledger.agents.next import offered
from tkledger.agents.outcome import Attempt, Ended, TimeLimit, given_back, settled
from tkledger.agents.work import begin
from tkledger.agents.worktrees import Worktree
from tkledger.api.memory import related_to, related_words
from tkledger.api.session import Session
from tkledger.claims import single, standing
from tkledger.claims.claimant import Claimant
from tkledger.claims.elsewhere import cancelled_at_base
from tkledger.core.attempt import tries_again
from tkledger.core.budget import backoff, waits
from tkledger.core.change import Refused
from tkledger.core.lifecycle import State
from tkledger.core.policy import LONGEST_LEASE
from tkledger.core.quoting import quoted
from tkledger.core.run import MOST_LINES, AttemptEnd, RunLine, tail
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple
from tkledger.errors import Exit, TkError
from tkledger.git import identity
from tkledger.git.errors import GitError
from tkledger.ledger import limits
from tkledger.local.lock import lock_at_once
from tkledger.local.store import RUNS, Store
from tkledger.report import SILENT
from tkledger.verbs.ids import find

OUTPUT_SETTING = "tk.output"
"""In git's configuration: it says no if the end of what a command writes is to stay out of the ledger."""

_RESERVE = 0.1
"""The share of the seconds left in a budget that is kept for ending the command and committing its files."""


_LOOK_SECONDS = 5.0
"""How often a run checks whether its task was cancelled, in seconds."""


class RunOptions(NamedTuple):
    """What to run on a task, how long at most (seconds; 0 and None are no limit), and how often again
    after a failure; whether to merge its branch once it is done, and whether to take no other task after one
    that failed.
    """

    command: tuple[str, ...]
    timeout: float | None
    retries: int
    merge: bool = False
    fail_fast: bool = False


def require_command(options: RunOptions) -> None:
    """Raise TkError, NOT_RUN, if the command can be run nowhere: before anything is claimed for it."""
    why = process.hindrance(options.command[0])
    if why:
        raise TkError(
            Exit.NOT_RUN, "no-command", why, "tk run ID -- COMMAND, with one that is there"
        )


def one_by_one(
    session: Session, options: RunOptions, labels: tuple[str, ...]
) -> Iterator[Briefing | Ended]:
    """Run the command on each task that can be taken until none is left; no task twice. It ends at an
    interruption, at a command that cannot be run, and where options say so at the first that fails.
    """
    require_command(options)
    tried: set[str] = set()
    with Interruptions() as interruptions:
        while not is_stopped():
            with interruptions.let_through():
                found = offered(session, labels, tried)
            if not found.ids:
                session.progress.say(f"nothing more to do: {'; '.join(found.reasons)}")
                return
            task_id = found.ids[0]
            tried.add(task_id)
            try:
                for one in _once(session, task_id, options, interruptions, offered=True):
                    yield one
                    if isinstance(one, Ended) and one.exit in (Exit.INTERRUPTED, Exit.NOT_RUN):
                        return
                    if options.fail_fast and isinstance(one, Ended) and _failed(one):
                        session.progress.say(f"nothing more is taken: {one.task} failed")
                        stop_others()
                        return
            except (Refused, TkError) as error:
                if isinstance(error, TkError) and error.exit is not Exit.CLAIMED:
                    raise
            session.forget()


def _failed(one: Ended) -> bool:
    """Whether the last attempt at a task failed; one that another actor has by now did not."""
    return one.exit not in (Exit.OK, Exit.CLAIMED) and not one.again


def one_task(session: Session, word: str, options: RunOptions) -> Iterator[Briefing | Ended]:
    """Run the command on one task."""
    require_command(options)
    task_id = find(session.head(), word)
    with Interruptions() as interruptions:
        yield from _once(session, task_id, options, interruptions)


def _once(
    session: Session,
    task_id: str,
    options: RunOptions,
    interruptions: Interruptions,
    *,
    offered: bool = False,
) -> Iterator[Briefing | Ended]:
    """One task, unless another tk runs it here: a claim does not tell two processes of one actor apart."""
    store = Store(session.repo.common_dir)
    lock = store.opened(RUNS, task_id, "lock")
    try:
        if not lock_at_once(lock):
            way = f"tk show {task_id}, and its output: ls {quoted(store.path(RUNS, task_id))}"
            raise TkError(Exit.CLAIMED, "running", f"{task_id} is being run already", way)
        process.end_left(store.path(RUNS, task_id, "child"))
        yield from _life(session, task_id, options, interruptions, offered=offered)
    finally:
        os.close(lock)


def _life(
    session: Session,
    task_id: str,
    options: RunOptions,
    interruptions: Interruptions,
    *,
    offered: bool,
) -> Iterator[Briefing | Ended]:
    """One task from its claim to its end here: each attempt, as many as the job allows."""
    publish(task_id, "starting")
    _require_gates(session, task_id)
    with _giving_back(session, task_id), interruptions.let_through():
        place = begin(session, task_id, offered=offered).place
    there = session.at(place.path)
    for attempt in range(options.retries + 1):
        begun = time.time()
        ended = settled(
            session, there, (yield from _attempt(there, place, task_id, options, interruptions))
        )
        publish(task_id, ended.state)
        failed = ended.exit is Exit.REJECTED and ended.state == State.BLOCKED
        policy = there.ledger.head().policy
        again = failed and not ended.spent and attempt < options.retries and not interruptions.came
        again = again and policy is not None and tries_again(policy.retry_on, ended.kind)
        if options.merge and ended.state == State.DONE:
            ended = _merged(session, ended)
        record(AttemptEnd(task_id, ended.state, int(time.time() - begun), ended.words))
        yield ended._replace(again=again)
        if not again:
            break
        said = f"attempt {attempt + 1} of this run {ended.words}"
        there.carry_out([("requeue", {"id": task_id, "message": said})])
        with interruptions.let_through():
            _wait(there, task_id)
        with _giving_back(there, task_id), interruptions.let_through():
            there.carry_out([("start", {"id": task_id})])


def _require_gates(session: Session, task_id: str) -> None:
    """Raise TkError if the gates cannot be run here that the task will be asked for: before it is claimed."""
    ledger = session.head()
    task = ledger.task(task_id)
    if task is not None and ledger.policy is not None and ledger.policy.gates:
        from tkledger.agents.gates import require_trusted  # few policies have any

        require_trusted(session, task)


@contextmanager
def _giving_back(session: Session, task_id: str) -> Iterator[None]:
    """Leave no claim if an interruption comes while one is taken."""
    try:
        yield
    except KeyboardInterrupt:
        session.forget()
        given_back(session, task_id)
        raise


def _wait(there: Session, task_id: str) -> None:
    """Wait until another attempt may begin: as the task says, else as long as the law would have it."""
    there.repo.refresh()
    ledger = there.ledger.head()
    task, policy = ledger.task(task_id), ledger.policy
    assert task is not None
    assert policy is not None
    publish(task_id, "waiting")
    if task.retry.not_before is None:
        time.sleep(backoff(policy.backoff, task.tries - 1))
    while left := waits(task, int(time.time())):
        time.sleep(left)


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
    there: Session,
    place: Worktree,
    task_id: str,
    options: RunOptions,
    interruptions: Interruptions,
) -> Generator[Briefing, None, Attempt]:
    """Give the briefing, then run the command once, renewing the claim as long as it runs."""
    there.repo.refresh()
    ledger = there.ledger.head()
    task = ledger.task(task_id)
    assert task is not None
    assert ledger.policy is not None
    who = there.claimant(ledger)
    child = Store(there.repo.common_dir).make(RUNS, task_id, "child")
    folder = os.path.dirname(child)
    briefing = brief(there.repo, task, who.actor, folder, related_words(related_to(there, task)))
    yield briefing
    environment = {
        **os.environ,
        **{"TK_TASK": task_id, "TK_ACTOR": who.actor, "TK_WORKTREE": place.path},
        **{"TK_ATTEMPT": str(task.tries), VARIABLE: "", **briefing.variables},
    }
    log = log_of(folder, task.tries)
    limit = _limit(there, ledger, task, options)
    publish(task_id, task.state.value, log, limit=limit.seconds)
    every = max(min(ledger.policy.lease, LONGEST_LEASE) / 3, 0.3)
    beats, beat = min(every, _LOOK_SECONDS), _beats(there, who, task_id, every)
    watch = process.GateWatch(interruptions, beats, beat, child)
    invocation = process.Invocation(
        options.command, place.path, environment, log, limit.seconds, beats, beat, child
    )
    keeps = not identity.is_off(there.repo.variables(), OUTPUT_SETTING)
    before = os.path.getsize(log) if os.path.exists(log) else 0
    result = process.run_command(invocation, interruptions)
    said = tail(last_lines(log, MOST_LINES * 4, before)) if keeps else ""
    line = RunLine(task_id, result.exit, f"{result.seconds:.1f}", said).line
    return Attempt(task_id, place, result, options.command[0], log, limit, line, watch)


def _limit(there: Session, ledger: Snapshot, task: Task, options: RunOptions) -> TimeLimit:
    """The time that the command has: as it was asked for, or what is left of the budgets that hold for it."""
    asked = TimeLimit(options.timeout or None, f"took longer than {options.timeout or 0:g} s")
    found = [asked] if asked.seconds else []
    for gauge in limits.gauges(there.ledger, ledger, task):
        if gauge.limit.kind == "seconds":
            left = float(max(gauge.limit.most - gauge.used, 0))
            left -= min(left * _RESERVE, process.GRACE_SECONDS)
            whose = (
                "its budget"
                if gauge.limit.holder == task.id
                else f"the budget of {gauge.limit.holder}"
            )
            words = f"used up {whose} of {gauge.limit.most} seconds"
            found.append(TimeLimit(left, words, gauge.limit.holder))
    return min(found, key=lambda one: one.seconds or 0.0, default=asked)


def _beats(there: Session, who: Claimant, task_id: str, every: float) -> Callable[[], str]:
    """What a run does while its command works: it renews the claim every so many seconds, and checks more often
    whether the task was cancelled. Gives why the work has to end; empty if it may continue.
    """
    renewed = time.monotonic()

    def beat() -> str:
        nonlocal renewed
        try:
            there.repo.refresh()
        except GitError:
            return ""  # what has become of its checkout is looked at in the end
        now = there.ledger.head().task(task_id)
        if now is None or now.state is not State.IN_PROGRESS:
            # the command moved it itself, and with it the claim; unless another has it by now
            held = standing.held_on(there.repo, task_id, who.remote)
            return "" if held is None or not held.live or who.holds(held.claim) else _LOST
        if why := cancelled_at_base(there.repo, now):
            return why  # and is not claimed anew
        if time.monotonic() - renewed < every:
            return ""
        renewed = time.monotonic()
        return _renewed(there, who, task_id)

    return beat


def _renewed(there: Session, who: Claimant, task_id: str) -> str:
    try:
        single.renew(there.repo, who._replace(progress=SILENT), task_id, None)
    except TkError as error:
        return _LOST if error.exit in (Exit.CLAIMED, Exit.UNUSABLE) else ""
    except GitError:
        return ""  # the next beat may do better; else the lease runs out
    return ""


_LOST = "claimed by someone else"
