"""Reservations: the files and folders that the work on a task is going to change; no clock, no refs.

Each task has a chain of them, of which the newest counts, and it counts while the task is claimed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from posixpath import normpath

from tkledger.core.field import line, task_id
from tkledger.core.typing import Any, NamedTuple

MAX_EVENT = 16 * 1024
"""The largest reservation, in bytes of its commit."""

MAX_READ = 100
"""How many of a task are read, at most, to find the newest that can be read."""

MAX_PATHS = 50
"""How many paths are reserved for one task, at most."""

MAX_PATH = 200
"""The longest path, in letters."""

EVERYTHING = "."
"""The path of the whole repository."""


class Reservation(NamedTuple):
    """The files and folders that are reserved for a task, none if it gave them up, and who said so."""

    task: str
    by: str
    paths: tuple[str, ...] = ()


class Overlap(NamedTuple):
    """A path that is reserved for another task as well, and the actor who holds that."""

    path: str
    task: str
    holder: str


def path(raw: Any) -> str:
    """A file or a folder, from the top of the repository; raises ValueError if it is not one in it."""
    value = line(raw)
    if len(value) > MAX_PATH:
        raise ValueError(f"is longer than {MAX_PATH} letters")
    found = normpath(value)
    if value.startswith("/") or found.split("/")[0] == ".." or "\\" in value:
        raise ValueError(f"{value!r} is not a path within the repository, such as src/parser")
    return found


def paths(raw: Any) -> tuple[str, ...]:
    """Paths, each once, in order; raises ValueError for what is not one, and for too many."""
    if not isinstance(raw, (list, tuple)):
        raise ValueError("must be a list of paths")
    found = tuple(sorted({path(one) for one in raw}))
    if len(found) > MAX_PATHS:
        raise ValueError(f"are {len(found)} paths, of {MAX_PATHS} at most; reserve their folder")
    return found


def covers(reserved: str, name: str) -> bool:
    """Whether a reserved path is another one, or a folder that has it."""
    return reserved in (name, EVERYTHING) or name.startswith(f"{reserved}/")


def both(ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """Where two sets of paths meet: of a folder and what is in it, the latter."""
    found = {
        one if covers(other, one) else other
        for other in [*theirs]
        for one in ours
        if covers(one, other) or covers(other, one)
    }
    return sorted(found)


def written(reservation: Reservation) -> str:
    """A reservation as the message of its commit."""
    body = {"tk": "reserved", **reservation._asdict()}
    text = json.dumps(body, ensure_ascii=False)
    return f"tk: reserved for {reservation.task}\n\n{text}\n"


def read(oid: str, at: int, written: str) -> Reservation | None:
    """The reservation in a commit's message; None if it holds none."""
    try:
        found = json.loads(written.partition("\n\n")[2])
        if found["tk"] != "reserved":
            return None
        return Reservation(task_id(found["task"]), line(found["by"]), paths(found["paths"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
