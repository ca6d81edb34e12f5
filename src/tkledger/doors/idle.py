"""Who is idle in this repository: a mark that lasts until it is removed, and what it forbids.

The file has one actor a line, ``*`` for everyone. It belongs to this repository, a clone or a
server, and is not pushed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.core.change import Change, Refused, Violation
from tkledger.core.task import Task
from tkledger.core.trailers import lines
from tkledger.core.typing import TYPE_CHECKING
from tkledger.git.repo import Repo
from tkledger.local.lock import writing
from tkledger.local.store import IDLE as FILE
from tkledger.local.store import Store

if TYPE_CHECKING:
    from tkledger.core.policy import Policy
    from tkledger.git.commit import Commit
    from tkledger.ledger.proposal import Recorded

EVERYBODY = "*"


def sleepers(repo: Repo) -> tuple[str, ...]:
    """Who is idle, in order."""
    return tuple(lines((Store(repo.common_dir).read(FILE) or b"").decode()))


def is_asleep(repo: Repo, actor: str) -> bool:
    """Whether this actor is idle here, or everyone is."""
    return bool({actor, EVERYBODY} & set(sleepers(repo)))


def mark(repo: Repo, actor: str, *, idle: bool) -> bool:
    """Put an actor to sleep or wake it; whether that changed anything."""
    with writing(repo):
        before = set(sleepers(repo))
        after = before | {actor} if idle else before - {actor}
        if after != before:
            lines = "".join(f"{one}\n" for one in sorted(after))
            Store(repo.common_dir).replace(FILE, data=lines.encode())
    return after != before


def forbidden(repo: Repo, new: Iterable[Task], actor: str) -> Iterator[Violation]:
    """The violations by tasks that ``actor`` creates."""
    marks = sleepers(repo)
    if not marks:
        return
    from tkledger.core.door_rules import judge_door
    from tkledger.core.door_rules.idle import NewTask

    for task in new:
        yield from judge_door(NewTask(task.id, actor, EVERYBODY in marks, actor in marks))


def require_awake(repo: Repo, recorded: Recorded, actor: str) -> None:
    """Raise Refused if an idle ``actor`` creates a task by a proposal."""
    new = (key for key in recorded.touched if key not in recorded.before.entries)
    born = [task for key in new if (task := recorded.after.task(key)) is not None]
    if found := tuple(forbidden(repo, born, actor)):
        raise Refused(*found)


def created(
    repo: Repo, commit: Commit, change: Change | None, policy: Policy | None
) -> Iterator[Violation]:
    """The violations by tasks that a commit creates although its actor is idle in this repository."""
    if change is not None and (new := list(change.births())):
        from tkledger.claims import fence  # commands judge what they propose

        yield from forbidden(repo, new, fence.made_by(commit, policy).actor)
