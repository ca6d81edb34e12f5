"""The tasks that wait for something: for an event, or for a time that has come; and the messages about that."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.core.lifecycle import State
from tkledger.core.messages import NOTICE, Message
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.time import seconds_of
from tkledger.core.waits import is_due, name_of, open_keys


def blocked(session: Session) -> list[str]:
    """The ids of the tasks that are blocked in HEAD's ledger, by what is remembered of it."""
    overview = Shown(session, here=True).overview
    states, ids = overview.column("state"), overview.column("id")
    places = range(overview.open)
    return sorted(ids[place] for place in places if states[place] == State.BLOCKED)


def awaiting(ledger: Snapshot, tasks: list[str], event: str) -> Iterator[Task]:
    """Of these the tasks that wait for an event, also if they are paused meanwhile."""
    for task in filter(None, map(ledger.task, tasks)):
        if any(
            one.reason == "event" and name_of(one.key or "") == event for one in open_keys(task)
        ):
            yield task


def timed_out(ledger: Snapshot, tasks: list[str], now: int) -> Iterator[Task]:
    """Of these the tasks that wait for an answer whose time is over at ``now``."""
    for task in filter(None, map(ledger.task, tasks)):
        for one in open_keys(task):
            if one.until is not None and seconds_of(one.until) <= now:
                yield task
                break


def notices(ledger: Snapshot, tasks: list[str], now: int, sender: str) -> Iterator[Message]:
    """Notices that the waits of these tasks are over, for their owner or the one who set the wait. Their key is
    the task and the wait, so that two who make the same notice make one.
    """
    policy = ledger.policy
    for task in filter(None, map(ledger.task, tasks)):
        to = task.owner or task.wait.set_by
        if not to or policy is None or not is_due(task, ledger, now):
            continue
        wait = task.wait
        what = wait.key or wait.until or " ".join(wait.tasks)
        reason = wait.reason
        text = f"what {task.id} waits for is over ({reason}): tk start {task.id}"
        told = Message("", sender, policy.actor(to), text, 0, task=task.id)
        yield told._replace(
            key=f"due {task.id} {task.tries} {what}"[:200], type=NOTICE, action="resume"
        )
