"""Who is at work on what over all branches known here, and who failed; asked where work is taken up.

It costs what changed since it was last asked, and what is claimed or on branches; no other task is read.
"""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from tkledger.claims import elsewhere
from tkledger.claims.agents import Agents
from tkledger.claims.claimant import Claimant
from tkledger.claims.moves import edits
from tkledger.claims.standing import Standing, every
from tkledger.core.change import Refused, Violation
from tkledger.core.claim import is_held, is_open, takes_up
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.limits import COOL_DOWN, Failed, WorkBegun, rate_of
from tkledger.core.layout import FOLDER
from tkledger.core.lifecycle import State
from tkledger.core.policy import Policy
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.git import history, refs
from tkledger.git.commit import Commit
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo
from tkledger.ledger.proposal import Recorded
from tkledger.ledger.reader import Ledger
from tkledger.ledger.recent import MOST


def at_work(ledger: Ledger, here: Snapshot, known: Mapping[str, Standing]) -> dict[str, str]:
    """Who is at work on which task, by task; ``here`` is HEAD's ledger, ``known`` all claims.

    What is in progress at HEAD is known from the sums (`ledger.tally`). Of other branches those count that
    `claims.elsewhere` looks at, and for a branch that is not here the claim that names it.
    """
    repo = ledger.repo
    sums = ledger.tally.sums(repo.head) if repo.head else None
    over = elsewhere.shown(repo, here, known) if refs.other_branches(repo) else here
    begun = [task for task, one in sums.activities.items() if one.since is not None] if sums else []
    found: dict[str, str] = {}
    for key in sorted({*begun, *over.elsewhere}):
        task = over.task(key)
        if task is not None and task.state is State.IN_PROGRESS:
            account = sums.accounts.get(key) if sums else None
            workers = account.workers.get(task.tries, ()) if account else ()
            found[key] = task.owner or next(iter(workers), "")
    for key, held in sorted(known.items()):
        if held.live and is_held(held.claim):
            if key in found or not elsewhere.task_at(repo, held.claim.branch, key):
                found[key] = held.claim.holder
    return found


def failed(ledger: Ledger, policy: Policy, actor: str, now: int, tips: Iterable[str]) -> Failed:
    """What an actor failed at in a row up to these commits or branches, by the newest commits."""
    attempts: dict[tuple[str, int], None] = {}  # once, also if a branch has it in another commit
    answered: set[str] = set()
    last = 0
    for commit in history.newest(ledger.repo, *tips, path=FOLDER, most=MOST):
        if not attempts and commit.at < now - COOL_DOWN:
            break
        by = policy.actor(commit.author.actor)
        for old, new in _moves(ledger, commit):
            own = policy.owns(actor, old.owner or new.owner or by)
            if old.state is State.BLOCKED and by != actor:
                answered.add(new.id)
            elif own and _has_failed(old, new) and new.id not in answered:
                attempts[new.id, old.tries] = None
                last = last or commit.at
            elif own and old.state is State.IN_PROGRESS and new.state is not State.BLOCKED:
                return Failed(tuple(task for task, _ in attempts), last)
    return Failed(tuple(task for task, _ in attempts), last)


MOST_STARTS = 5_000
"""How many commits are read, at most, to count starts."""


def started(
    ledger: Ledger, policy: Policy, actor: str, now: int, tips: Iterable[str]
) -> tuple[tuple[str, int], ...]:
    """Which tasks an actor started up to these commits or branches, and when, in the longest time that the
    policy has a rate for; an attempt counts once, also if a branch has it in another commit.
    """
    since = now - max((rate_of(rate)[1] for rate in policy.rates.values()), default=0)
    found: dict[tuple[str, int], int] = {}
    options = (f"--since=@{since}", *tips)
    for commit in history.newest(ledger.repo, *options, path=FOLDER, most=MOST_STARTS):
        by = policy.actor(commit.author.actor)
        for old, new in _moves(ledger, commit):
            begins = new.state is State.IN_PROGRESS and old.state in (State.BACKLOG, State.TODO)
            if begins and policy.owns(actor, new.owner or by):
                found.setdefault((new.id, new.tries), commit.at)
    return tuple((task, at) for (task, _), at in found.items())


def _moves(ledger: Ledger, commit: Commit) -> Iterator[tuple[Task, Task]]:
    """The tasks whose state an ordinary commit changes, before and after."""
    for diff in commit.diffs if len(commit.parents) < 2 else ():
        old = ledger.files.task(diff.path, diff.old_mode, diff.old)
        new = ledger.files.task(diff.path, diff.new_mode, diff.new)
        if old is not None and new is not None and old.state is not new.state:
            yield old, new


