"""Which paths are reserved for which tasks, and where two that are claimed meet; it judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from tkledger.claims.standing import Standing
from tkledger.core.door_rules.limits import WorkBegun
from tkledger.core.ref_names import RESERVATIONS
from tkledger.core.reservation import (
    MAX_EVENT,
    MAX_READ,
    Overlap,
    Reservation,
    both,
    read,
    written,
)
from tkledger.errors import Exit, TkError
from tkledger.git import refs
from tkledger.git.chains import extended, told
from tkledger.git.commit import read_commit
from tkledger.git.errors import RefMoved
from tkledger.git.history import is_commit
from tkledger.git.refs import RefLine, RefSwap
from tkledger.git.repo import Repo
from tkledger.local.lock import TRIES, racing
from tkledger.local.store import RESERVED_PATHS, Store


def reserved(
    repo: Repo, tasks: Collection[str] | None = None, lines: Sequence[RefLine] = ()
) -> dict[str, Reservation]:
    """The reservations for these tasks, for all if none are given; ``lines`` are refs as a push is about to
    leave them. What cannot be read, or was given up, is left out.
    """
    moving = {one.ref: one.new for one in lines if one.ref.startswith(RESERVATIONS)}
    names = {*refs.names(repo, RESERVATIONS), *moving}
    wanted = [
        name for name in sorted(names) if tasks is None or name.removeprefix(RESERVATIONS) in tasks
    ]
    found = {}
    for name in wanted:
        tip = moving.get(name, name)
        one = newest(repo, tip) if tip and is_commit(repo, tip) else None
        if one is not None and one.paths and RESERVATIONS + one.task == name:
            found[one.task] = one
    return found


def newest(repo: Repo, tip: str) -> Reservation | None:
    """What counts in a chain that ends at a commit, or at a ref; no process more, unless two copies were joined
    last.
    """
    found = repo.read(tip, limit=MAX_EVENT)
    if found is None:
        return None
    if len(found[2]) <= MAX_EVENT:
        made = read_commit(found[0], found[2])
        one = read(made.oid, made.at, made.text)
        if one is not None:
            return one
    chain = told(repo, found[0], read, most=MAX_READ, size=MAX_EVENT)
    return chain[-1] if chain else None


def at_work(known: Mapping[str, Standing]) -> dict[str, str]:
    """The tasks whose reservations count, and who holds each."""
    return {task: held.claim.holder for task, held in known.items() if held.at_work}


def overlaps(
    task: str, reservations: Mapping[str, Reservation], holders: Mapping[str, str]
) -> tuple[Overlap, ...]:
    """Where the reservation of a task meets those of others that are held."""
    own = reservations.get(task)
    if own is None:
        return ()
    return tuple(
        Overlap(path, other, holder)
        for other, holder in sorted(holders.items())
        if other != task and other in reservations
        for path in both(own.paths, reservations[other].paths)
    )


def met(
    repo: Repo,
    begun: Iterable[WorkBegun],
    known: Mapping[str, Standing],
    lines: Sequence[RefLine] = (),
    *,
    together: bool = True,
) -> list[WorkBegun]:
    """Work that is taken up, with where it meets what others reserved, if the policy refuses that; ``together``
    is whether all of it is begun.
    """
    begun = list(begun)
    if not any(one.policy.reservations == "refuse" for one in begun):
        return begun
    holders = at_work(known)
    if together:
        holders |= {one.task: one.actor for one in begun}
    wanted = {*holders, *(one.task for one in begun)}
    found = reserved(repo, wanted, lines)
    return [one._replace(overlaps=overlaps(one.task, found, holders)) for one in begun]


def append(
    repo: Repo, task: str, made: Callable[[Reservation | None], Reservation | None]
) -> Reservation | None:
    """Put the reservation that a look at the newest one calls for at the end of the chain of a task; None if
    it calls for none. Raises TkError (BUSY) if others did so too often meanwhile.
    """
    ref = RESERVATIONS + task
    for _ in racing():
        tip = refs.listed(repo, ref).get(ref)
        wanted = made(newest(repo, tip) if tip else None)
        if wanted is None:
            return None
        new = extended(repo, tip, written(wanted))
        try:
            refs.swap(repo, [RefSwap(ref, new, tip)], "tk: reserved")
        except RefMoved:
            continue
        note(repo)
        return wanted
    raise TkError(Exit.BUSY, "busy", f"{ref} moved {TRIES} times meanwhile", "run it again")


def note(repo: Repo) -> None:
    """Note for the hook script that there may be reservations here."""
    Store(repo.common_dir).keep(RESERVED_PATHS, data=b"")
