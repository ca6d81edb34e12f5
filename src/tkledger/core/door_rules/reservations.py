"""What a push reserves for a task, and who may."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.agent import DISPATCHER
from tkledger.core.door_rules import door_rule
from tkledger.core.door_rules.records import put_aside
from tkledger.core.policy import Policy
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import RESERVATIONS
from tkledger.core.reservation import MAX_EVENT, Overlap, Reservation
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import NamedTuple


class PathsReserved(NamedTuple):
    """One reservation in the chain of a task.

    ref: the chain; reservation: None if it cannot be read; size: of its commit, in bytes
    policy: the one that decides; holder: who holds the task, empty if no one does
    overlaps: which of the paths are reserved for others, if the policy refuses that
    newest: whether it is the one that counts; made: whether its commit exists already
    known: the actors that who pushes speaks for, None if that is not asked
    """

    ref: str
    reservation: Reservation | None
    size: int
    policy: Policy | None
    holder: str = ""
    overlaps: tuple[Overlap, ...] = ()
    newest: bool = True
    made: bool = True
    known: frozenset[str] | None = None


@door_rule("TK723", PathsReserved)
def reserved_for_another(made: PathsReserved) -> Iterator[Finding]:
    """An actor reserves paths for a task that another actor holds, or what is written is not a reservation.

    Each ref `refs/tk/reservations/ID` has reservations for that task only, of at most 16 KiB, 50 paths of 200
    letters. While the task is claimed its holder makes them, or an actor with the role `dispatcher`. With
    `reservations: refuse` what is reserved for a task that is claimed must not be reserved for another such.

    Why: who reserves for others keeps them from their work.

    Remedy: reserve for your own task; `tk reserve ID --drop` gives a reservation up.
    """
    one, law = made.reservation, made.policy
    way = put_aside(made.ref) if made.made else "tk reserve"
    if made.size > MAX_EVENT:
        fact = f"has {made.size} bytes, of {MAX_EVENT} at most"
        yield Finding(made.ref, fact, way)
    elif one is None or RESERVATIONS + one.task != made.ref:
        fact = "is not a reservation for that task"
        yield Finding(made.ref, fact, way)
    elif law is not None and made.known is not None and law.actor(one.by) not in made.known:
        fact = f"is by {one.by}, who is not the one who pushes"
        yield Finding(made.ref, fact, way)
    elif law is not None and made.newest:
        other = bool(made.holder) and not law.owns(law.actor(one.by), made.holder)
        if other and not law.has_role(one.by, DISPATCHER):
            fact = f"{one.by} reserves for {one.task}, which {made.holder} holds"
            yield Finding(made.ref, fact, way)
        for met in made.overlaps[:3]:
            fact = f"{met.path} is reserved for {met.task}, which {met.holder} holds"
            yield Finding(
                made.ref, fact, f"tk reserve {quoted(one.task)} --drop {quoted(met.path)}"
            )
