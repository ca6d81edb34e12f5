"""Merges the branch of a finished task into that of its stream, or into the one that it left, and puts away what
the work needed.

Each step is looked at before it is done, so that a command that was stopped anywhere is run again.
"""

from __future__ import annotations

import os

from tkledger.agents import worktrees
from tkledger.agents.worktrees import Worktree
from tkledger.api.session import Session
from tkledger.claims import elsewhere, moves, single, standing
from tkledger.claims.streams import branch_for
from tkledger.core.change import Refused
from tkledger.core.lifecycle import State
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import HEADS, branch_name
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple
from tkledger.doors import gate
from tkledger.errors import Exit, TkError, unusable
from tkledger.git import history, identity, refs
from tkledger.git.errors import RefMoved
from tkledger.git.objects import Oid
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.ledger.landing import heal, land, require_room
from tkledger.local.lock import retrying
from tkledger.local.verdicts import note_judged
from tkledger.merging.join import join
from tkledger.verbs.ids import existing

_TRIES = 20
"""How often a merge that lost a race is made again before giving up BUSY."""


class Landed(NamedTuple):
    """A task whose branch came to ``base``, both by their short names, and the commit by which it came:
    its own last one if the base could be moved forward to it, else the merge.
    """

    id: str
    branch: str
    base: str
    commit: Oid


class _Ends(NamedTuple):
    """The branch to merge and the one to merge it into, full ref names, and the commits they are at."""

    branch: str
    tip: Oid
    base: str
    onto: Oid


def merge_finished(session: Session, word: str) -> Landed:
    """Merge the branch of a finished task into the branch of its stream, if there is one, else into its base;
    then drop the claim and the checkout.

    A conflict or a refusal leaves all as it was. Raises Refused if the law forbids the merge, TkError
    if the task is not done on its branch, if there are conflicts, if uncommitted changes are in the
    way, or if the base kept moving (BUSY). A remote that decides about claims has the claim until it
    gets the merge, by the next sync.
    """
    repo = session.repo
    task_id = existing(session.head(), word).id
    place = worktrees.worktree_of(repo, identity.identities(repo)[2], task_id)
    for _ in retrying(_TRIES, lambda attempt: 0.02 * 2 ** min(attempt, 6)):
        ends = _ends(session, place, task_id)
        try:
            _merge(session, ends, place, task_id)
            break
        except RefMoved:
            continue
        except Refused:
            names = f"{_short(ends.branch)} into {_short(ends.base)}"
            session.progress.say(f"merging {names} would break the rules:")
            raise
    else:
        fact = f"{_short(ends.base)} moved {_TRIES} times meanwhile"
        raise TkError(Exit.BUSY, "busy", fact, "run it again")
    repo.refresh()
    _end_claim(session, task_id)
    commit = _came_by(repo, ends)
    if place.branch in worktrees.linked(repo):
        worktrees.drop(repo, place)
    return Landed(task_id, place.short, _short(ends.base), commit)


def _ends(session: Session, place: Worktree, task_id: str) -> _Ends:
    """The branches to merge, and into what. Raises TkError if that is not to be, or the target is not known."""
    repo = session.repo
    task = elsewhere.task_at(repo, place.branch, task_id)
    if task is None:
        fact = f"there is no branch {place.short} that has {task_id}"
        raise unusable("no-branch", fact, f"tk show {task_id}")
    _require_done(repo, place, task)
    held = standing.held_on(repo, task_id)
    left = HEADS + task.base if task.base else held.claim.base if held else "HEAD"
    base = branch_for(repo, task) or left
    tips = {**refs.listed(repo, place.branch), **refs.listed(repo, base)}
    if base not in tips:
        known = f"{place.short} left {_short(base)}, which is not a branch here"
        fact = f"it is not known which branch {place.short} left" if base == "HEAD" else known
        remedy = f"git merge {quoted(place.short)} on the branch it belongs to, then tk work {task_id} --drop"
        raise unusable("no-base", fact, remedy)
    return _Ends(place.branch, tips[place.branch], base, tips[base])


