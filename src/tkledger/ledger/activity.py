"""When tasks were last changed or worked on, the latest first; only as much of history is read as is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tkledger.core.charges import bills
from tkledger.core.layout import FOLDER, is_task_key, key_of
from tkledger.core.time import iso
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.ledger.log import is_cut
from tkledger.ledger.reader import Ledger


def activity(ledger: Ledger, tips: Sequence[Oid], since: int = 0) -> Iterator[tuple[str, int]]:
    """The tasks that commits up to ``tips`` changed or were work on, each with the time of the commit, in seconds
    since 1970; the latest commits first, down to those dated ``since``. A task comes once for each commit.

    Merges are left out: they author nothing. So is what a shallow clone does not know.
    """
    later = (f"--since={iso(since)}",) if since else ()
    for commit in history.newest(ledger.repo, *tips, *later, path=FOLDER):
        if len(commit.parents) > 1:
            continue
        keys = [key_of(diff.path) for diff in commit.diffs]
        if keys and is_cut(ledger, commit):
            keys = []
        named = (bill.task for bill in bills(commit.message))
        for key in dict.fromkeys((*filter(is_task_key, keys), *named)):
            yield key, commit.at


def last_times(
    ledger: Ledger, tips: Sequence[Oid], wanted: Collection[str], since: int = 0
) -> dict[str, int]:
    """When each of the tasks ``wanted`` was last changed or worked on, if it was ``since``. No more is read than
    down to the last of them.
    """
    found: dict[str, int] = {}
    left = {*wanted}
    for key, at in activity(ledger, tips, since):
        if key in left:
            found[key] = at
            left.remove(key)
            if not left:
                break
    return found
