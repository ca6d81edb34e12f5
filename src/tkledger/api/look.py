"""What commands that only look ask of a ledger: which tasks, in which order, and what is known of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from tkledger.core.budget import KINDS, Gauge, Sums, gauges, pressing, used_by
from tkledger.core.lifecycle import State
from tkledger.core.overview import rank
from tkledger.core.ref_names import HEADS
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.errors import unusable, usage_error
from tkledger.git import refs
from tkledger.git.objects import Oid

if TYPE_CHECKING:
    from tkledger.api.json import Json
    from tkledger.api.session import Session
    from tkledger.claims.standing import Standing
    from tkledger.core.approvals import ApprovalCount
    from tkledger.core.history import Details, HistoryEntry, WorkCommit
    from tkledger.core.quota import QuotaGauge
    from tkledger.core.usage import Usage, Used
    from tkledger.git.commit import Commit
    from tkledger.git.objects import Oid
    from tkledger.verbs.legal_moves import Outlook

SHOWN_STEPS = 10
"""How many of the commits of work on a task are shown with it, the newest ones."""


def task_with_place(task: Task, ledger: Snapshot) -> Json:
    """A task's JSON, with the branch it was read from if that is not the one of the ledger."""
    from tkledger.api.json import task_json

    place = ledger.elsewhere.get(task.id)
    return {**task_json(task), **({"elsewhere": place.branch} if place else {})}


def details(session: Session, ledger: Snapshot, task: Task, at: str | None = None) -> Details:
    """What is known of a task beyond its file: of its commits, its neighbours and its claim."""
    from tkledger.api import around
    from tkledger.core.history import Details, times
    from tkledger.core.policy import DEFAULT
    from tkledger.core.rules.rule import way_on
    from tkledger.ledger import limits, log

    tip = place_of(session, ledger, task.id, at)
    session.ledger.asks_of = task.id  # so that a walk that counts finds where to look, too
    usage = limits.usage(session.ledger, tip)
    told = list(log.entries_of(session.ledger, tip, task.id))
    known = times(told, whole=not session.repo.is_shallow)
    spent = _spending(ledger, task, usage, {})
    over = ledger.is_over(task)  # so its claim says nothing any more, even if it is still there
    held = None if at or over else session.standing().get(task.id)
    work = work_on(session, ledger, task, at)
    moves = prospects(session, ledger, task, at)
    return Details(
        work=tuple(step_of(one) for one in reversed(work[-SHOWN_STEPS:])),
        steps_in_all=len(work),
        **known._asdict(),
        used=spent.used,
        gauges=tuple(spent.gauges),
        at=usage.at,
        place=_way_on(ledger, task) if task.id in ledger.elsewhere else None,
        shallow=session.repo.is_shallow,
        depth=ledger.depth(task.id),
        parent=around.parent(ledger, task),
        children=around.children(ledger, task),
        depends_on=around.waited_for(ledger, task),
        needed_by=around.needing(ledger, task),
        blocked_by=tuple(ledger.blocked_by(task)),
        legal=tuple(one.event.value for one in moves if not one.hindrances),
        held_back=tuple(words for one in moves for words in one.held_back),
        claim=_claim(held),
        reopened_as=tuple(one.id for one in ledger.successors(task.id)) if task.ended else (),
        entries=tuple(told),
        run=log.last_run(session.ledger, tip, task.id),
        approvals=approvals(ledger, task, lambda: usage),
        gates=around.gates(session, ledger, task, tip, lambda: usage),
        onward=way_on(ledger, task.id, ledger.policy or DEFAULT) if over else "",
    )


def approvals(ledger: Snapshot, task: Task, used: Callable[[], Usage]) -> ApprovalCount | None:
    """How many approvals a task in review has, if the policy asks for any."""
    if ledger.policy is None or task.state is not State.IN_REVIEW:
        return None
    from tkledger.core.approvals import OpenReview

    review = OpenReview(ledger.policy, task, used)
    return review.standing(task.verdicts) if review.asks.asked else None


