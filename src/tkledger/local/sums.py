"""The sums that were counted at one commit, and the file that keeps them between commands.

The file only saves time: it is in the common git folder, is replaced as a whole, and is ignored if it
cannot be read. ``tk verify`` never reads what others counted; it has one of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tkledger import __version__
from tkledger.core.typing import Any, NamedTuple, TypeVar
from tkledger.core.usage import Account, Activity, ChildEvent, Used
from tkledger.git.objects import Oid
from tkledger.local.store import SUMS, Store

Value = TypeVar("Value")


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


class Rows(Mapping[str, Value]):
    """Values by task as a file keeps them, each decoded when it is asked for: most commands ask for one."""

    def __init__(
        self, rows: Mapping[str, str], decoded: Callable[[Any], Value], new: Mapping[str, Value]
    ) -> None:
        self._rows = rows
        self._decoded = decoded
        self._new = new
        self._found: dict[str, Value] = {}

    def __getitem__(self, task: str) -> Value:
        if task in self._new:
            return self._new[task]
        if task not in self._found:
            self._found[task] = self._decoded(_value(self._rows[task]))
        return self._found[task]

    def __contains__(self, task: object) -> bool:
        return task in self._new or task in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter({**self._rows, **self._new})

    def __len__(self) -> int:
        return len({**self._rows, **self._new})

    def evolve(self, new: Mapping[str, Value]) -> Rows[Value]:
        """These with others in their place."""
        return Rows(self._rows, self._decoded, {**self._new, **new})

    def encoded(self, row: Callable[[Value], Any]) -> dict[str, str]:
        """All as a file keeps them; ``row`` makes of a value what JSON can hold."""
        return {**self._rows, **_encoded(self._new, row)}


def evolved(known: Mapping[str, Value], new: Mapping[str, Value]) -> Mapping[str, Value]:
    """Values by task with others in their place; those that a file keeps stay as they are."""
    return known.evolve(new) if isinstance(known, Rows) else {**known, **new}


def _encoded(values: Mapping[str, Value], row: Callable[[Value], Any]) -> dict[str, str]:
    if isinstance(values, Rows):
        return values.encoded(row)
    return {task: _json(row(value)) for task, value in values.items()}


def _value(text: str) -> Any:
    import json  # few clones have sums that are worth keeping

    return json.loads(text)


def _json(value: Any) -> str:
    import json

    return json.dumps(value, separators=(",", ":"))


_FORM = "5"
"""Of the file; another one is ignored."""


class SumsFile:
    """One file: a line with its form and a checksum of the rest; one with what is of no task; then a line for
    each account, and one for the newest commits of work on each task. Of concurrent writers the last wins.
    """

    def __init__(self, common_dir: str, name: str = SUMS) -> None:
        self._store = Store(common_dir)
        self._name = name

    def read(self) -> Sums | None:
        """The sums that are kept; None if there is no file, or it cannot be read."""
        try:
            head, _, body = (self._store.read(self._name) or b"").partition(b"\n")
            if head != _head(body):
                return None
            first, *lines = body.decode().split("\n")
            found = _value(first)
            rows = [line.partition(" ")[::2] for line in lines]
            count = found["accounts"]
            return Sums(
                found["tip"],
                Rows(dict(rows[:count]), _account, {}),
                {task: Activity(*row) for task, row in found["stands"].items()},
                Rows(dict(rows[count:]), _newest, {}),
                found["late"],
                found["clock"],
            )
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None

    def write(self, sums: Sums) -> None:
        """Keep these instead; a failure costs time only."""
        accounts, newest = _encoded(sums.accounts, _row), _encoded(sums.newest, _listed)
        first = {
            "tip": sums.tip,
            "accounts": len(accounts),
            "stands": sums.activities,
            "late": sums.late,
            "clock": sums.clock,
        }
        lines = [_json(first), *map(" ".join, accounts.items()), *map(" ".join, newest.items())]
        body = "\n".join(lines).encode()
        self._store.keep(self._name, data=_head(body) + b"\n" + body)


def _head(body: bytes) -> bytes:
    """The first line of a file: a damaged one shows, and one that another tk wrote."""
    from zlib import crc32

    return f"{_FORM} {__version__} {crc32(body):08x}".encode()


def _listed(newest: tuple[Oid, ...] | None) -> list[Oid] | None:
    return None if newest is None else list(newest)


def _newest(row: list[Oid] | None) -> tuple[Oid, ...] | None:
    return None if row is None else tuple(row)


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
