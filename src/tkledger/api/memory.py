"""What earlier work has to say to who takes a task."""

from __future__ import annotations

from tkledger.core.recall import Memory
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.git.errors import GitError
from tkledger.ledger.recall import related

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tkledger.api.session import Session
    from tkledger.core.overview import TaskRow
    from tkledger.core.task import Task


def related_to(session: Session, task: Task | TaskRow) -> list[Memory]:
    """The lessons, decisions and what was tried in other tasks that are like this one; nothing if they cannot be
    searched: the task is taken all the same.
    """
    try:
        return related(session.ledger, session.tip(), task)
    except GitError:
        return []


def memory_json(one: Memory) -> dict[str, Any]:
    """What was found, for JSON."""
    return {"kind": one.kind, "task": one.task, "title": one.title, "text": one.text}


def related_json(found: Iterable[Memory]) -> dict[str, Any]:
    """The same of what is related; empty if nothing is."""
    rows = list(map(memory_json, found))
    return {"related": rows} if rows else {}


def related_words(found: Iterable[Memory]) -> list[str]:
    """The same in words, a line each."""
    return [f"{one.kind} of {one.task}: {one.text}" for one in found]