def _way_on(ledger: Snapshot, task: Task) -> tuple[str, str]:
    from tkledger.claims.elsewhere import standing_there

    return standing_there(ledger, task.id)


def place_of(session: Session, ledger: Snapshot, task_id: str, at: str | None = None) -> Oid:
    """The commit that a task of such a ledger is shown as of: the branch's that it is further on, if any."""
    place = ledger.elsewhere.get(task_id)
    return place.tip if place else session.tip(at)


def work_on(session: Session, ledger: Snapshot, task: Task, at: str | None = None) -> list[Commit]:
    """The commits of work on a task, parents before children: of the ledger's branch, and of those that the
    task is worked on.
    """
    from tkledger.ledger.log import commits_of

    tips = [session.tip(at)]
    if at is None and refs.other_branches(session.repo):
        place = ledger.elsewhere.get(task.id)
        tips += [place.tip] if place else []
        names = [own_branch(session, task.id), f"{HEADS}{task.branch or ''}"]
        tips += [one[0] for one in session.repo.read_many(names) if one and one[1] == "commit"]
    return commits_of(session.ledger, task.id, list(dict.fromkeys(tips)))


def step_of(commit: Commit) -> WorkCommit:
    """A commit of work as what is shown of it."""
    from tkledger.core.history import WorkCommit

    return WorkCommit(commit.oid, commit.at, commit.author.actor, commit.subject)


def own_branch(session: Session, task_id: str) -> str:
    """The branch that a task has for itself, whether or not there is one; its full name."""
    from tkledger.claims.elsewhere import branch_of

    return branch_of(session.repo.variables(), task_id)


def _claim(held: Standing | None) -> Json | None:
    if held is None or held.claim.released:
        return None
    from tkledger.api.json import claim_json

    return claim_json(held)


def left(session: Session, task: Task) -> str:
    """Why nobody works on a task in progress, as its claim says; empty if someone may be at work on it."""
    from tkledger.claims.standing import unheld

    return unheld(task, session.standing().get(task.id))


def prospects(
    session: Session, ledger: Snapshot, task: Task, at: str | None = None
) -> list[Outlook]:
    """Every verb, in the order of the lifecycle, and what hinders it."""
    from tkledger.ledger.proposal import about_to_be
    from tkledger.verbs.legal_moves import outlooks

    tip = place_of(session, ledger, task.id, at)
    ledger = (
        session.ledger.at(tip) if ledger.elsewhere else ledger
    )  # what is not merged counts for nothing
    message = session.message_of_named()
    counted = partial(about_to_be, session.ledger, parents=[tip], message=message)
    found = outlooks(ledger, task, counted)
    held = None if at else session.standing().get(task.id)
    if held is None or not held.live:
        return found
    from tkledger.api.taking import while_held

    return while_held(session, ledger, held, found)


def entries(
    session: Session,
    word: str | None = None,
    limit: int | None = None,
    at: str | None = None,
    wanted: Callable[[HistoryEntry], bool] = bool,
    since: int = 0,
) -> list[HistoryEntry]:
    """What commits did to a task, or to all, that is ``wanted``; oldest first, ``limit`` keeps the newest. Of all
    tasks no commits are read but those dated ``since``, in seconds since 1970.
    """
    from tkledger.core.time import iso
    from tkledger.ledger import log
    from tkledger.verbs.ids import find

    ledger = session.look(at) if word else session.read(at)
    task_id = find(ledger, word, reading=True) if word else None
    tip = place_of(session, ledger, task_id or "", at)
    if task_id is not None:
        found = list(filter(wanted, log.entries_of(session.ledger, tip, task_id, charges=True)))
        return found[-limit:] if limit else found
    later = [f"--since={iso(since)}"] if since else []
    if limit:
        return log.newest(session.ledger, [tip, *later], limit, wanted)
    return list(filter(wanted, log.entries(session.ledger, tip, *later, charges=True)))


class Spending(NamedTuple):
    """What a task used, and the limits that hold for it."""

    task: Task
    used: Used
    gauges: list[Gauge]


