"""Tells an actor of tasks that are further on other branches: not to begin them again, and where to continue."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.core.change import Refused
from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Snapshot
from tkledger.core.typing import TYPE_CHECKING
from tkledger.errors import Exit, TkError

if TYPE_CHECKING:
    from tkledger.api.session import Session


def begun(session: Session, ledger: Snapshot) -> Snapshot:
    """HEAD's ledger with the tasks that were begun on other branches, as they are there, so that they are
    not begun again here.
    """
    from tkledger.claims import elsewhere

    return elsewhere.begun(session.repo, ledger, session.standing())


def require_not_begun(session: Session, before: Snapshot, ids: Sequence[str]) -> None:
    """Raise TkError, CLAIMED, if one of these tasks was begun on another branch; if another actor holds
    it, the claim says more.
    """
    from tkledger.claims import elsewhere
    from tkledger.claims import standing as claims

    who = session.claimant(before)
    known = claims.standing(session.repo, ids, who.remote)
    over = elsewhere.begun(session.repo, before, known)
    for task in ids:
        held = known.get(task)
        others = held is not None and held.live and not who.holds(held.claim)
        if task in over.elsewhere and not others:
            fact, way = elsewhere.standing_there(over, task)
            raise TkError(Exit.CLAIMED, "begun-elsewhere", f"{task} is {fact}", way)


def _done_elsewhere(head: Snapshot, over: Snapshot, task_id: str) -> str:
    """The first dependency that a task waits for on HEAD's branch and that is done on another one."""
    task = head.task(task_id)
    states = {one: over.task(one) for one in head.blocked_by(task)} if task else {}
    return next((one for one, there in states.items() if there and there.state is State.DONE), "")


def with_places(session: Session, refused: Refused) -> Refused:
    """A refusal that says of each task where it is further, or what it waits for is, if that is so, and
    the way on from there.
    """
    from tkledger.claims import elsewhere

    head = session.ledger.head()
    over = elsewhere.shown(session.repo, head, session.standing())
    found = []
    for one in refused.violations:
        if one.task in over.elsewhere:
            fact, way = elsewhere.standing_there(over, one.task)
            one = one._replace(message=f"{one.message}; it is {fact}", remedy=way)
        elif one.code == "TK211" and (done := _done_elsewhere(head, over, one.task)):
            fact, way = elsewhere.standing_there(over, done)
            one = one._replace(message=f"{one.message}; {done} is {fact}", remedy=way)
        found.append(one)
    told = Refused(*found)
    told.more = refused.more
    return told
