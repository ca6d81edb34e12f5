"""The sums that were counted at one commit, and the file that keeps them between commands.

The file only saves time: it is in the common git folder, is replaced as a whole, and is ignored if it
cannot be read. ``tk verify`` never reads what others counted; it has one of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from tkledger import __version__
from tkledger.core.typing import Any, NamedTuple
from tkledger.core.usage import Account, Activity, ChildEvent, Used
from tkledger.git.objects import Oid
from tkledger.local.store import SUMS, Store


class Sums(NamedTuple):
    """What was counted at one commit.

    accounts: by task; activities: by task, without those that are not in progress and in their first
    attempt; newest: by task, the newest commits of work on it, None if they were not found yet
    late: commits whose time is not their own date but an ancestor's; clock: the commit's time
    """

    tip: Oid
    accounts: Mapping[str, Account]
    activities: Mapping[str, Activity]
    newest: Mapping[str, tuple[Oid, ...] | None]
    late: Mapping[Oid, int]
    clock: int

    def activity(self, task: str) -> Activity:
        """The activity of a task at the commit."""
        return self.activities.get(task, Activity())


class SumsFile:
    """One file of JSON; of concurrent writers the last wins."""

    def __init__(self, common_dir: str, name: str = SUMS) -> None:
        self._store = Store(common_dir)
        self._name = name

    def read(self) -> Sums | None:
        """The sums that are kept; None if there is no file, or it cannot be read."""
        try:
            found = json.loads(self._store.read(self._name) or b"")
            if found["tk"] != __version__ or found["check"] != _check(found):
                return None
            return Sums(
                found["tip"],
                {task: _account(row) for task, row in found["accounts"].items()},
                {task: Activity(*row) for task, row in found["stands"].items()},
                {task: row and tuple(row) for task, row in found["newest"].items()},
                found["late"],
                found["clock"],
            )
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None

    def write(self, sums: Sums) -> None:
        """Keep these instead; a failure costs time only."""
        row = {
            "tk": __version__,
            "tip": sums.tip,
            "accounts": {task: _row(account) for task, account in sums.accounts.items()},
            "stands": sums.activities,
            "newest": sums.newest,
            "late": sums.late,
            "clock": sums.clock,
        }
        data = json.dumps({**row, "check": _check(row)}, separators=(",", ":")).encode()
        self._store.keep(self._name, data=data)


def _check(row: Mapping[str, Any]) -> str:
    """A checksum of the contents, so that a damaged file shows."""
    from zlib import crc32

    kept = [row[name] for name in ("tip", "accounts", "stands", "newest", "late", "clock")]
    return f"{crc32(json.dumps(kept, separators=(',', ':')).encode()):08x}"


def _row(account: Account) -> list[Any]:
    sums = {str(attempt): amounts for attempt, amounts in account.sums.items()}
    workers = {str(attempt): counts for attempt, counts in account.workers.items()}
    return [sums, account.spans, account.entered, account.lost, workers, account.children]


def _account(row: list[Any]) -> Account:
    account = Account()
    account.sums = {int(attempt): amounts for attempt, amounts in row[0].items()}
    account.spans = {commit: (span[0], span[1], span[2]) for commit, span in row[1].items()}
    account.entered = row[2]
    account.lost = {commit: (lost[0], Used(*lost[1])) for commit, lost in row[3].items()}
    account.workers = {int(attempt): counts for attempt, counts in row[4].items()}
    account.children = {
        commit: tuple(ChildEvent(*event) for event in events) for commit, events in row[5].items()
    }
    return account
