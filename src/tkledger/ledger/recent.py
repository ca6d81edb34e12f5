"""A bounded look back: how tasks came to their present state, and who worked on them lately."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.core.charges import steps
from tkledger.core.claim import begins_work, is_work
from tkledger.core.history import event_name, reasons
from tkledger.core.layout import FOLDER, key_of
from tkledger.core.lifecycle import State
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.ledger.log import given_by
from tkledger.ledger.reader import Ledger

if TYPE_CHECKING:
    from tkledger.ledger.proposal import Recorded

MOST = 500
"""How many commits are read, at most: what happened before is left unsaid."""


class LastMove(NamedTuple):
    """How a task came to its state: when in seconds since 1970, by whom, by which event, and why."""

    at: int
    actor: str
    event: str
    reason: str = ""


class Recent:
    """What the newest commits say of some tasks.

    moves: by task, how it came to its state; a task that came to it before those commits is left out
    workers: by task, who worked on it in its present attempt, by the names in the commits
    starters: by task, who began it in its present attempt, also if another's beginning came to count
    since: when the oldest of the commits was made, if there are older ones; else None
    """

    def __init__(self) -> None:
        self.moves: dict[str, LastMove] = {}
        self.workers: dict[str, set[str]] = {}
        self.starters: dict[str, set[str]] = {}
        self.since: int | None = None


def look_back(ledger: Ledger, tasks: Iterable[Task], tips: Sequence[Oid]) -> Recent:
    """What the newest commits up to ``tips`` say of these tasks as they are; none is read if all is known."""
    found = Recent()
    wanted = {task.id: task for task in tasks}
    open_ = dict(wanted)
    if not open_:
        return found
    count = 0
    for commit in history.newest(ledger.repo, *tips, path=FOLDER, most=MOST):
        count, found.since = count + 1, commit.at
        if len(commit.parents) < 2:  # a merge authors nothing
            _read(ledger, commit, open_, found)
        if not open_:
            break
    if count < MOST or not open_:
        found.since = None
    return found


def without_work(ledger: Ledger, recorded: Recorded) -> dict[str, bool]:
    """The tasks of a commit that no commit names as its step since they were last put into progress,
    as far as the newest commits say, and whether that sent them back from review; not those with
    children, whose work is done there.
    """
    open_ = {key for key in recorded.touched if not recorded.after.children(key)}
    found = {}
    assert recorded.commit is not None
    for commit in history.newest(ledger.repo, recorded.commit, path=FOLDER, most=MOST):
        open_ -= set(steps(commit.message))
        own = len(commit.parents) < 2 and commit.oid != recorded.commit  # a merge authors nothing
        for diff in commit.diffs if own else ():
            if (key := key_of(diff.path)) in open_:
                new = ledger.files.task(diff.path, diff.new_mode, diff.new)
                old = ledger.files.task(diff.path, diff.old_mode, diff.old)
                if new is not None and (old is None or old.state is not new.state):
                    open_.discard(key)
                    found[key] = old is not None and old.state is State.IN_REVIEW
        if not open_:
            break
    return dict(sorted(found.items()))


def _read(ledger: Ledger, commit: Commit, open_: dict[str, Task], found: Recent) -> None:
    """What one commit says of the tasks that are still open, which leave once all is known."""
    actor, why = commit.author.actor, None
    for name in steps(commit.message):
        if name in open_:
            found.workers.setdefault(name, set()).add(actor)
    for diff in commit.diffs:
        task = open_.get(key_of(diff.path))
        new = ledger.files.task(diff.path, diff.new_mode, diff.new) if task else None
        if task is None or new is None:
            continue
        old = ledger.files.task(diff.path, diff.old_mode, diff.old)
        source = old.state if old else None
        if task.id not in found.moves and source is not new.state and new.state is task.state:
            event, why = event_name(source, new.state), why or given_by(ledger, commit)
            found.moves[task.id] = LastMove(
                commit.at, actor, event, "\n".join(reasons(old, new, why))
            )
        if (is_work(old, new) or begins_work(old, new)) and new.tries == task.tries:
            did = found.workers if source is State.IN_PROGRESS else found.starters
            did.setdefault(task.id, set()).add(actor)
        begins = source in (None, State.BACKLOG, State.TODO) or new.tries < task.tries
        if task.id in found.moves and (begins or task.state is not State.IN_REVIEW):
            del open_[task.id]
