"""What a task lists to be shown or done: its criteria and its checklist, one by one, and what is left of them."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple

LEFT_OUT = " -- "
"""Between what need not be shown or done, and the reason."""


class Checks(NamedTuple):
    """A list of a task by its name, and the two that say which of its entries came about, and which need not:
    by repeating their words, so that all three merge as they are.
    """

    name: str
    done: str
    left_out: str
    noun: str


CRITERIA = Checks("criteria", "met", "waived", "criterion")
CHECKLIST = Checks("checklist", "checked", "skipped", "step")


class Check(NamedTuple):
    """An entry by its number, from 1: ``open`` or, by the list that has it, such as ``met`` or ``waived``; and why
    it was left out.
    """

    number: int
    text: str
    state: str
    reason: str = ""


def checks_of(task: Task, kind: Checks) -> Iterator[Check]:
    """The criteria or the checklist of a task, in their order."""
    done = getattr(task, kind.done)
    reasons = {entry_of(one): one.partition(LEFT_OUT)[2] for one in getattr(task, kind.left_out)}
    for number, text in enumerate(getattr(task, kind.name), 1):
        state = kind.done if text in done else kind.left_out if text in reasons else "open"
        yield Check(number, text, state, reasons[text] if state == kind.left_out else "")


def entry_of(left_out: str) -> str:
    """The criterion, or the step, that an entry of ``waived`` or ``skipped`` is about."""
    return left_out.partition(LEFT_OUT)[0]


def unmet(task: Task) -> tuple[str, ...]:
    """The criteria of a task that are neither met nor waived, each once, in their order."""
    settled = {*task.met, *map(entry_of, task.waived)}
    return tuple(one for one in dict.fromkeys(task.criteria) if one not in settled)
