"""What needs an actor now: the work at hand, what waits for the actor, and what is amiss in this clone.

It reads the ledger once and looks back over a bounded number of commits; it prints nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from tkledger.agents import obstacles
from tkledger.agents.next import candidates
from tkledger.agents.review import all_tips, tips_of, to_review, used_at
from tkledger.api.amending import APPROVE, proposed_to
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.claims.elsewhere import standing_there
from tkledger.claims.remote import name_of
from tkledger.claims.standing import Standing, is_nobodys
from tkledger.core import ref_names
from tkledger.core.layout import FOLDER
from tkledger.core.lifecycle import TERMINAL, Event, State
from tkledger.core.overview import Overview, TaskRow, natural, rank
from tkledger.core.policy import DEFAULT
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import branch_name, inbox_of
from tkledger.core.snapshot import Flaw, Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.recent import Recent, look_back
from tkledger.local.refusal import read_refusal
from tkledger.merging.under_way import under_way

SHOWN = 5
"""How many lines a section has unless more are asked for."""

_ASKING = ("user", "approval")
"""What a blocked task waits for if a person is to answer."""

_MOST_UNSENT = 1_000
"""How many commits that were not sent are counted."""


class Item(NamedTuple):
    """One line of a section; what does not apply is empty.

    id: of the task or the message, else the name of a branch or a hook
    since: when it came to be so, in seconds since 1970; before: it has been so at least since then
    by: who did it, or whose it is; why: the reason, or what it waits for
    place: the branch that it is on, if that is not the ledger's
    """

    id: str
    title: str = ""
    priority: int | None = None
    state: str = ""
    since: int | None = None
    before: int | None = None
    by: str = ""
    why: str = ""
    place: str = ""


class Section(NamedTuple):
    """Things of one kind: how many there are, the first of them, and the command that shows all of them,
    or that deals with them.
    """

    name: str
    total: int
    items: tuple[Item, ...]
    command: str


class Status(NamedTuple):
    """What needs an actor at ``now``, in seconds since 1970, on a branch; of sections those that are not empty.

    tasks: how many the ledger has; open: how many of them have not ended
    idle: why this actor gets no more work, if the ledger has any
    """

    actor: str
    branch: str
    now: int
    tasks: int
    open: int
    sections: tuple[Section, ...]
    idle: str = ""
    flaws: tuple[Flaw, ...] = ()


def status(session: Session, limit: int = SHOWN, shown: Shown | None = None) -> Status:
    """What needs this actor now; of each kind the first ``limit``. ``shown`` is the ledger, if it was read."""
    shown = shown or Shown(session)
    ledger = shown.snapshot
    actor = session.actor(ledger)
    overview = shown.overview
    keys = {*overview.in_states(*_LASTING), *_waiting(overview, ledger, actor)}
    tasks = [*ledger.tasks(sorted(keys, key=natural))]
    seen = _Seen(session, ledger, actor, tasks)
    offer = candidates(session, shown)
    states = overview.column("state")
    offered = [place for key in offer.ids if states[place := overview.places[key]] == State.TODO]
    first = tuple(map(_item, overview.some(offered[:limit])))
    further = [overview.places[key] for key in overview.elsewhere if key in overview.places]
    sections = [
        *_work(session, seen),
        *_to_answer(session, seen),
        _section("due", _due(overview, seen), "tk list --due 7d"),
        _section("blocked", seen.blocked(), "tk list --state blocked"),
        Section("ready", len(offered), first, "tk ready"),
        *_amiss(session, seen),
    ]
    return Status(
        actor,
        branch_name(session.repo.head_ref),
        seen.now,
        overview.column("is_mistake").count(False),
        overview.open + sum(place >= overview.open for place in further),
        tuple(one._replace(items=one.items[:limit]) for one in sections if one.total),
        "" if offer.ids or not overview.ready() else "; ".join(offer.reasons),
        tuple(overview.flaws),
    )


_LASTING = (State.IN_PROGRESS, State.IN_REVIEW, State.BLOCKED)
"""The states of tasks that may concern an actor, no matter whose they are."""


def _waiting(overview: Overview, ledger: Snapshot, actor: str) -> Iterator[str]:
    """The tasks of an actor that wait for others before they can be started."""
    law = ledger.policy or DEFAULT
    columns = zip(*map(overview.column, ("id", "state", "held", "owner")))
    for key, state, held, owner in columns:
        if held and owner and state == State.TODO and law.owns(actor, owner):
            yield key


def _due(overview: Overview, seen: _Seen) -> Iterator[Item]:
    if not any(overview.column("due")):
        return
    from tkledger.agents.deadlines import due_soon  # few ledgers have dates

    for row, why in due_soon(overview, seen.law, seen.actor, seen.now):
        yield _item(row, why=why, by=row.owner)


def _section(name: str, items: Iterable[Item], command: str) -> Section:
    found = tuple(items)
    return Section(name, len(found), found, command)


def _item(task: Task | TaskRow, *, by: str = "", why: str = "", place: str = "") -> Item:
    state = task.state.value
    return Item(task.id, task.title, task.urgency, state, by=by, why=why, place=place)


class _Seen:
    """The tasks that may concern an actor, and what the newest commits say of them."""

    def __init__(
        self, session: Session, ledger: Snapshot, actor: str, tasks: Collection[Task]
    ) -> None:
        self.ledger, self.actor, self.now = ledger, actor, int(time.time())
        self.law = ledger.policy or DEFAULT
        self._tasks = tasks
        asked = [
            task
            for task in tasks
            if task.state in _LASTING and (task.state is not State.IN_PROGRESS or self.is_own(task))
        ]
        tips = tips_of(ledger, asked)
        self.recent: Recent = look_back(session.ledger, asked, all_tips(session, tips))
        self._used = used_at(session, tips)

    def is_own(self, task: Task) -> bool:
        """Whether the actor owns a task."""
        return self.law.owns(self.actor, task.owner)

    def mine(self, state: State) -> list[Task]:
        """The actor's tasks in a state, the most urgent first."""
        found = [task for task in self._tasks if task.state is state and self.is_own(task)]
        return sorted(found, key=rank)

    def nobodys(self, standing: Mapping[str, Standing]) -> Iterator[Item]:
        """What is in progress without an owner, and the command that makes it one's own."""
        for task in self._tasks:
            if is_nobodys(task, standing.get(task.id)):
                yield _item(task, why=f"in progress: tk start {task.id}")

    def sent_back(self, task: Task) -> bool:
        """Whether another gave the task back to its owner: after a review, or with an answer."""
        move = self.recent.moves.get(task.id)
        back = move is not None and move.event in (Event.REJECT, Event.RESUME)
        return back and move is not None and self.law.actor(move.actor) != self.actor

    def item(self, task: Task, *, by: str = "", why: str = "") -> Item:
        """A task with since when it is as it is."""
        move = self.recent.moves.get(task.id)
        place = self.ledger.elsewhere.get(task.id)
        return _item(task)._replace(
            since=move.at if move else None,
            before=None if move else self.recent.since,
            by=by,
            why=why,
            place=place.branch if place else "",
        )

    def told(self, task: Task) -> Item:
        """The same with who brought the task to its state and why."""
        move = self.recent.moves.get(task.id)
        return self.item(task, by=move.actor, why=move.reason) if move else self.item(task)

    def reviews(self) -> list[Task]:
        """What waits for the actor's review, as far as the newest commits say who worked on it."""
        return to_review(self.law, self._tasks, self.actor, self.recent, self._used)

    def questions(self) -> Iterator[Item]:
        """The tasks of others that wait for a person's answer; those that the actor created first."""
        found = [
            task
            for task in self._tasks
            if task.state is State.BLOCKED and task.wait.reason in _ASKING and not self.is_own(task)
        ]
        for task in sorted(found, key=lambda one: (one.creator != self.actor, rank(one))):
            asked = task.wait.detail or task.wait.prompt or task.wait.reason or ""
            yield self.item(task, by=task.owner or "", why=asked)

    def proposed(self) -> Iterator[Item]:
        """The policy that waits for the actor to put it in force."""
        held = self.law.proposal
        if held is not None and (words := proposed_to(self.law, self.actor)):
            yield Item("", by=held.by, why=words)

    def blocked(self) -> Iterator[Item]:
        """The actor's tasks that wait, and for what."""
        for task in self.mine(State.BLOCKED):
            reason, *said = task.wait.words or ("",)
            detail = next(iter(said), task.error.message or "")
            yield self.item(task, why=f"{reason}: {detail}" if detail else reason)
        for task in self.mine(State.TODO):
            if waits := self.ledger.blocked_by(task):
                yield _item(task, why=f"waits for {', '.join(waits)}")


