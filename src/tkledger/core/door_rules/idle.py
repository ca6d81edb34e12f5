"""New tasks, and whether their actor may create any now."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.door_rules import door_rule
from tkledger.core.quoting import quoted
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import NamedTuple


class NewTask(NamedTuple):
    """A new task, and whether its actor is idle, or everyone is."""

    task: str
    actor: str
    all_idle: bool
    idle: bool


@door_rule("TK708", NewTask)
def created_while_asleep(new: NewTask) -> Iterator[Finding]:
    """An actor that was put to sleep creates a task.

    Asked at every door of every clone and server that knows of it by `tk sync`, after `tk sleep`: until `tk wake`,
    until the time that the sleep was to end, or until a task is assigned to the actor.

    Why: an agent that is to be idle must not give itself work. It may still end existing tasks.

    Remedy: `tk wake`, by those who decide that there is to be work again.
    """
    if new.idle or new.all_idle:
        who = new.actor if new.idle else "everyone"
        remedy = f"tk wake --as {quoted(new.actor)}" if new.idle else "tk wake --all"
        yield Finding(new.task, f"is new, but {who} is asleep", remedy)
