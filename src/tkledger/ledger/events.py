"""What new commits do to tasks, as events; the caller says which commits are new."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from tkledger.core.events import Cursor, LedgerEvent, event_of
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.ledger import log
from tkledger.ledger.diffs import read_ahead, steps
from tkledger.ledger.reader import Ledger


def task_events(
    ledger: Ledger, tips: Mapping[Oid, str], known: Collection[Oid], begin: Cursor
) -> Iterator[LedgerEvent]:
    """What commits did to tasks that ``tips`` have in their history, and no ``known`` one has; parents before
    children.

    tips: by the names of their branches; begin: what counts as delivered before
    """
    revisions = [*tips, *(f"^{oid}" for oid in known)]
    names = _names(ledger, tips, revisions)
    only = next(iter(tips.values()))
    cursor = Cursor(begin.seen)
    walked = steps(ledger.repo, ledger.files, revisions, whole=False)
    for step in read_ahead(ledger.files, walked, before=True):
        commit = step.commit
        then = cursor.after(commit.oid, commit.parents)
        name, entries = (
            names.get(commit.oid, only),
            log.entries_of_commit(ledger, commit, charges=True),
        )
        made = [event_of(entry, name, then) for entry in entries]
        for number, event in enumerate(made[:-1], 1):
            made[number - 1] = event._replace(cursor=Cursor(cursor.seen, commit.oid, number))
        yield from made[begin.told if commit.oid == begin.commit else 0 :]
        cursor = then


def _names(ledger: Ledger, tips: Mapping[Oid, str], revisions: list[str]) -> Mapping[Oid, str]:
    """The branch by which each new commit is reported: the one that it is the tip of, else that of a
    child; of none if there is only one.
    """
    names = dict(tips)
    if len(tips) == 1:
        return names
    for oid, *parents in history.related(ledger.repo, "--topo-order", *revisions):
        for parent in parents:
            names.setdefault(parent, names[oid])
    return names