def _work(session: Session, seen: _Seen) -> Iterator[Section]:
    """The actor's work in progress, work without an owner, what others sent back, and reviews, also by others."""
    mine = seen.mine(State.IN_PROGRESS)
    back = [task for task in mine if seen.sent_back(task)]
    at_work = [task for task in mine if task not in back]
    theirs = f"tk list --state in_progress --owner {quoted(seen.actor)}"
    yield _section("in_progress", map(seen.item, at_work), theirs)
    yield _section("nobodys", seen.nobodys(session.standing()), "tk list --state in_progress")
    yield _section("sent_back", map(seen.told, back), theirs)
    reviews = (seen.item(task, by=task.owner or "") for task in seen.reviews())
    yield _section("review", reviews, "tk list --state in_review")
    submitted = map(seen.item, seen.mine(State.IN_REVIEW))
    own = f"tk list --state in_review --owner {quoted(seen.actor)}"
    yield _section("submitted", submitted, own)


def _to_answer(session: Session, seen: _Seen) -> Iterator[Section]:
    """Questions, a policy and messages that wait."""
    yield _section("questions", seen.questions(), "tk list --state blocked")
    yield _section("proposal", seen.proposed(), APPROVE)
    yield _section("messages", _messages(session, seen), "tk inbox")


def _messages(session: Session, seen: _Seen) -> Iterator[Item]:
    if session.repo.read(inbox_of(seen.actor), limit=0) is None:
        return
    from tkledger.agents import inbox  # most have no message

    for one in inbox.inbox(session.repo, seen.actor):
        if one.waits(seen.now):
            said = one.message
            yield Item(said.id, said.text, since=said.at, by=said.sender)


