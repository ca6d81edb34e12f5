"""Waits: whether one is over, by the task, the ledger and a time; and the answers that end them. No clock."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.field import line
from tkledger.core.lifecycle import State
from tkledger.core.pattern import fits, pattern
from tkledger.core.policy import Policy
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.task_parts import PAUSED, Wait
from tkledger.core.time import seconds_of
from tkledger.core.typing import NamedTuple

LONGEST = 1000
"""How many letters an answer has at most."""

TIMED_OUT = "(timeout)"
"""The answer that only says that the time for one is over."""

_LINE = pattern(rf"(?P<key>[A-Za-z0-9][A-Za-z0-9_./:@+#-]{{0,99}}): (?P<value>.{{1,{LONGEST}}})\Z")


class AnswerLine(NamedTuple):
    """An answer: to the wait of which key, and what it says."""

    key: str
    value: str

    @property
    def text(self) -> str:
        """The line as the file has it."""
        return f"{self.key}: {self.value}"


def parsed(text: str) -> AnswerLine:
    """The answer in a line; raises ValueError with a sentence if it is not one."""
    found = _LINE.match(line(text))
    if found is None:
        raise ValueError(
            f"{text[:60]!r} is not an answer: KEY: VALUE, of {LONGEST} letters at most"
        )
    return AnswerLine(found["key"], line(found["value"]))


def checked(raw: object) -> str:
    """A line of a task's ``answers``; raises ValueError."""
    return parsed(line(raw)).text


def answer_to(task: Task, key: str | None) -> str | None:
    """What was answered to the wait of a key, the first of several; None if nothing was."""
    head = f"{key}: "
    return next((one[len(head) :] for one in task.answers if one.startswith(head)), None)


def name_of(key: str) -> str:
    """The name that a key was made of, of an event that a task waits for once more: ``deploy#2``."""
    return key.partition("#")[0]


def fresh_key(task: Task, name: str) -> str:
    """The key of the next wait for something of this name."""
    number, key = 1, name
    while answer_to(task, key) is not None:
        number += 1
        key = f"{name}#{number}"
    return key


def waits_of(task: Task) -> Iterator[Wait]:
    """What a task waits for, and what it waited for when it was paused, each by itself."""
    if task.state is State.BLOCKED and any(task.wait):
        yield task.wait._replace(earlier=None)
        if task.wait.earlier is not None:
            yield task.wait.earlier


def open_keys(task: Task) -> Iterator[Wait]:
    """Of these the ones that wait for an answer which has not come."""
    for wait in waits_of(task):
        if wait.key is not None and answer_to(task, wait.key) is None:
            yield wait


def over_from(task: Task, wait: Wait, ledger: Snapshot) -> int | None:
    """From when on a wait is over, in seconds since 1970: 0 if it is; None if no time ends it."""
    if wait.key is not None and answer_to(task, wait.key) is not None:
        return 0
    if wait.tasks and all(_has_ended(ledger, one) for one in wait.tasks):
        return 0
    return None if wait.until is None else seconds_of(wait.until)


def due_from(task: Task, ledger: Snapshot) -> int | None:
    """From when on a blocked task can be taken up again, as `over_from` has it; None while it is paused,
    waits for what no answer, time or task ends, or is to be cancelled then.
    """
    if task.state is not State.BLOCKED or task.wait.reason == PAUSED or task.wait.then:
        return None
    return over_from(task, task.wait, ledger)


def is_due(task: Task, ledger: Snapshot, now: int) -> bool:
    """Whether it can at ``now``: what it waits for is over, and so is what it depends on."""
    since = due_from(task, ledger)
    return since is not None and since <= now and not ledger.blocked_by(task)


def may_answer(policy: Policy, actor: str, wait: Wait) -> bool:
    """Whether an actor may answer what a task waits for; an approval not to itself."""
    if wait.reason == "approval" and policy.owns(actor, wait.set_by):
        return False
    if wait.by is None:
        return True
    return fits(policy.actor(actor), policy.actor(wait.by)) or policy.has_role(actor, wait.by)


def _has_ended(ledger: Snapshot, task_id: str) -> bool:
    found = ledger.task(task_id)
    return found is not None and found.ended
