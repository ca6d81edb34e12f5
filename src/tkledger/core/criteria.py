"""The criteria of a task one by one, as they are shown and named."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.task import WAIVED_FOR, Task, waived_criterion
from tkledger.core.typing import NamedTuple


class Criterion(NamedTuple):
    """A criterion of a task by its number, from 1: ``open``, ``met`` or ``waived``, and why it was waived."""

    number: int
    text: str
    state: str
    reason: str = ""


def criteria_of(task: Task) -> Iterator[Criterion]:
    """The criteria of a task, in their order."""
    waived = {waived_criterion(one): one.partition(WAIVED_FOR)[2] for one in task.waived}
    for number, text in enumerate(task.criteria, 1):
        state = "met" if text in task.met else "waived" if text in waived else "open"
        yield Criterion(number, text, state, waived.get(text, "") if state == "waived" else "")
