"""What a task that is blocked waits for, if that was not said by one of the reasons."""

from __future__ import annotations

from shlex import quote

from tkledger.core.task import Task
from tkledger.core.task_parts import REASONS
from tkledger.errors import usage_error


def waits_for(task: Task, reason: str | None, text: str | None) -> str:
    """What a task waits for: a text alone says enough. Raises TkError, USAGE, if nothing does."""
    if reason and not text:
        fact = f"{reason!r} is not one of the reasons {', '.join(REASONS)}; -m takes any text"
        raise usage_error("bad-value", fact, f"tk block {task.id} -m {quote(reason)}")
    if reason or (text and text.strip()):
        return reason or "other"
    raise usage_error(
        "no-reason",
        f"what does {task.id} wait for? --reason {'|'.join(REASONS)}, or any text: -m TEXT",
        f"tk block {task.id} --reason other",
    )