def _has_failed(old: Task, new: Task) -> bool:
    blocked = old.state is State.IN_PROGRESS and new.state is State.BLOCKED
    return blocked and new.wait.reason == "failed"


def crowded(
    ledger: Ledger,
    here: Snapshot,
    begun: Sequence[WorkBegun],
    known: Mapping[str, Standing],
    ended: Container[str] = (),
    tips: Sequence[str] = (),
    *,
    is_new: bool = True,
    lines: Sequence[RefLine] = (),
) -> Iterator[Violation]:
    """What is begun beyond a limit of the policy, of work that is taken up together.

    ``here`` is HEAD's ledger before it, ``known`` all claims; ``ended`` are tasks that are not in progress
    any more with it, ``tips`` commits that no branch has yet. If it ``is_new``, what the actor is at work on
    already is not asked about: the same commits come again, rebased. Nothing is read if there is no limit.
    """
    if any(one.policy.limits_starts or one.capacity for one in begun):
        busy = {
            task: who for task, who in at_work(ledger, here, known).items() if task not in ended
        }
        if is_new:
            begun = [one for one in begun if not one.policy.owns(one.actor, busy.get(one.task))]
        busy.update((one.task, one.actor) for one in begun)
        if any(one.policy.reservations == "refuse" for one in begun):
            from tkledger.claims.reservations import met  # few policies refuse any

            held = {task: one for task, one in known.items() if task not in ended}
            begun = met(ledger.repo, begun, held, lines)
        yield from beyond(ledger, busy, begun, tips, along=begun, lines=lines)


def beyond(
    ledger: Ledger,
    busy: Mapping[str, str],
    begun: Iterable[WorkBegun],
    tips: Sequence[str] = (),
    along: Sequence[WorkBegun] = (),
    lines: Sequence[RefLine] = (),
) -> Iterator[Violation]:
    """The same, each by itself while others are at work on ``busy``, and those ``along`` with it are begun."""
    now = int(time.time())
    seen = ("--branches", "--remotes", *(["HEAD"] if ledger.repo.head else []), *tips)
    rows: dict[str, Failed] = {}
    starts: dict[str, tuple[tuple[str, int], ...]] = {}
    for one in begun:
        actor = one.actor
        if one.policy.failures is not None and actor not in rows:
            rows[actor] = failed(ledger, one.policy, actor, now, seen)
        if one.policy.rates and actor not in starts:
            starts[actor] = started(ledger, one.policy, actor, now, seen)
        row = rows.get(actor, Failed())
        others = [it for it in starts.get(actor, ()) if it[0] != one.task]
        known = {one.task, *(task for task, _ in others)}
        others += [(it.task, now) for it in along if it.actor == actor and it.task not in known]
        found = one._replace(at_work=busy, failed=row, now=now, started=tuple(others))
        yield from (each._replace(commit=one.where) for each in judge_door(found))
        if one.policy.quotas:
            from tkledger.claims import quotas  # few policies have any
            from tkledger.core.door_rules.branches import QuotaUsed

            own = ledger.history_at(one.where).policy if one.where else one.policy
            work = QuotaUsed(one.task, actor, own or one.policy)
            yield from quotas.beyond(ledger, work, now, one.where, lines)


def taken_up(
    moved: Iterable[tuple[Task | None, Task]], actor: str, policy: Policy
) -> Iterator[WorkBegun]:
    """The tasks that ``actor`` takes up by changing them so."""
    for before, after in moved:
        if takes_up(before, after, actor, policy):
            yield WorkBegun(after.id, policy.actor(after.owner or actor), policy)


def with_capacity(
    repo: Repo, begun: Iterable[WorkBegun], lines: Sequence[RefLine] = ()
) -> list[WorkBegun]:
    """The same, with how much each actor takes at once; ``lines`` are refs as a push is about to leave them."""
    agents = Agents(repo, lines)
    found = []
    for one in begun:
        agent = agents.of(one.actor)
        found.append(one._replace(capacity=agent.capacity) if agent is not None else one)
    return found


def require_room(ledger: Ledger, recorded: Recorded, who: Claimant) -> None:
    """Raise Refused if ``who`` takes up more by a proposal than the policy allows."""
    moved = list(edits(recorded))
    begun = with_capacity(ledger.repo, taken_up(moved, who.actor, who.policy))
    if begun:
        ended = {after.id for _, after in moved if not is_open(after)}
        known = every(ledger.repo, who.remote)
        if found := tuple(crowded(ledger, recorded.before, begun, known, ended)):
            raise Refused(*found)
