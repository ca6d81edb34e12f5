"""What becomes of a task when the command on it has ended: files committed, a move, or its claim given back."""

from __future__ import annotations

import os
from collections.abc import Callable

from tkledger.agents.process import End, GateWatch, Result, Stopped, append
from tkledger.agents.worktrees import Worktree
from tkledger.api.session import Session
from tkledger.claims import single, standing
from tkledger.claims.elsewhere import cancelled_at_base
from tkledger.core.approvals import end_of_work
from tkledger.core.change import Refused
from tkledger.core.evidence import said_in
from tkledger.core.lifecycle import INITIAL, TARGETS, State
from tkledger.core.quoting import quoted
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.trailers import ACTOR, RUN, SPEND, STEP
from tkledger.core.typing import NamedTuple
from tkledger.errors import Exit, TkError
from tkledger.git.errors import GitError
from tkledger.ledger.proposal import Proposal
from tkledger.verbs.verb import RAN


class Ended(NamedTuple):
    """How an attempt at a task ended: the state it left, the exit status, the words for it, and the way on.

    spent: whether a budget is used up, so that no other attempt may begin
    again: whether another attempt follows; merged: the commit by which its branch came to its base
    log: the file with what the command said; kind: of which kind the error is, if that is known
    """

    task: str
    state: str
    exit: Exit
    words: str
    remedy: str = ""
    spent: bool = False
    again: bool = False
    merged: str = ""
    log: str = ""
    kind: str | None = None


class TimeLimit(NamedTuple):
    """How long a command may take, in seconds (None: as long as it likes), and the words if it takes longer.

    holder: the task whose budget it is; empty if no budget set the limit
    """

    seconds: float | None
    words: str
    holder: str = ""


class Attempt(NamedTuple):
    """A command that has ended: on which task, in which checkout, how, with its words, its output in
    which file, the time that it had, the line of it for the ledger, and how gates are watched after it.
    """

    id: str
    place: Worktree
    result: Result
    command: str
    log: str
    limit: TimeLimit
    line: str
    watch: GateWatch

    @property
    def spent(self) -> bool:
        """Whether it has used up a budget, so that no other attempt may begin."""
        return self.result.end is End.TIMED_OUT and bool(self.limit.holder)


def settled(session: Session, there: Session, attempt: Attempt) -> Ended:
    """Commit what the command left ``there`` and make the move that fits how it ended; a move by the
    command itself stays. What cannot be moved is given back.
    """
    if not os.path.isdir(attempt.place.path):
        session.forget()
        given_back(session, attempt.id)
        again = f"git worktree prune, then tk run {attempt.id} -- COMMAND"
        return Ended(attempt.id, "", Exit.UNUSABLE, "given back: its checkout is gone", again)
    there.forget()
    task = there.ledger.head().task(attempt.id)
    if task is not None and not task.ended and (why := cancelled_at_base(there.repo, task)):
        return _cancelled(there, attempt, why)
    if attempt.result.end is End.LOST:
        words = "claimed by someone else meanwhile; the command was stopped"
        return Ended(attempt.id, "", Exit.CLAIMED, words, f"tk show {attempt.id}")
    try:
        ended = _tried(there, attempt, lambda: _settled(there, attempt))
    except Stopped as gate:
        return settled(session, there, attempt._replace(result=gate.result))
    return ended._replace(log=attempt.log)


def _cancelled(there: Session, attempt: Attempt, why: str) -> Ended:
    """A task that was cancelled meanwhile: it stays cancelled, and the work on its branch is kept."""
    given_back(there, attempt.id)
    stopped = "; the command was stopped" if attempt.result.end is End.LOST else ""
    way = _look(attempt.place) + f"; tk reopen {attempt.id}, if it is wanted after all"
    state = State.CANCELLED.value
    return Ended(attempt.id, state, Exit.REJECTED, why + stopped, way, log=attempt.log)


