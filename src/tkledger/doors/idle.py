"""Who is idle in this repository: a mark that lasts until it is removed, and what it forbids.

It lies in ``tk/asleep`` of the common git folder, an actor a line, ``*`` for everyone: it is this
repository's own, a clone's or a server's, and is not pushed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from tkledger.core.change import Violation
from tkledger.core.task import Task
from tkledger.git.repo import Repo
from tkledger.ledger.checkout import writing

EVERYBODY = "*"


def sleepers(repo: Repo) -> tuple[str, ...]:
    """Who is idle, in order."""
    try:
        with open(_path(repo), encoding="utf-8") as file:
            return tuple(file.read().splitlines())
    except FileNotFoundError:
        return ()


def is_asleep(repo: Repo, actor: str) -> bool:
    """Whether this actor is idle here, or everyone is."""
    return bool({actor, EVERYBODY} & set(sleepers(repo)))


def mark(repo: Repo, actor: str, *, idle: bool) -> bool:
    """Put an actor to sleep or wake it; whether that changed anything."""
    with writing(repo):
        before = set(sleepers(repo))
        after = before | {actor} if idle else before - {actor}
        if after != before:
            scratch = f"{_path(repo)}-{os.getpid()}"
            with open(scratch, "w", encoding="utf-8") as file:
                file.write("".join(f"{one}\n" for one in sorted(after)))
            os.replace(scratch, _path(repo))
    return after != before


def forbidden(repo: Repo, new: Iterable[Task], actor: str) -> Iterator[Violation]:
    """What the door says of tasks that ``actor`` creates."""
    marks = sleepers(repo)
    if not marks:
        return
    from tkledger.core.door_rules import judge_door
    from tkledger.core.door_rules.idle import NewTask

    for task in new:
        yield from judge_door(NewTask(task.id, actor, EVERYBODY in marks, actor in marks))


def _path(repo: Repo) -> str:
    return os.path.join(repo.common_dir, "tk", "asleep")
