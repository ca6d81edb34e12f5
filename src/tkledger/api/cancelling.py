"""What a cancel does apart from its commit: whose claims it may take, and parents that waited for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.claims import remote
from tkledger.claims.standing import standing
from tkledger.core.change import Refused
from tkledger.core.lifecycle import Event
from tkledger.core.quoting import few
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING
from tkledger.core.waits import over_from
from tkledger.errors import Exit, TkError
from tkledger.verbs.cancel import open_below
from tkledger.verbs.ids import existing

if TYPE_CHECKING:
    from tkledger.api.session import Session
    from tkledger.verbs.verb import Options


def taken(session: Session, ledger: Snapshot, options: Options) -> set[str]:
    """The tasks that a cancel takes from who holds them. Raises TkError, CLAIMED, if it would cancel children
    that others hold, and the options do not say ``take``.
    """
    task = existing(ledger, options.get("id"))
    below = list(open_below(ledger, task.id)) if options.get("children") == "cascade" else []
    if options.get("take"):
        return {task.id, *below}
    who = session.claimant(ledger)
    if below and who.remote:
        remote.fetch(session.repo, who.remote)
    known = standing(session.repo, below, who.remote)
    held = {
        one: held.claim.holder
        for one, held in known.items()
        if held.live and not held.claim.final and not who.holds(held.claim)
    }
    if held:
        whose = few([f"{one} (by {holder})" for one, holder in sorted(held.items())])
        fact = f"{task.id} has open children that others have claimed: {whose}"
        way = (
            f"tk cancel {task.id} --children wait, or tk cancel {task.id} --children cascade --take"
        )
        raise TkError(Exit.CLAIMED, "claimed", fact, way)
    return set()


def cancel_parents(session: Session, ledger: Snapshot, ended: Sequence[Task]) -> None:
    """Cancel the parents that waited for the end of these tasks to be cancelled then, and say so."""
    parents = {task.parent for task in ended if task.parent}
    for parent in waited(ledger, sorted(parents)):
        cancel_waiting(session, parent)


def waited(ledger: Snapshot, tasks: Iterable[str]) -> Iterator[Task]:
    """Of these the tasks that are to be cancelled now: what they waited for is over."""
    for task in filter(None, map(ledger.task, tasks)):
        if task.wait.then and over_from(task, task.wait, ledger) == 0:
            yield task


def cancel_waiting(session: Session, task: Task) -> None:
    """Cancel a task that waited to be, and say so; or say how, if this actor may not."""
    options = {"id": task.id, "message": task.wait.detail}
    try:
        session.at(session.repo.top or session.repo.git_dir).carry_out(
            [(Event.CANCEL.value, options)]
        )
    except (Refused, TkError):
        fact = f"{task.id} can be cancelled now, its children have ended"
        session.progress.say(f"{fact}: tk cancel {task.id}")
    else:
        fact = f"{task.id} waited for the end of its children, and is cancelled"
        session.progress.say(fact)
