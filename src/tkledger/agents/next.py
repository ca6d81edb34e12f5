"""The task to take or to review next: offered, and if wanted claimed and started."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter

from tkledger.agents.waiting import awaited
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.claims import standing as claims
from tkledger.claims.standing import vacant
from tkledger.core.change import Refused
from tkledger.core.lifecycle import State
from tkledger.core.next_task import Pick, Wish, pick
from tkledger.core.overview import Overview, TaskRow
from tkledger.core.quoting import few, quoted
from tkledger.core.ref_names import AGENTS, INBOXES, stream_of
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.errors import Exit, TkError
from tkledger.git import refs
from tkledger.ledger import birth_order

if TYPE_CHECKING:
    from tkledger.claims.claimant import Claimant
    from tkledger.core.snapshot import Elsewhere, Snapshot
    from tkledger.core.task import Task
    from tkledger.ledger.proposal import Recorded


class Taken(NamedTuple):
    """The task to take next and why that one, and what was recorded if it was started; else why there
    is none. ``place`` is the branch it was read from, if that is another than the ledger's, and
    ``checkout`` the folder in which it was taken up there, by which commit. ``review`` is the id of a task to
    review, if there is none to take.
    """

    task: Task | TaskRow | None
    recorded: Recorded | None = None
    claim: claims.Standing | None = None
    reasons: tuple[str, ...] = ()
    why: str = ""
    place: str = ""
    checkout: str = ""
    commit: str = ""
    review: str = ""


def next_task(
    session: Session,
    labels: tuple[str, ...] = (),
    *,
    claim: bool = False,
    wait: float = 0,
    key: str | None = None,
    dry_run: bool = False,
    meanwhile: Callable[[], None] | None = None,
) -> Taken:
    """The task to take next, started if ``claim`` is set; waits up to ``wait`` seconds for one, and calls
    ``meanwhile`` before each look. It waits no longer once something else needs the actor: a message, or a review.

    With a ``key`` it is the task that was started under it before, if one was. What others claimed at
    a remote is asked for if that matters now: to claim, or to wait.
    """
    if claim and key is not None:
        from tkledger.ledger.keys import touched_under  # few commands have a key

        for one in touched_under(session.ledger, key):
            return _started(session, one, key)
    lost: set[str] = set()

    def offer() -> Taken:
        while True:
            found = offered(session, labels, lost, fetch=claim or wait > 0)
            if key is not None and found.places:  # a repetition looks on HEAD's branch alone
                found = offered(session, labels, {*lost, *found.places}, fetch=False)
            task = found.first
            if task is None:
                review = _review(session)
                more = [f"{review} waits for your review: tk next --review"] if review else []
                return Taken(None, reasons=(*found.reasons, *more), review=review)
            place = found.places.get(task.id, "")
            why = f"{found.why}; its work so far is on {place}" if place else found.why
            if not claim:
                return Taken(task, why=why, place=place)
            try:
                if place:
                    return _taken_up(session, task, dry_run=dry_run)._replace(why=why, place=place)
                taken = _started(session, task.id, key, dry_run=dry_run)
                # under a key a repetition has the same answer, and knows no more why
                return taken if key is not None else taken._replace(why=why)
            except (Refused, TkError) as error:
                if isinstance(error, TkError) and error.exit is not Exit.CLAIMED:
                    raise
                lost.add(task.id)  # another was faster, or it cannot be started after all
                session.forget()

    def again() -> None:
        lost.clear()
        if meanwhile is not None:
            meanwhile()
        session.forget()

    begun = _needs(session, _review(session)) if wait else frozenset()

    def is_found(taken: Taken) -> bool:
        return taken.task is not None or (wait > 0 and not _needs(session, taken.review) <= begun)

    if meanwhile is not None:  # what is here may be old
        again()
    found: Taken = awaited(offer, is_found, wait, again)
    return found


def next_review(
    session: Session,
    labels: tuple[str, ...] = (),
    *,
    wait: float = 0,
    meanwhile: Callable[[], None] | None = None,
) -> Taken:
    """The task that waits for a review the longest and is not the actor's own work; waits for one as
    `next_task` does.
    """
    from tkledger.agents.review import longest_waiting  # nothing else looks for reviews

    def offer() -> Taken:
        found = longest_waiting(session, labels)
        if found is None:
            reasons = ("no work of others waits for a review", *_unseen(session))
            return Taken(None, reasons=reasons)
        return Taken(found.task, why=found.why, place=found.place)

    def again() -> None:
        if meanwhile is not None:
            meanwhile()
        session.forget()

    if meanwhile is not None:  # what is here may be old
        again()
    found: Taken = awaited(offer, lambda taken: taken.task is not None, wait, again)
    return found


def _needs(session: Session, review: str) -> frozenset[str]:
    """What else needs the actor: the task to review, if there is one, and its messages."""
    reviews = {review} if review else set()
    if not refs.names(session.repo, INBOXES):
        return frozenset(reviews)
    from tkledger.agents.inbox import inbox

    now = int(time.time())
    letters = inbox(session.repo, session.actor(session.ledger.head()))
    return frozenset(reviews.union(one.message.id for one in letters if one.waits(now)))


def _review(session: Session) -> str:
    """The task that the actor should review first; empty if there is none."""
    from tkledger.agents.review import longest_waiting  # there is a task to take as a rule

    found = longest_waiting(session)
    return found.task.id if found is not None else ""


def _unseen(session: Session) -> Iterator[str]:
    """Where others are at work, as claims say, on branches that this clone does not have."""
    known = session.standing()
    if not known:
        return
    from tkledger.claims import elsewhere  # most reviews are found

    there = elsewhere.unseen(session.repo, known)
    if there:
        tasks = few([f"{task} on {branch}" for task, branch in there.items()])
        yield f"{tasks}: not here; as far as that was sent, git fetch brings it"


def offered(
    session: Session, labels: tuple[str, ...], lost: Collection[str] = (), *, fetch: bool = True
) -> Pick:
    """What this actor may take now, the oldest of the most urgent first; nothing out of ``lost``."""
    ledger = Shown(session, here=True)  # a start judges
    found = candidates(session, ledger, labels, lost, fetch=fetch)
    ids = found.ids
    if found.urgent > 1:
        age = birth_order.order(session.ledger)
        oldest = sorted(ids[: found.urgent], key=lambda one: (age.get(one, len(age)), one))
        ids = (*oldest, *ids[found.urgent :])
    return found._replace(ids=ids, first=ledger.overview.task(ids[0]) if ids else None)


def candidates(
    session: Session,
    ledger: Shown,
    labels: tuple[str, ...] = (),
    lost: Collection[str] = (),
    *,
    fetch: bool = False,
) -> Pick:
    """All that this actor may take now, the most urgent first."""
    who = session.claimant(ledger)
    can, asleep = _agent(session, who.actor)
    if asleep:
        return Pick((), (asleep,))
    if who.remote and fetch:
        from tkledger.claims import remote  # to look costs no subprocess

        remote.fetch(session.repo, who.remote)
        session.forget_claims()
    standing = session.standing(who.remote)
    holders = {task: held.claim.holder for task, held in standing.items() if held.live}
    now = int(time.time())
    begun: Mapping[str, Elsewhere] = {}
    left: Mapping[str, str] = {}
    if ledger.has_branches:
        there = session.begun(ledger.snapshot)
        begun = there.elsewhere
        left = {**vacant(there, standing), **_due(there, begun, holders, now)}
    places = {task: one.branch for task, one in begun.items() if task in left}
    without = frozenset({*lost, *(begun.keys() - left)})
    wish = Wish(who.actor, labels, without, can, stream_of(session.repo.head_ref))
    beyond = partial(_beyond, session, ledger, standing, who)
    overview = ledger.overview
    ids = overview.column("id")
    free = {*vacant(overview, standing), *(ids[place] for place in overview.due(now))}
    found = pick(overview, who.policy, wish, holders, free, beyond)
    reasons = (*found.reasons, *_begun_by_hand(overview, standing)) if not found.ids else ()
    return found._replace(places=places, reasons=reasons)


def _agent(session: Session, actor: str) -> tuple[tuple[str, ...] | None, str]:
    """What an actor is able to do, None if that is not known; and that it is idle, if it is."""
    if not refs.names(session.repo, AGENTS):  # then nothing is loaded
        return None, ""
    from tkledger.claims.agents import Agents
    from tkledger.core.agent import EVERYBODY, sleep_words

    agents = Agents(session.repo)
    agent, sleep = agents.of(actor), agents.sleep_of(actor)
    can = agent.can if agent is not None else None
    if sleep is None:
        return can, ""
    everyone = sleep.agent == EVERYBODY
    who, way = ("everyone", "tk wake --all") if everyone else (quoted(actor), "tk wake")
    return can, f"{who} is asleep{sleep_words(sleep)}: {way}"


def _due(
    ledger: Snapshot, begun: Collection[str], holders: Collection[str], now: int
) -> dict[str, str]:
    """Of tasks that are blocked on branches of their own, those whose wait is over."""
    found = {}
    for key in begun:
        task = ledger.task(key)
        if task is not None and task.state is State.BLOCKED and key not in holders:
            from tkledger.core.waits import is_due

            found.update({key: "its wait is over"} if is_due(task, ledger, now) else {})
    return found


def _begun_by_hand(ledger: Overview, standing: Mapping[str, claims.Standing]) -> Iterator[str]:
    """What is in progress without an owner: the one who began it may be at work, so it is not offered."""
    for row in sorted(ledger.rows, key=attrgetter("id")):
        if claims.is_nobodys(row, standing.get(row.id)):
            fact = f"{row.id} is in progress {claims.NOBODYS}"
            yield f"{fact}: tk start {row.id}"


def _beyond(
    session: Session,
    ledger: Shown,
    known: Mapping[str, claims.Standing],
    who: Claimant,
    tasks: Sequence[str],
) -> dict[str, str]:
    """Why a start of these tasks would be refused by the limits of the policy, by task."""
    if not tasks or not (who.policy.limits_starts or refs.names(session.repo, AGENTS)):
        return {}
    from tkledger.claims.workload import at_work, beyond, with_capacity
    from tkledger.core.door_rules.limits import WorkBegun

    made = (WorkBegun(task, who.actor, who.policy) for task in tasks)
    begun = with_capacity(session.repo, made)
    if not any(who.policy.limits_starts or one.capacity for one in begun):
        return {}
    if who.policy.reservations == "refuse":
        from tkledger.claims.reservations import met  # few policies do

        begun = met(session.repo, begun, known, together=False)
    busy = at_work(session.ledger, ledger.snapshot, known)
    return {one.task: one.message for one in beyond(session.ledger, busy, begun)}


def _taken_up(session: Session, task: TaskRow, *, dry_run: bool) -> Taken:
    """Continue a task that was begun on its own branch, and left: in its checkout."""
    if dry_run:
        return Taken(task)
    from tkledger.agents.work import begin  # most tasks are begun here
    from tkledger.claims import elsewhere

    begun = begin(session, task.id, offered=True)
    held = claims.held_on(session.repo, task.id)
    there = elsewhere.task_at(session.repo, begun.place.branch, task.id)
    return Taken(there or task, claim=held, checkout=begun.place.path, commit=begun.commit)


def _started(session: Session, task_id: str, key: str | None, *, dry_run: bool = False) -> Taken:
    """Claim and start a task that was offered."""
    starting = [("start", {"id": task_id, "offered": True})]
    recorded = session.carry_out(starting, key=key, dry_run=dry_run).recorded
    if dry_run:
        return Taken(recorded.after.task(task_id), recorded)
    return Taken(recorded.after.task(task_id), recorded, claims.held_on(session.repo, task_id))
