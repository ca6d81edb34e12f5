"""What filters leave of the log of a ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from tkledger.core.history import HistoryEntry, Joint
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.api.filters import Choice
    from tkledger.api.overview import Shown
    from tkledger.api.session import Session
    from tkledger.core.ancestry import Links

Wanted = Callable[[HistoryEntry], bool]


def wanted(ledger: Shown, choice: Choice) -> Wanted:
    """Whether an entry is of a task that matches as it is now, and of the time that is asked for."""
    from tkledger.api import lists
    from tkledger.core.overview import picked

    asked, of_tasks = choice.filter, choice.timeless
    found = of_tasks.found(ledger, lists.every(ledger.overview, mistakes=True))
    ids = {*picked(ledger.overview.column("id"), found)} if of_tasks.filters else None

    def is_wanted(entry: HistoryEntry) -> bool:
        if entry.at < asked.since or (asked.until and entry.at >= asked.until):
            return False
        return ids is None or entry.task in ids

    return is_wanted


def made_by(session: Session, names: Collection[str], at: str | None = None) -> Wanted:
    """Whether an entry is by one of these actors, under the name in its commit or the one that the policy uses."""
    from tkledger.verbs.verb import ME

    ledger = session.read(at)
    policy = ledger.policy
    wanted = {session.actor(ledger) if name == ME else name for name in names}

    def is_wanted(entry: HistoryEntry) -> bool:
        return entry.actor in wanted or bool(policy and policy.actor(entry.actor) in wanted)

    return is_wanted


def patches(session: Session, entries: Sequence[HistoryEntry]) -> list[str]:
    """The lines that each of these entries changed in the file of its task; empty if it changed none."""
    from tkledger.core.layout import FOLDER, path_of
    from tkledger.git import history

    found = history.patches(session.repo, [*dict.fromkeys(one.commit for one in entries)], FOLDER)
    return [found.get((one.commit, path_of(one.task)), "") for one in entries]


def links(
    session: Session, entries: Sequence[HistoryEntry], *tips: str, joints: bool = False
) -> Links:
    """The commits of these entries, in the order of git's graph: the newest first, and no parent before its
    children; each with the nearest of them in its history. With ``joints`` also the merges that join them, up to
    ``tips``. One git reads no further than to the last of them.
    """
    from tkledger.core import ancestry
    from tkledger.git import history

    shown = dict.fromkeys(one.commit for one in entries)
    related = history.related(session.repo, "--topo-order", *tips, *shown)
    return ancestry.links(related, shown, joints=joints)


def graph(
    session: Session, entries: Sequence[HistoryEntry], at: str | None = None
) -> tuple[Links, list[Joint]]:
    """The same with the merges that join them, up to the commit that is looked at; and these by themselves."""
    from tkledger.git import history

    found = links(session, entries, session.tip(at), joints=True)
    shown = {one.commit for one in entries}
    merges = map(
        history.as_commit, session.repo.read_many([one for one in found if one not in shown])
    )
    return found, [Joint(one.oid, one.at, one.author.actor, one.subject) for one in merges if one]