def _require_done(repo: Repo, place: Worktree, task: Task) -> None:
    if task.state is State.CANCELLED:
        fact = f"{task.id} is cancelled on {place.short}, so its work is not to be merged"
        raise unusable("cancelled", fact, f"tk cancel {task.id}, then tk work {task.id} --drop")
    if task.state is not State.DONE:
        there = worktrees.checkouts(repo).get(place.branch)
        where = f" -C {quoted(there)}" if there else f" --at {quoted(place.short)}"
        fact = f"{task.id} is {task.state} on {place.short}, so it is not to be merged yet"
        raise unusable("not-done", fact, f"tk why {task.id}{where}")
    worktrees.require_clean(repo, place)


def _merge(session: Session, ends: _Ends, place: Worktree, task_id: str) -> None:
    """Bring the base to a commit that has the branch, unless it has it. Raises RefMoved if the base moved."""
    if history.is_ancestor(session.repo, ends.tip, ends.onto):
        return
    there = _checkout(session.repo, ends.base)
    at = session if there is None else session.at(there)
    if there is not None:
        heal(at.repo)
        at.repo.refresh()
        if (at.repo.head_ref, at.repo.head) != (ends.base, ends.onto):
            raise RefMoved(ends.base)
    illegal = tuple(dict.fromkeys(gate.coming(at.ledger, ends.tip, ends.onto)))
    if illegal:
        raise Refused(*illegal)
    commit = _joined(at, ends, there, place, task_id)
    if there is not None:
        require_room(at.repo, commit)
        land(at.repo, commit, judged=True, again=f"tk work {task_id} --merge")
    else:
        note_judged(at.repo, commit)
        swap = RefSwap(ends.base, commit, ends.onto)
        refs.swap(at.repo, [swap], f"tk: merge {_short(ends.branch)}")


def _checkout(repo: Repo, base: str) -> str | None:
    """The checkout that follows when the base moves, None if there is none.

    Raises TkError if none can follow now: it is gone, or git is about to move the base itself.
    """
    there = worktrees.checkouts(repo).get(base)
    if there is not None and not os.path.isdir(there):
        fact = f"{_short(base)} is checked out in {there}, which is gone"
        raise unusable("no-worktree", fact, "git worktree prune")
    rebased = worktrees.rebased(repo).get(base)
    if rebased is not None:
        fact = f"{_short(base)} is being rebased in {rebased}"
        raise unusable("rebasing", fact, f"git -C {quoted(rebased)} rebase --continue")
    return there


def _joined(at: Session, ends: _Ends, there: str | None, place: Worktree, task_id: str) -> Oid:
    """The commit that the base is to go to: the branch's own last one if that has all of the base."""
    config = identity.identities(at.repo)[2]
    forward = history.is_ancestor(at.repo, ends.onto, ends.tip)
    if forward and not identity.is_off(config, "merge.ff"):
        return ends.tip
    names = _short(ends.base), place.short
    if place.branch in worktrees.checkouts(at.repo):
        way = f"git -C {quoted(place.path)} merge {quoted(names[0])}"
    else:
        at_base = f"git -C {quoted(there)}" if there else "git"
        way = f"{at_base} merge {quoted(names[1])}"
        way = way if there else f"git switch {quoted(names[0])}, {way}"
    return join(
        at.ledger,
        (ends.onto, ends.tip),
        names,
        f"merge {names[1]} into {names[0]}",
        at.actor(at.ledger.head()),
        gate.joined,
        f"{way}, settle it there (task files by tk resolve), git commit, then tk work {task_id} --merge",
    )


def _end_claim(session: Session, task_id: str) -> None:
    """Delete the claim, if it says that the work is done and the base has that now."""
    repo = session.repo
    who = session.claimant(session.head())
    held = standing.held_on(repo, task_id, who.remote)
    if held is not None and held.claim.final and moves.is_over(repo, held):
        single.drop(repo, who, task_id)


def _came_by(repo: Repo, ends: _Ends) -> Oid:
    """The first commit of the base's own line that has the branch; the same whenever it is asked."""
    line = ("rev-list", "--first-parent", "--parents", "--ancestry-path", "--reverse")
    rows = repo.run(*line, f"{ends.tip}..{ends.base}").decode().split("\n")
    commit, *parents = rows[0].split() or [ends.tip]
    return ends.tip if parents[:1] == [ends.tip] else commit


def _short(ref: str) -> str:
    return branch_name(ref)
