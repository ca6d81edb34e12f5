"""Work on a task in a checkout and on a branch of its own: begun, and put away."""

from __future__ import annotations

import time

from tkledger.agents import worktrees
from tkledger.agents.worktrees import Worktree
from tkledger.api.session import Session
from tkledger.claims import elsewhere, single, standing, streams
from tkledger.claims.claimant import Claimant
from tkledger.claims.standing import Standing
from tkledger.core.lifecycle import State
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import branch_name
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple
from tkledger.core.waits import is_due
from tkledger.errors import Exit, TkError
from tkledger.git import identity
from tkledger.git.repo import Repo
from tkledger.verbs.ids import existing


class Begun(NamedTuple):
    """Where a task is worked on from now on, and the commit that started it, if one did."""

    task: str
    place: Worktree
    commit: str


def begin(
    session: Session,
    word: str,
    key: str | None = None,
    *,
    take: bool = False,
    offered: bool = False,
) -> Begun:
    """Claim and start a task in a checkout of its own, made if it is not there; or continue it.

    The claim comes first, so that of many one makes a checkout; what fails later is undone. With a
    ``key`` under which it was started before, that is the answer. ``take`` is for a task that is
    another's, ``offered`` for one that was free: what is held by now is refused, by whomever.
    """
    repo = session.repo
    ledger = session.head()
    task = existing(ledger, word)
    task_id = task.id
    place = worktrees.worktree_of(repo, identity.identities(repo)[2], task_id)
    home = _home(repo, task, place)
    if key is not None and place.branch in worktrees.checkouts(repo):
        from tkledger.ledger.keys import is_used  # few commands have a key

        if is_used(session.ledger, place.branch, key):
            return Begun(task_id, place, _started(session, place, task_id, None, key, home))
    taking = frozenset([task_id] if take else ())
    who = session.claimant(ledger)._replace(branch=place.branch, base=home.base, taking=taking)
    _require_free(session, ledger, place, task_id, who, home)
    before = standing.held_on(repo, task_id, who.remote)
    if offered and before is not None and before.at_work:
        raise standing.claimed(before)  # another process of the same name, too
    own = before if before is not None and _is_own(before, who) else None
    made = new = False
    exists = place.branch in worktrees.checkouts(repo)
    if own is not None and own.claim.branch == place.branch and exists:
        return Begun(task_id, place, _started(session, place, task_id, own.oid, key, home))
    held = single.reserve(repo, who, task_id, fresh=offered)
    try:
        if not exists:
            new, made = worktrees.add(repo, place, task_id, home.start), True
        return Begun(task_id, place, _started(session, place, task_id, held.oid, key, home))
    except BaseException:
        if made:
            worktrees.undo(repo, place, new=new)
        if own is not None:
            single.restore(repo, who, own)
        else:
            single.release(repo, who, task_id, who.actor)
        raise


def _is_own(held: Standing, who: Claimant) -> bool:
    """Whether the actor is at work on a task in this repository."""
    own = held.here and who.holds(held.claim)
    return own and held.at_work and not held.claim.reserved


def _require_free(
    session: Session, ledger: Snapshot, place: Worktree, task_id: str, who: Claimant, home: _Home
) -> None:
    """Raise Refused or TkError unless the task may be started, or gone on with; say whose it was. Whether a new
    branch that leaves another one than HEAD's may start it is seen there.
    """
    options = {"id": task_id, "take": bool(who.taking)}
    there = elsewhere.task_at(session.repo, who.branch, task_id)
    task = ledger.task(task_id)
    if (there is None and home.start == "HEAD") or (task is not None and task.ended):
        session.carry_out([("start", options)], dry_run=True)
    elif there is None:
        return
    elif there.state is State.IN_PROGRESS:
        from tkledger.api.taking import resumed

        words = resumed(session, ledger, there, options, who).words
        if words:
            session.progress.say(words)
    elif there.state is State.BLOCKED and not is_due(there, ledger, int(time.time())):
        raise _blocked(session, there, place)


def _blocked(session: Session, task: Task, place: Worktree) -> TkError:
    """The error for a task that is blocked on its branch, with both ways on from HEAD's."""
    why = ": ".join(task.wait.words) or "it does not say why"
    way = f"tk retry {task.id} --gap TEXT for another attempt"
    way += f", or tk resume {task.id} -C {quoted(place.path)} to continue with this one"
    if place.branch not in worktrees.checkouts(session.repo):
        way = f"git worktree add {quoted(place.path)} {quoted(place.short)}; then {way}"
    fact = f"{task.id} is blocked on {place.short}: {why}"
    return TkError(Exit.REJECTED, "blocked", fact, way)


def drop_checkout(session: Session, word: str) -> Begun:
    """Take a task's checkout away, if all in it is committed; its branch stays."""
    task_id = existing(session.head(), word).id
    place = worktrees.worktree_of(session.repo, identity.identities(session.repo)[2], task_id)
    worktrees.drop(session.repo, place)
    return Begun(task_id, place, "")


def _started(
    session: Session, place: Worktree, task_id: str, token: str | None, key: str | None, home: _Home
) -> str:
    """Start the task in its checkout, or continue it; its claim is ``token``."""
    there = session.at(place.path)
    there.token = token
    ledger = there.ledger.head()
    task = ledger.task(task_id)
    if token is not None and task is not None and task.state is State.IN_REVIEW:
        single.renew(there.repo, there.claimant(ledger), task_id, None)
        return ""
    options: dict[str, object] = {"id": task_id, "take": True}
    here = task is not None and task.state is State.IN_PROGRESS and task.branch == place.short
    if key is not None or not here:  # a repetition is compared with the first
        options |= {"branch": place.short, "base": branch_name(home.base) if home.known else None}
    return there.carry_out([("start", options)], key=key).recorded.commit or ""


class _Home(NamedTuple):
    """Where the work on a task is to go, a full ref name, and from where a new branch starts.

    known: whether that is a branch: not if HEAD is on none, or on the task's own
    """

    base: str
    start: str
    known: bool


def _home(repo: Repo, task: Task, place: Worktree) -> _Home:
    """The branch of the task's stream, if there is one, else HEAD's; work starts there if that has the task."""
    stream = streams.branch_for(repo, task)
    if stream and stream != repo.head_ref:
        there = elsewhere.task_at(repo, stream, task.id)
        return _Home(stream, stream if there is not None else "HEAD", known=True)
    on_none = repo.is_detached or repo.head_ref == place.branch
    return _Home(repo.head_ref, "HEAD", known=not on_none)