def _tried(
    there: Session, attempt: Attempt, move: Callable[[], Ended], failure: str = "", way: str = ""
) -> Ended:
    """What a move gives; if it cannot be made, the task is given back, for that reason and any other."""
    try:
        return move()
    except Refused as error:
        status, words, remedy = Exit.REJECTED, str(error), error.violations[0].remedy
    except TkError as error:
        status, words, remedy = error.exit, error.message, error.remedy
    except GitError as error:
        status, words, remedy = Exit.UNUSABLE, error.message, error.remedy
    given_back(there, attempt.id)
    why = f"{failure}; {words}" if failure else words
    return Ended(attempt.id, "", status, f"given back: {why}", way or remedy)


def _settled(there: Session, attempt: Attempt) -> Ended:
    ledger = there.ledger.head()
    task = ledger.task(attempt.id)
    if there.repo.is_detached or task is None:  # in the middle of a rebase, for instance
        given_back(there, attempt.id)
        words = "given back: its checkout is on no branch, so the task is not moved"
        return Ended(attempt.id, "", Exit.REJECTED, words, _look(attempt.place))
    unsaved = _commit_rest(there, task, there.actor(ledger))
    there.forget()
    if task.state is not State.IN_PROGRESS:
        _record(there, task, attempt)
        if task.state in INITIAL:  # a reset of the branch undid its start, but not its claim
            given_back(there, task.id)
        return _moved_by_itself(attempt, task, unsaved)
    if attempt.result.end in (End.INTERRUPTED, End.NOT_RUN):
        return _left(there, attempt, unsaved)
    failure = _failure(attempt) or unsaved
    if not failure:
        try:
            failure = _failed_gates(there, attempt, ledger)
            if not failure:
                return _finished(there, attempt, ledger, task)
        except Refused as refused:
            failure = f"ended, but {refused}"
    look = _look(attempt.place) if unsaved else ""
    return _tried(there, attempt, lambda: _blocked(there, attempt, failure, unsaved), failure, look)


def _failed_gates(there: Session, attempt: Attempt, ledger: Snapshot) -> str:
    """Run the gates that the task lacks: which of them failed, in words; empty if none did. What they wrote is
    for the next attempt to see, too.
    """
    assert ledger.policy is not None
    if not ledger.policy.gates:
        return ""
    from tkledger.agents.gates import run_own

    failed = []
    for one in run_own(there, attempt.id, attempt.watch):
        words = f"gate {said_in(one.line)}"
        there.progress.say(f"{attempt.id}: {words}")
        if not one.line.passed:
            failed.append(words)
            append(attempt.log, [f"{words}:", *one.last])
    return "; ".join(failed)


def _blocked(there: Session, attempt: Attempt, failure: str, unsaved: str) -> Ended:
    reason = "user" if attempt.spent else "failed"
    kind = _kind(attempt)
    options = {"id": attempt.id, "reason": reason, "message": failure, "error_kind": kind}
    there.carry_out([("block", {**options, RAN: attempt.line})])
    words, way = f"blocked: {failure}", _onward(attempt, unsaved)
    state = State.BLOCKED.value
    ended = Ended(attempt.id, state, Exit.REJECTED, words, way, spent=attempt.spent, kind=kind)
    if attempt.spent:
        return ended
    from tkledger.agents.escalation import after_last_attempt  # most attempts succeed

    last = after_last_attempt(there, attempt.id, failure)
    if not last:
        return ended
    way = f"tk show {attempt.id}, or tk escalate {attempt.id}"
    return ended._replace(words=f"{words}; {last}", remedy=way, spent=True)


def _record(there: Session, task: Task, attempt: Attempt) -> None:
    """Record what the command came to in a commit of its own, since it made the move itself."""

    def propose(before: Snapshot) -> Proposal:
        trailers = ((ACTOR, there.actor(before)), (SPEND, task.id), (RUN, attempt.line))
        return Proposal(before, f"run {task.id} {task.title}", trailers, always=True)

    try:
        there.record(propose)
    except (Refused, TkError, GitError) as error:
        there.progress.say(f"{task.id}: the result of the run is not recorded: {error}")


def _moved_by_itself(attempt: Attempt, task: Task, unsaved: str) -> Ended:
    ok = attempt.result.end is End.EXITED and not attempt.result.status and not unsaved
    status = Exit.OK if ok else Exit.REJECTED
    if attempt.result.end is End.INTERRUPTED:
        status = Exit.INTERRUPTED
    words = f"moved to {task.state} by the command"
    words += f", but {unsaved}" if unsaved else ""
    remedy = _look(attempt.place) if unsaved else ""
    return Ended(task.id, task.state.value, status, words, remedy)


