"""Replays one task: what each commit did to it, and what the law says of that, from the commits alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tkledger.core.change import Violation
from tkledger.core.history import HistoryEntry
from tkledger.core.typing import NamedTuple
from tkledger.doors import gate
from tkledger.doors.acceptance import counting
from tkledger.doors.remedies import for_commit
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.ledger import log
from tkledger.ledger.reader import Ledger


class Replayed(NamedTuple):
    """What a commit did to a task, and the rules that it breaks by that; why, if it is accepted with them."""

    entry: HistoryEntry
    broken: tuple[Violation, ...] = ()
    accepted: str = ""

    @property
    def diverges(self) -> bool:
        """Whether the law does not lead here."""
        return bool(self.broken) and not self.accepted


def replayed(ledger: Ledger, task: str, tip: Oid) -> Iterator[Replayed]:
    """Each commit up to ``tip`` that changed or named a task, parents before children, up to the first that
    diverges. Nothing that was remembered decides: one walk over history finds which commits these are.
    """
    ledger = Ledger(ledger.repo)
    ledger.place.require_whole()
    concerned = [commit.oid for commit in ledger.traces.commits(task, [tip])]
    concerned.reverse()  # git turns them once more
    entries = {one.commit: one for one in log.entries_of(ledger, tip, task, charges=True)}
    reasons: Mapping[Oid, str] | None = None
    for commit, _, found in gate.judge_commits(ledger, concerned, ["--no-walk=unsorted"]):
        broken = tuple(for_commit(one for one in found if one.task == task))
        if broken and reasons is None:
            reasons = counting(ledger, tip, ()).reasons
        entry = entries.get(commit.oid) or _as_it_is(ledger, commit, task)
        if entry is not None:
            why = reasons.get(commit.oid, "") if broken and reasons else ""
            step = Replayed(entry, broken, why)
            yield step
            if step.diverges:
                return


def _as_it_is(ledger: Ledger, commit: Commit, task: str) -> HistoryEntry | None:
    """What `tk log` leaves out: a merge, or a file that is gone or cannot be read. None if the task was never
    there.
    """
    now = ledger.files.task_at(commit.oid, task)
    before = ledger.files.task_at(commit.parents[0], task) if commit.parents else None
    known = now or before
    if known is None:
        return None
    event = "merge" if len(commit.parents) > 1 else "edit"
    return HistoryEntry(
        *(commit.oid, commit.at, commit.author.actor, task, known.title, event),
        *(before.state if before else None, known.state, commit.message.strip()),
    )
