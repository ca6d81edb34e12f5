"""What a cancel does besides its commit: whose claims it may take, and parents that waited for it."""

from __future__ import annotations

from collections.abc import Sequence

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


def cancel_waiting(session: Session, ledger: Snapshot, ended: Sequence[Task]) -> None:
    """Cancel the parents that waited for the end of these tasks to be cancelled then, and say so."""
    parents = {task.parent: ledger.task(task.parent) for task in ended if task.parent}
    for parent in parents.values():
        if parent is None or not parent.wait.then or over_from(parent, parent.wait, ledger) != 0:
            continue
        options = {"id": parent.id, "message": parent.wait.detail}
        try:
            session.at(session.repo.top or session.repo.git_dir).carry_out(
                [(Event.CANCEL.value, options)]
            )
        except (Refused, TkError):
            session.progress.say(
                f"{parent.id} can be cancelled now, its children have ended: tk cancel {parent.id}"
            )
        else:
            session.progress.say(
                f"{parent.id} waited for the end of its children, and is cancelled"
            )