def _finished(there: Session, attempt: Attempt, ledger: Snapshot, task: Task) -> Ended:
    assert ledger.policy is not None
    event = end_of_work(ledger.policy, task)
    there.carry_out([(event.value, {"id": attempt.id, RAN: attempt.line})])
    return Ended(attempt.id, TARGETS[event].value, Exit.OK, event.value)


def _left(there: Session, attempt: Attempt, unsaved: str) -> Ended:
    """The task of a command that did not come to an end of its own: no attempt was made, so it stays in
    progress, and anybody may take it up.
    """
    given_back(there, attempt.id)
    interrupted = attempt.result.end is End.INTERRUPTED
    status = Exit.INTERRUPTED if interrupted else Exit.NOT_RUN
    words = f"given back: {'interrupted' if interrupted else attempt.result.why}"
    words += f"; {unsaved}" if unsaved else ""
    again = f"tk run {attempt.id} -- COMMAND"
    remedy = f"to continue: {again}" if interrupted else f"{again}, with one that can be run there"
    remedy = f"{_look(attempt.place)}, then {again}" if unsaved else remedy
    return Ended(attempt.id, State.IN_PROGRESS.value, status, words, remedy)


def given_back(there: Session, task: str) -> None:
    """Release the actor's claim on a task, if it holds one here."""
    who = there.claimant(there.ledger.head())
    held = standing.held_on(there.repo, task, who.remote)
    if held is not None and held.here and held.at_work and who.holds(held.claim):
        single.release(there.repo, who, task, who.actor)


_STATUSES = {64: "input", 65: "input", 66: "input", 75: "transient"}
"""The kinds of errors that exit statuses say: EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_TEMPFAIL of sysexits.h."""


def _kind(attempt: Attempt) -> str | None:
    """Of which kind the error of a command is, if that is known."""
    if attempt.result.end is End.TIMED_OUT:
        return "limit" if attempt.spent else "timeout"
    return _STATUSES.get(attempt.result.status)


def _failure(attempt: Attempt) -> str:
    """Why a command did not succeed, in words; empty if it did."""
    end, status = attempt.result.end, attempt.result.status
    if end is End.TIMED_OUT:
        return attempt.limit.words
    if status == 0:
        return ""
    how = f"exit {status}" if status > 0 else f"signal {-status}"
    return f"{attempt.command} ended with {how}"


def _onward(attempt: Attempt, unsaved: str) -> str:
    """What to do about a failure: look at what it said, and have another attempt; or raise the budget."""
    if attempt.spent:
        task, there = attempt.limit.holder, f"-C {quoted(attempt.place.path)}"
        return (
            f"tk edit {task} --budget seconds=N --reason TEXT {there},"
            f" tk resume {attempt.id} {there}, and tk run {attempt.id} -- COMMAND again"
        )
    again = f"tk retry {attempt.id} --gap TEXT, and tk run {attempt.id} -- COMMAND again"
    first = _look(attempt.place) if unsaved else f"tail {quoted(attempt.log)}"
    return f"{first}; then {again}"


def _look(place: Worktree) -> str:
    return f"git -C {quoted(place.path)} status"


def _commit_rest(there: Session, task: Task, actor: str) -> str:
    """Commit what the command left uncommitted, as work on its task; why that cannot be, or nothing."""
    repo = there.repo
    if not repo.run("status", "--porcelain", "--untracked-files=normal"):
        return ""
    if repo.run("ls-files", "--unmerged"):
        return "its checkout has conflicts that are not settled"
    message = f"work on {task.id} {task.title}\n\n{STEP}: {task.id}\n{ACTOR}: {actor}\n"
    for_hooks = {"TK_ACTOR": actor}
    try:
        repo.run("add", "-A", apart=True)
        commit = ("commit", "--quiet", "--file=-")
        repo.run(*commit, stdin=message.encode(), env=for_hooks, apart=True)
    except GitError as error:
        return f"its uncommitted files cannot be committed: {error.message}"
    return ""