def _amiss(session: Session, seen: _Seen) -> Iterator[Section]:
    """What is left over in this clone: leases, branches, commits; and hooks that are not there."""
    yield _section("expired", _expired(seen, session.standing()), "tk reap --dry-run")
    yield _section("unmerged", _unmerged(seen), "git branch --no-merged")
    yield _section("checkouts", _checkouts(session, seen), "tk tidy --checkouts")
    yield from _unsent(session)
    yield from _hooks(session)


def _expired(seen: _Seen, standing: Mapping[str, Standing]) -> Iterator[Item]:
    for task_id, held in sorted(standing.items(), key=lambda one: natural(one[0])):
        task = seen.ledger.task(task_id)
        if task is None or task.state is not State.IN_PROGRESS:
            continue
        if not (held.live or held.claim.released or held.claim.reserved):
            yield _item(task, by=held.claim.holder)._replace(since=held.until)


def _unmerged(seen: _Seen) -> list[Item]:
    """The tasks that are further on another branch, those that have ended first; not the work at hand."""
    found = []
    for task_id, place in seen.ledger.elsewhere.items():
        task = seen.ledger.task(task_id)
        if task is None or (task.state is State.IN_PROGRESS and seen.is_own(task)):
            continue
        _, way = standing_there(seen.ledger, task_id)
        found.append(_item(task, why=way)._replace(id=place.branch))
    return sorted(found, key=lambda one: (State(one.state) not in TERMINAL, one.id))


def _checkouts(session: Session, seen: _Seen) -> Iterator[Item]:
    """The checkouts of tasks that have ended on this branch."""
    if os.path.isdir(os.path.join(session.repo.common_dir, "worktrees")):
        from tkledger.agents.tidy import ended_checkouts  # there may be none

        for task, place in ended_checkouts(session.repo, seen.ledger):
            if task.id not in seen.ledger.elsewhere:
                yield _item(task, why=place.path)


def _unsent(session: Session) -> Iterator[Section]:
    """Commits that the remote's branch does not have, as last fetched, and first what keeps them here."""
    repo = session.repo
    there, known = _published(repo)
    if repo.head in known:
        yield from _by_hand(repo)
        return
    first = [*_by_hand(repo)]
    if not any(one.name == "under_way" for one in first):
        first += _refused(session, known)
    yield from first
    if not known:
        return
    count = repo.run(
        *("rev-list", "--count", f"--max-count={_MOST_UNSENT}", repo.head or "HEAD"),
        *(f"^{oid}" for oid in known),
    )
    ways = [one.command for one in first if one.name != "files"]
    yield Section("unpublished", int(count), (Item(there),), ways[0] if ways else "tk sync")


def _published(repo: Repo) -> tuple[str, list[Oid]]:
    """The short name of the remote's branch, and the commits that it is known to have had."""
    config = repo.variables()
    remote = name_of(config, repo.head_ref)
    if remote is None or repo.is_detached or repo.head is None:
        return "", []
    short = branch_name(repo.head_ref)
    there = branch_name(config.get(f"branch.{short}.merge", repo.head_ref))
    names = [f"refs/remotes/{remote}/{there}", f"{ref_names.agreed(remote)}heads/{there}"]
    found = repo.read_many(names)
    return f"{remote}/{there}", [one[0] for one in found if one is not None]


def _by_hand(repo: Repo) -> Iterator[Section]:
    """A merge or the like that is unfinished; else the task files that are changed and not committed."""
    if found := under_way(repo):
        paths = found.unmerged or ("",)
        yield _section("under_way", (Item(one, why=found.fact) for one in paths), found.way)
        return
    files = obstacles.uncommitted(repo)
    odd = [one for one in files if not one.is_formed]
    if files:
        why = "not in the one form" if odd else "not committed"
        way = "tk fmt" if odd else f"git add {FOLDER} && git commit"
        yield _section("files", (Item(one.path, why=why) for one in odd or files), way)


def _refused(session: Session, known: Sequence[Oid]) -> Iterator[Section]:
    """What breaks the rules; else why the last sync was refused, if nothing was committed since."""
    if found := obstacles.illegal(session, known):
        facts = ((one.commit[:10], f"{one.code} {one.task}: {one.message}") for one in found)
        yield _section("illegal", (Item(oid, why=fact) for oid, fact in facts), found[0].remedy)
    elif known and (last := read_refusal(session.repo)):
        yield Section("refused", 1, (Item("tk sync", why=last.fact),), last.way)


def _hooks(session: Session) -> Iterator[Section]:
    from tkledger.doors import install  # reads the hooks' text

    if session.repo.is_bare:
        return
    missing = [
        Item(one.name) for one in install.status(session.repo) if not (one.ours and one.executable)
    ]
    yield _section("hooks", missing, "tk hooks install")
