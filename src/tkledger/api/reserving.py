"""What is reserved for tasks, as one actor sees and changes it."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.api.session import Session
from tkledger.claims import reservations
from tkledger.core.change import Refused
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.reservations import PathsReserved
from tkledger.core.lifecycle import State
from tkledger.core.ref_names import RESERVATIONS
from tkledger.core.reservation import Overlap, Reservation, both, paths, written
from tkledger.core.typing import NamedTuple
from tkledger.ledger.proposal import Recorded


class Reserved(NamedTuple):
    """What is reserved for a task, who holds the task, if anyone does, and where others reserved the same."""

    reservation: Reservation
    holder: str
    overlaps: tuple[Overlap, ...]


def every(session: Session, task: str | None = None) -> list[Reserved]:
    """All reservations that are known here, or that of one task."""
    found = reservations.reserved(session.repo)
    holders = reservations.at_work(session.standing()) if found else {}
    return [
        Reserved(one, holders.get(key, ""), reservations.overlaps(key, found, holders))
        for key, one in sorted(found.items())
        if task in (None, key)
    ]


def reserve(session: Session, task: str, given: Sequence[str], *, drop: bool) -> bool:
    """Reserve paths for a task, more of them or fewer; whether that changed anything. Raises Refused if another
    actor holds the task, or if the policy refuses that others have reserved them, and ValueError for too many.
    """
    ledger = session.head()
    assert ledger.policy is not None  # else there are no tasks
    actor = session.actor(ledger)
    holders = reservations.at_work(session.standing())

    def made(old: Reservation | None) -> Reservation | None:
        had = old.paths if old else ()
        kept = tuple(one for one in had if given and not both([one], given))
        now = kept if drop else paths([*had, *given])
        if now == had:
            return None
        wanted = Reservation(task, actor, now)
        found = {**reservations.reserved(session.repo), task: wanted}
        refuses = ledger.policy is not None and ledger.policy.reservations == "refuse"
        meets = reservations.overlaps(task, found, holders) if refuses and task in holders else ()
        size = len(written(wanted).encode())
        fact = PathsReserved(
            RESERVATIONS + task,
            wanted,
            size,
            ledger.policy,
            holders.get(task, ""),
            meets,
            made=False,
        )
        if broken := tuple(judge_door(fact)):
            raise Refused(*broken)
        return wanted

    return reservations.append(session.repo, task, made) is not None


def tell_overlaps(session: Session, recorded: Recorded) -> None:
    """Say where what is reserved for tasks that a commit starts is reserved for others, too."""
    begun = [
        after.id
        for key in recorded.touched
        if (after := recorded.after.task(key)) is not None
        and after.state is State.IN_PROGRESS
        and ((before := recorded.before.task(key)) is None or before.state is not after.state)
    ]
    if begun:
        session.forget_claims()
        for task in begun:
            for one in every(session, task):
                for met in one.overlaps:
                    session.progress.say(f"{task}: {words(met)}")


def words(met: Overlap) -> str:
    """An overlap as a sentence."""
    return f"{met.path} is reserved for {met.task}, too, which {met.holder} holds"
