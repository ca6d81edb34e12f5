"""What a sync brought, by task: what others did to it, and who has claimed it. It moves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.core.claim import Claim
from tkledger.core.history import HistoryEntry
from tkledger.core.lifecycle import State
from tkledger.core.quoting import few
from tkledger.core.snapshot import Snapshot
from tkledger.core.trailers import lines
from tkledger.core.typing import NamedTuple
from tkledger.git.objects import Oid
from tkledger.ledger.reader import Ledger

_MOST = 500
"""How many of the newest commits are read."""

_LETTERS = 120
"""The longest reason that is shown."""

_EDIT = "edit"
LOST = "lost"
"""A claim that was given up for the remote's."""

_WORDS = {
    **{"new": "created by", "admit": "admitted by", "start": "started by", "jump": "moved by"},
    **{"submit": "submitted for review by", "done": "done by", "approve": "approved by"},
    **{"reject": "sent back by", "block": "blocked by", "resume": "resumed by"},
    **{"requeue": "requeued by", "cancel": "cancelled by", _EDIT: "changed by"},
    **{"claim": "claimed by", "release": "given back by", "free": "no longer claimed"},
    **{LOST: "your claim is lost, since it is claimed by", "end": "ended on another branch by"},
}
"""The events of history by their verbs, and those of claims."""


class News(NamedTuple):
    """The last that happened to a task: the event, who did it and why, as far as that is known.

    waits: the dependencies of a task in progress that are not done, such as those that one side added
        while the other started it
    """

    task: str
    event: str
    actor: str = ""
    reason: str = ""
    waits: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """One line for a person."""
        who = f"{_WORDS[self.event]} {self.actor}".rstrip()
        who += f", and waits for {few([*self.waits])}" if self.waits else ""
        return f"{self.task}: {who}" + (f": {self.reason}" if self.reason else "")


def of_commits(ledger: Ledger, before: Oid, after: Oid, joined: Oid) -> Iterator[News]:
    """What the commits of ``after`` that ``before`` does not have did to tasks; for each task the last
    move or, if none moved it, that it was changed. ``joined`` has both, and what tasks wait for then.
    """
    from tkledger.ledger import log

    found: dict[str, News] = {}
    there = ledger.at(joined)
    for one in log.entries(ledger, after, f"^{before}", f"--max-count={_MOST}"):
        if one.event != _EDIT or one.task not in found:
            why = ": ".join(filter(None, (_origin(there, one), one.reason)))
            found[one.task] = News(one.task, one.event, one.actor, _short(why))
    for news in found.values():
        yield news._replace(waits=_waits(there, news.task))


def _waits(ledger: Snapshot, task_id: str) -> tuple[str, ...]:
    task = ledger.task(task_id)
    return ledger.blocked_by(task) if task and task.state is State.IN_PROGRESS else ()


def _origin(ledger: Snapshot, entry: HistoryEntry) -> str:
    """The ended task that a new one continues, as a text; empty if there is none."""
    made = ledger.task(entry.task) if entry.source is None else None
    return f"it reopens {made.reopens}" if made and made.reopens else ""


def of_claim(task: str, claim: Claim | None, *, lost: bool) -> News:
    """What a claim that came from the remote says; None if it is deleted there."""
    if claim is None:
        return News(task, "free")
    if claim.final:
        return News(task, "end", claim.holder)
    if claim.released:
        return News(task, "release", claim.holder)
    return News(task, LOST if lost else "claim", claim.holder)


def by_task(*parts: Iterable[News]) -> tuple[News, ...]:
    """All of them, one for each task: of an earlier part before a later one."""
    found: dict[str, News] = {}
    for part in parts:
        for one in part:
            found.setdefault(one.task, one)
    return tuple(found.values())


def _short(text: str) -> str:
    first = (lines(text) or [""])[0]
    return first if len(first) <= _LETTERS else f"{first[:_LETTERS]}..."
