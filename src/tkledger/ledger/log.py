"""What commits did to tasks, as `tk log` shows it: events read from history, not judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tkledger.core.charges import Bill, bills, steps
from tkledger.core.history import CHARGES, Given, HistoryEntry, did, field_changes, given, reasons
from tkledger.core.layout import FOLDER, path_of
from tkledger.core.task import Task
from tkledger.core.trailers import OVERRIDE, REASON, RUN, trailers
from tkledger.core.typing import TYPE_CHECKING
from tkledger.core.usage import Used, charged
from tkledger.git import history
from tkledger.git.commit import Commit, FileDiff
from tkledger.git.objects import Oid
from tkledger.ledger.reader import Ledger

if TYPE_CHECKING:
    from tkledger.core.run import RunLine


def entries(
    ledger: Ledger, tip: Oid, *revisions: str, charges: bool = False
) -> Iterator[HistoryEntry]:
    """What each ordinary commit up to ``tip`` did to tasks, oldest first; fewer of them if ``revisions``
    say so in git's words. With ``charges`` also what commits charge that change no task.

    Merges are left out, unless they charge: they author nothing. A commit where a shallow clone begins
    says nothing, since what came before it is not known.
    """
    every = ("--sparse",) if charges else ()
    for commit in history.log(ledger.repo, tip, *revisions, *every, path=FOLDER):
        yield from entries_of_commit(ledger, commit, charges=charges)


def newest(
    ledger: Ledger,
    revisions: Sequence[str],
    most: int,
    wanted: Callable[[HistoryEntry], bool] = bool,
) -> list[HistoryEntry]:
    """The ``most`` newest of those that ``revisions`` select and are ``wanted``, by the dates of their commits;
    oldest first. No more is read.
    """
    found: list[HistoryEntry] = []
    for commit in history.newest(ledger.repo, *revisions, path=FOLDER):
        found += [*filter(wanted, entries_of_commit(ledger, commit, charges=True))][::-1]
        if len(found) >= most:
            break
    return found[:most][::-1]


def entries_of(
    ledger: Ledger, tip: Oid, task_id: str, *, charges: bool = False
) -> Iterator[HistoryEntry]:
    """The same of one task."""
    for commit in ledger.traces.commits(task_id, [tip]):
        yield from entries_of_commit(ledger, commit, task_id, charges=charges)


def entries_of_commit(
    ledger: Ledger, commit: Commit, task_id: str | None = None, *, charges: bool
) -> Iterator[HistoryEntry]:
    """What a commit did to one task, or to all."""
    own = path_of(task_id) if task_id else ""
    merge = len(commit.parents) > 1
    diffs = [one for one in commit.diffs if not merge and own in ("", one.path)]
    charged = _charged(ledger, commit, task_id) if charges else {}
    edits = [*_edits(ledger, diffs)] if diffs and not is_cut(ledger, commit) else []
    why, words = given_by(ledger, commit) if edits or charged else Given(), commit.message.strip()
    for old, new in edits:
        yield _entry(commit, old, new, charged.pop(new.id, None), why, words)
    for bill in charged.values():
        task = ledger.files.task_at(commit.oid, bill.task)
        if task is not None:
            yield _entry(commit, task, task, bill, why, words)


def given_by(ledger: Ledger, commit: Commit) -> Given:
    """The reasons that a commit gives; its tasks are read only if it gives any."""
    edits = _edits(ledger, commit.diffs) if f"{REASON}: " in commit.message else ()
    return given(commit.message, edits)


def _edits(ledger: Ledger, diffs: Sequence[FileDiff]) -> Iterator[tuple[Task | None, Task]]:
    for diff in diffs:
        new = ledger.files.task(diff.path, diff.new_mode, diff.new)
        if new is not None:
            yield ledger.files.task(diff.path, diff.old_mode, diff.old), new


def _entry(
    commit: Commit, old: Task | None, new: Task, bill: Bill | None, why: Given, words: str
) -> HistoryEntry:
    event, run = did(old, new), _run(commit, new.id)
    if bill and old and old._replace(spent=new.spent) == new:  # marks only
        event = CHARGES[0] if bill.step else CHARGES[2] if run else CHARGES[1]
    used = charged(bill) if bill else Used()
    return HistoryEntry(
        commit.oid,
        commit.at,
        commit.author.actor,
        new.id,
        new.title,
        event,
        old.state if old else None,
        new.state,
        words,
        reasons(old, new, why),
        field_changes(old, new),
        used,
        trailers(commit.message).get(OVERRIDE, "") if OVERRIDE in commit.message else "",
        run,
        new.notes[len(old.notes) if old else 0 :],
    )


def _run(commit: Commit, task_id: str) -> RunLine | None:
    """The run that a commit ended, on a task."""
    if RUN not in commit.message:
        return None
    from tkledger.core.run import run_of  # as most do not

    return run_of(commit.message, task_id)


def entered(ledger: Ledger, tip: Oid, task_id: str) -> HistoryEntry | None:
    """How a task came to its state; None if no commit says it. No older commit's files are read."""
    for commit in reversed(ledger.traces.commits(task_id, [tip])):
        for entry in entries_of_commit(ledger, commit, task_id, charges=False):
            if entry.source is not entry.target:
                return entry
    return None


def last_run(ledger: Ledger, tip: Oid, task_id: str) -> HistoryEntry | None:
    """What a commit up to ``tip`` says of the last run on a task."""
    for commit in reversed(ledger.traces.commits(task_id, [tip])):
        if _run(commit, task_id):
            found = entries_of_commit(ledger, commit, task_id, charges=True)
            return next((one for one in found if one.run), None)
    return None


def _charged(ledger: Ledger, commit: Commit, task_id: str | None) -> dict[str, Bill]:
    """What a commit charges, by task."""
    found = {one.task: one for one in bills(commit.message) if task_id in (None, one.task)}
    return found if found and ledger.charges(commit) else {}


def is_cut(ledger: Ledger, commit: Commit) -> bool:
    """Whether the clone is shallow, and this is a commit of which it lacks the parents."""
    if commit.parents or not ledger.repo.is_shallow:
        return False
    made = history.as_commit(ledger.repo.read(commit.oid))
    return made is not None and bool(made.parents)


def commits_of(ledger: Ledger, task_id: str, tips: Sequence[Oid]) -> list[Commit]:
    """The commits up to ``tips`` that are steps of a task, parents before children."""
    found = ledger.traces.commits(task_id, tips)
    return [one for one in found if task_id in steps(one.message) and ledger.charges(one)]
