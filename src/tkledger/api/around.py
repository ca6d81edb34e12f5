"""What lies around one task: its parts, what it waits for, what waits for it, and the gates it has to pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tkledger.core.history import Related
from tkledger.core.lifecycle import State
from tkledger.core.overview import natural
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.api.session import Session
    from tkledger.core.causes import Cause
    from tkledger.core.gates import GateStanding
    from tkledger.core.usage import Usage
    from tkledger.git.objects import Oid


def parent(ledger: Snapshot, task: Task) -> Related | None:
    """The task that one is a part of, whether or not it exists."""
    return _related(ledger, [task.parent])[0] if task.parent else None


def children(ledger: Snapshot, task: Task) -> tuple[Related, ...]:
    """The parts of a task."""
    return _related(ledger, sorted(ledger.children(task.id), key=natural))


def waited_for(ledger: Snapshot, task: Task) -> tuple[Related, ...]:
    """What a task depends on, and what it is blocked by until that ends."""
    awaits = task.wait.tasks if task.state is State.BLOCKED else ()
    return _related(ledger, dict.fromkeys((*task.depends_on, *awaits)))


def needing(ledger: Snapshot, task: Task) -> tuple[Related, ...]:
    """The tasks that depend on one."""
    return _related(ledger, sorted(ledger.dependants(task.id), key=natural))


def _related(ledger: Snapshot, ids: Iterable[str]) -> tuple[Related, ...]:
    names = [*ids]
    known = {task.id: task for task in ledger.tasks(names)} if names else {}
    return tuple(_one(ledger, name, known.get(name)) for name in names)


def _one(ledger: Snapshot, name: str, task: Task | None) -> Related:
    if task is None:
        return Related(name)
    place = ledger.elsewhere.get(name)
    return Related(name, task.state, task.title, task.owner or "", place.branch if place else "")


def gates(
    session: Session, ledger: Snapshot, task: Task, tip: Oid, used: Callable[[], Usage]
) -> tuple[GateStanding, ...]:
    """Where each gate stands that the policy asks of a task that has not ended, on the code of a commit."""
    policy = ledger.policy
    if policy is None or not policy.gates or task.ended:
        return ()
    from tkledger.core.gates import Gates, asked  # few policies have any
    from tkledger.ledger.code_trees import code_tree

    names = asked(policy, task)
    if not names:
        return ()
    found = Gates(policy, task, used, code_tree(session.repo, f"{tip}^{{tree}}"))
    return tuple(found.standing(name) for name in names)


def cause(session: Session, ledger: Snapshot, task: Task, at: str | None = None) -> Cause | None:
    """The nearest task that another one waits for, directly or through others, and that waits for none."""
    from tkledger.core.causes import Cause, holding, nearest

    if not holding(ledger, task):
        return None
    chain = nearest(ledger, task)
    if not chain:
        return None
    key = chain[-1]
    (found,) = _related(ledger, [key])
    one = ledger.task(key)
    if one is None:
        return Cause(tuple(chain[1:-1]), found)
    from tkledger.api.look import place_of
    from tkledger.core.rows import wait_reason
    from tkledger.ledger import log

    entry = log.entered(session.ledger, place_of(session, ledger, key, at), key)
    return Cause(tuple(chain[1:-1]), found, entry.at if entry else None, wait_reason(one))