def quotas(session: Session, name: str, at: str | None = None) -> tuple[str, Sequence[QuotaGauge]]:
    """The name that counts of an actor, and its quotas with what it used of them: on all branches that are known
    here or, ``at`` a revision or date, in the history of that.
    """
    from tkledger.claims.quotas import on_branches
    from tkledger.core.field import FieldError, line
    from tkledger.core.quota import gauges
    from tkledger.ledger import limits

    try:
        line(name)
    except (FieldError, ValueError) as error:
        raise usage_error("bad-actor", f"the actor {error}", "tk budget --agent NAME") from None
    _require_whole(session)
    ledger = session.read(at)
    if ledger.policy is None:
        return name, ()
    actor = ledger.policy.actor(name)
    if at is None:
        return actor, on_branches(session.ledger, ledger.policy, actor, int(time.time()))
    end = session.ledger.tally.sums(ledger.commit).clock if ledger.commit else 0
    usage = limits.usage(session.ledger, ledger.commit)
    return actor, tuple(gauges(ledger.policy, actor, usage, end))


def spending(
    session: Session, word: str | None = None, at: str | None = None
) -> tuple[list[Spending], int]:
    """What is used of the limits of one task, or of all that are worth showing; and the time, in
    seconds since 1970, up to which work in progress was counted.

    Raises TkError in a shallow clone, which lacks what was used before its history begins.
    """
    from tkledger.ledger import limits

    _require_whole(session)
    ledger = session.look(at) if word else session.read(at)
    from tkledger.verbs.ids import existing

    shown = [existing(ledger, word, reading=True)] if word else []
    tip = place_of(session, ledger, shown[0].id if shown else "", at)
    usage = limits.usage(session.ledger, tip)
    shown = shown or _worth_showing(ledger, usage)
    sums: Sums = {}  # what is used below one task is asked for each below it
    return [_spending(ledger, task, usage, sums) for task in shown], usage.at


def _require_whole(session: Session) -> None:
    if session.repo.is_shallow:
        raise unusable(
            "shallow",
            "this clone is shallow: usage recorded before its history begins is missing",
            "git fetch --unshallow",
        )


def sums(
    session: Session, by: str, word: str | None = None, at: str | None = None
) -> list[tuple[str, Used]]:
    """What commits say was used, all of it or on one task and below: by agent, model or week, its name and
    its sum; the most costly first, weeks in their order.
    """
    from tkledger.core.statistics import added
    from tkledger.core.usage import Used
    from tkledger.ledger import spendings
    from tkledger.verbs.ids import existing

    ledger = session.read(at)
    top = existing(ledger, word, reading=True).id if word else ""
    within = {top, *ledger.descendants(top)} if top else ledger.entries
    found: dict[str, Used] = {}
    for key, one in spendings.sums(session.repo, ledger.commit).items() if ledger.commit else ():
        if key.task in within:
            actor = ledger.policy.actor(key.actor) if ledger.policy else key.actor
            name = {"agent": actor, "model": key.model, "week": key.week}[by]
            more = Used(tokens=one.tokens, cost=one.cost, calls=one.calls)
            found[name] = added(found.get(name, Used()), more)
    rows = sorted(found.items())
    if by != "week":
        rows.sort(key=lambda row: (-row[1].cost, -row[1].tokens, -row[1].calls))
    return rows


def _spending(ledger: Snapshot, task: Task, usage: Usage, sums: Sums) -> Spending:
    assert ledger.policy is not None
    used = used_by(ledger.policy, [task], usage)
    return Spending(task, used, gauges(ledger.policy, ledger, task, usage, sums))


def _worth_showing(ledger: Snapshot, usage: Usage) -> list[Task]:
    """The open tasks that used something or have a limit of their own, and what is nearly used up."""
    assert ledger.policy is not None
    near = pressing(ledger.policy, ledger, lambda: usage)
    found = [
        task
        for task in ledger.tasks()
        if not task.ended
        and (
            task.id in near
            or any(used_by(ledger.policy, [task], usage))
            or any(getattr(task.budget, kind) is not None for kind in KINDS)
        )
    ]
    return sorted(found, key=rank)
