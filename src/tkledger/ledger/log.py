"""What commits did to tasks, as `tk log` shows it: events read from history, not judged."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.history import HistoryEntry, event_name
from tkledger.core.layout import FOLDER, path_of
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.ledger.reader import Ledger


def entries(
    ledger: Ledger, tip: Oid, task_id: str | None = None, *revisions: str
) -> Iterator[HistoryEntry]:
    """What each ordinary commit up to ``tip`` did to one task, or to all, oldest first; fewer of them if
    ``revisions`` say so in git's words.

    Merges are left out: they author nothing.
    """
    path = path_of(task_id) if task_id else FOLDER
    for commit in history.log(ledger.repo, tip, *revisions, path=path):
        if len(commit.parents) < 2:
            yield from _done_by(ledger, commit)


def _done_by(ledger: Ledger, commit: Commit) -> Iterator[HistoryEntry]:
    for diff in commit.diffs:
        old = ledger.files.task(diff.path, diff.old_mode, diff.old)
        new = ledger.files.task(diff.path, diff.new_mode, diff.new)
        if new is not None:
            source = old.state if old else None
            yield HistoryEntry(
                commit.oid,
                commit.at,
                commit.author.actor,
                new.id,
                new.title,
                event_name(source, new.state),
                source,
                new.state,
                commit.message.strip(),
            )
