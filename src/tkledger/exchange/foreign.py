"""A task as another tracker has it, and the readers of trackers, a module each.

A reader is a function ``read(path)`` in the module of this package that `READERS` names. It is given a file or a
folder, and gives a `Foreign` for each task in it, in the order that is found there. It

- reads files by `sources` only, which bounds their size, number and depth, and follows no links;
- raises `BadSource` for what is not of its kind: it guesses nothing, and a folder without tasks is not of it;
- gives text as it stands there, whatever is in it: titles of several lines, control characters, labels with
  blanks, keys that are not ids. The importer makes it legal, and says what it changed;
- names other tasks by their keys, those that are not there as well. The importer finds the ids, and what it
  finds missing or in a circle, it tells as lost;
- leaves out what is empty, and everything that has a place in tk, from ``extra``;
- knows nothing of ids in tk, of the policy, of git and of what the ledger has already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tkledger.core.lifecycle import State
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.task import Task


class BadSource(Exception):
    """What is not of the kind that it should be; ``where`` is the file, and the line or the entry if known."""

    def __init__(self, where: str, fact: str) -> None:
        super().__init__(f"{where}: {fact}")
        self.where = where
        self.fact = fact


class Comment(NamedTuple):
    """What was said of a task: it becomes a note, with its author and time before it, if they are known."""

    text: str
    author: str | None = None
    at: str | None = None


class Foreign(NamedTuple):
    """One task of another tracker.

    ``key`` is what the tracker calls it: not empty, and no other task of the source has it. ``name`` is what it
    should be called in tk, if not by its key: the importer makes an id of it.

    ``fields`` are values of fields of tk by name, as JSON would have them, none of them empty: any field but those
    that are named here, ``id`` and ``imported``. ``origin`` and ``reopens`` are keys of other tasks. So ``type``,
    ``priority`` (0 to 4), ``owner``, ``creator``,
    ``labels``, ``stream``, ``due``, ``estimate`` (seconds), ``links``, ``description``, ``resolution``,
    ``wait``, ``criteria`` with ``met``, ``checklist`` with ``checked`` and so on. A value that its field does
    not take counts as lost, and goes under ``x`` as ``extra`` does. A task that is blocked has a ``wait`` with a
    ``reason``.

    ``created`` and ``ended`` are times, best in UTC as ``2026-01-31T12:00:00Z``. They become a note, with what is
    ``told`` besides: what the tracker has a name for and tk has not, and says something to who reads it.

    ``extra`` is what has no place in tk, by its name in the tracker, with values of any form: it goes under
    ``x``, and counts as lost. ``read`` is how many values the tracker has of the task, as `leaves` counts them;
    the key, and what only says how the tracker stores the task, may be left out of it.

    ``task`` is the whole task, if the tracker is tk itself: it stays as it is, with what it was imported as.
    """

    key: str
    title: str
    state: State = State.TODO
    name: str | None = None
    parent: str | None = None
    depends_on: tuple[str, ...] = ()
    fields: Mapping[str, Any] = {}
    comments: tuple[Comment, ...] = ()
    created: str | None = None
    ended: str | None = None
    told: tuple[tuple[str, str], ...] = ()
    extra: Mapping[str, Any] = {}
    read: int = 0
    task: Task | None = None


Reader = Callable[[Path], Iterable[Foreign]]

READERS: dict[str, str] = {
    name: name
    for name in ("beads", "backlog", "ticket", "taskmaster", "taskwarrior", "github", "speckit")
} | {"exec-kernel": "exec_kernel", "jsonl": "jsonl"}
"""The module of each kind of tracker by the kind's name, as ``tk import --from`` takes it: a kind is a word as in
``task-master``, without blanks and colons."""


def reader(kind: str) -> Reader:
    """The reader of a kind, one of `READERS`; its module is loaded only now."""
    from importlib import import_module

    found: Reader = import_module(f"tkledger.exchange.{READERS[kind]}").read
    return found


def leaves(value: Any) -> int:
    """How many values there are in one as JSON has it: text, numbers, booleans; what is empty counts as none."""
    todo, found = [value], 0
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            found += one != ""
        elif isinstance(one, (list, tuple)):
            todo.extend(one)
        elif isinstance(one, Mapping):  # last, as it is slow to ask
            todo.extend(one.values())
        elif one is not None:
            found += 1
    return found
