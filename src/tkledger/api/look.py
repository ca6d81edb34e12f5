"""What commands that only look ask of a ledger: which tasks, in which order, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property, partial

from tkledger.core.budget import KINDS, Gauge, Sums, gauges, pressing, used_by
from tkledger.core.lifecycle import State
from tkledger.core.ref_names import HEADS
from tkledger.core.snapshot import Snapshot, rank
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.errors import unusable
from tkledger.git import refs
from tkledger.git.objects import Oid

if TYPE_CHECKING:
    from tkledger.api.json import Json
    from tkledger.api.session import Session
    from tkledger.claims.standing import Standing
    from tkledger.core.history import Details, HistoryEntry, WorkCommit
    from tkledger.core.usage import Usage, Used
    from tkledger.git.commit import Commit
    from tkledger.git.objects import Oid
    from tkledger.ledger.reader import Ledger
    from tkledger.verbs.legal_moves import Outlook

JSON_DEPTH = 200
"""How deep the JSON of a tree nests; readers of JSON give up somewhere beyond."""


SHOWN_STEPS = 10
"""How many of the commits of work on a task are shown with it, the newest ones."""


class TaskFilter(NamedTuple):
    """Which tasks to list; what is empty leaves all. An owner may be "" for none.

    Of several values one is enough, but a task has all of the labels.

    Mistakes are not listed, unless ``mistakes``.
    """

    state: Collection[str] = ()
    type: Collection[str] = ()
    label: Collection[str] = ()
    owner: Collection[str] = ()
    parent: Collection[str] = ()
    priority: Collection[int] = ()
    mistakes: bool = False


def _find(ledger: Snapshot, word: str) -> str:
    from tkledger.verbs.ids import find  # most lists name no task

    return find(ledger, word, reading=True)


def matching(ledger: Snapshot, wanted: TaskFilter) -> list[Task]:
    """The tasks that match a filter, the most urgent first."""
    parents = {_find(ledger, word) for word in wanted.parent}
    found = [
        task
        for task in ledger.tasks()
        if (wanted.mistakes or not task.is_mistake)
        and (not wanted.state or task.state.value in wanted.state)
        and (not wanted.type or task.kind in wanted.type)
        and set(wanted.label) <= set(task.labels)
        and (not wanted.owner or not _owners(ledger, task).isdisjoint(wanted.owner))
        and (not parents or task.parent in parents)
        and (not wanted.priority or task.urgency in wanted.priority)
    ]
    return sorted(found, key=rank)


def _owners(ledger: Snapshot, task: Task) -> set[str]:
    """The names of a task's owner: the one in its file, and the one that the policy uses instead."""
    owner = task.owner or ""
    return {owner, ledger.policy.actor(owner) if ledger.policy else owner}


def unknown(ledger: Snapshot, wanted: TaskFilter) -> Iterator[tuple[str, str, list[str]]]:
    """What a filter names that no task has: of which kind, what, and what there is of it."""
    tasks = list(ledger.tasks())
    known = (
        ("type", wanted.type, {task.kind for task in tasks}),
        ("owner", wanted.owner, {name for task in tasks for name in _owners(ledger, task)} | {""}),
        ("label", wanted.label, {label for task in tasks for label in task.labels}),
    )
    for kind, names, there in known:
        for name in sorted({*names} - there):
            yield kind, name, sorted(there - {""})


def ready(
    session: Session, labels: Collection[str] = (), at: str | None = None
) -> tuple[Snapshot, list[Task]]:
    """The ledger, and what can be started in it now, the most urgent first; not a task with open
    children, since the work is in those.

    At an earlier commit claims do not count: they are known as of now only.
    """
    ledger = session.read(at)
    claimed = {} if at else session.standing()
    begun = {} if at else session.begun(ledger).elsewhere
    found = [
        task
        for task in ledger.ready()
        if set(labels) <= set(task.labels)
        and task.id not in begun
        and not ledger.open_children(task.id)
        and not (task.id in claimed and claimed[task.id].live)
    ]
    return ledger, found


def forest_json(ledger: Snapshot, root: str | None = None, *, show_all: bool = False) -> list[Json]:
    """The tasks with their ``children``, from the roots; those on a cycle are below its least id.

    What is below a mistake comes in its place, unless ``show_all``.
    """
    found: list[Json] = []
    seen: set[str] = set()
    ranked = [task.id for task in sorted(ledger.tasks(), key=rank)]
    roots = (
        [root] if root else [one for one in ranked if not ledger.task(ledger.parent(one) or "/")]
    )
    for start in [*roots, *([] if root else ranked)]:
        waiting = [(start, found, 0)]
        while waiting:
            task_id, siblings, depth = waiting.pop()
            task = ledger.task(task_id)
            if task is None or task_id in seen:
                continue
            seen.add(task_id)
            inner = siblings
            if show_all or not task.is_mistake or task_id == root:
                node = {**task_with_place(task, ledger), "children": []}
                siblings.append(node)
                inner = node["children"]
            if depth < JSON_DEPTH:
                below = [child for child in map(ledger.task, ledger.children(task_id)) if child]
                below.sort(key=rank, reverse=True)
                waiting += ((child.id, inner, depth + 1) for child in below)
    return found


def tasks_json(ledger: Snapshot, tasks: Iterable[Task]) -> list[Json]:
    """The tasks of a ledger, each with the branch it was read from if that is another."""
    return [task_with_place(task, ledger) for task in tasks]


def columns_json(ledger: Snapshot) -> dict[str, list[Json]]:
    """The tasks by their state, mistakes left out."""
    columns: dict[str, list[Json]] = {state.value: [] for state in State}
    for task in ledger.tasks():
        if not task.is_mistake:
            columns[task.state.value].append(task_with_place(task, ledger))
    return columns


def task_with_place(task: Task, ledger: Snapshot) -> Json:
    """A task's JSON, with the branch it was read from if that is not the one of the ledger."""
    from tkledger.api.json import task_json

    place = ledger.elsewhere.get(task.id)
    return {**task_json(task), **({"elsewhere": place.branch} if place else {})}


def details(session: Session, ledger: Snapshot, task: Task, at: str | None = None) -> Details:
    """What is known of a task beyond its file: of its commits, its neighbours and its claim."""
    from tkledger.core.history import Child, Details, times
    from tkledger.core.policy import DEFAULT
    from tkledger.core.rules.rule import way_on
    from tkledger.core.time import iso
    from tkledger.ledger import limits, log

    tip = place_of(session, ledger, task.id, at)
    known = times(log.entries(session.ledger, tip, task.id), whole=not session.repo.is_shallow)
    usage = limits.usage(session.ledger, tip)
    spent = _spending(ledger, task, usage, {})
    over = ledger.is_over(task)  # so its claim says nothing any more, even if it is still there
    held = None if at or over else session.standing().get(task.id)
    children = [found for found in map(ledger.task, ledger.children(task.id)) if found]
    work = work_on(session, ledger, task, at)
    moves = prospects(session, ledger, task, at)
    return Details(
        work=tuple(step_of(one) for one in reversed(work[-SHOWN_STEPS:])),
        steps_in_all=len(work),
        **{name: iso(value) for name, value in known._asdict().items() if value is not None},
        used=spent.used,
        gauges=tuple(spent.gauges),
        at=usage.at,
        place=_way_on(ledger, task) if task.id in ledger.elsewhere else None,
        shallow=session.repo.is_shallow,
        depth=ledger.depth(task.id),
        children=tuple(Child(child.id, child.state) for child in children),
        blocked_by=tuple(ledger.blocked_by(task)),
        legal=tuple(one.event.value for one in moves if not one.hindrances),
        held_back=tuple(words for one in moves for words in one.held_back),
        claim=_claim(held),
        reopened_as=tuple(one.id for one in ledger.successors(task.id)) if task.ended else (),
        onward=way_on(ledger, task.id, ledger.policy or DEFAULT) if over else "",
    )


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
    counted = partial(about_to_be, session.ledger, parents=[tip], message=None)
    found = outlooks(ledger, task, counted)
    held = None if at else session.standing().get(task.id)
    if held is None or not held.live:
        return found
    from tkledger.api.taking import while_held

    return while_held(session, ledger, held, found)


def entries(
    session: Session, word: str | None = None, limit: int | None = None, at: str | None = None
) -> list[HistoryEntry]:
    """What commits did to a task, or to all, oldest first; ``limit`` keeps the newest."""
    from tkledger.ledger import log

    ledger = session.look(at) if word else session.read(at)
    task_id = _find(ledger, word) if word else None
    tip = place_of(session, ledger, task_id or "", at)
    found = list(log.entries(session.ledger, tip, task_id, charges=True))
    return found[-limit:] if limit else found


class Spending(NamedTuple):
    """What a task used, and the limits that hold for it."""

    task: Task
    used: Used
    gauges: list[Gauge]


def spending(
    session: Session, word: str | None = None, at: str | None = None
) -> tuple[list[Spending], int]:
    """What is used of the limits of one task, or of all that are worth showing; and the time, in
    seconds since 1970, up to which work in progress was counted.

    Raises TkError in a shallow clone, which lacks what was used before its history begins.
    """
    from tkledger.ledger import limits

    if session.repo.is_shallow:
        raise unusable(
            "shallow",
            "this clone is shallow: usage recorded before its history begins is missing",
            "git fetch --unshallow",
        )
    ledger = session.look(at) if word else session.read(at)
    from tkledger.verbs.ids import existing

    shown = [existing(ledger, word, reading=True)] if word else []
    tip = place_of(session, ledger, shown[0].id if shown else "", at)
    usage = limits.usage(session.ledger, tip)
    shown = shown or _worth_showing(ledger, usage)
    sums: Sums = {}  # what is used below one task is asked for each below it
    return [_spending(ledger, task, usage, sums) for task in shown], usage.at


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


# -- remarks on tasks ---------------------------------------------------------------------------


def near_limits(ledger: Ledger, found: Snapshot, tip: Oid | None) -> Mapping[str, str]:
    """The limits that are nearly used up, in words, by task."""
    from tkledger.ledger import limits

    return limits.remarks(ledger, found, tip)


def with_left(session: Session, ledger: Snapshot) -> Snapshot:
    """The ledger, with a remark on each task in progress that its holder has left."""
    ledger.remarks = Remarks(partial(_left, session, ledger, ledger.remarks))
    return ledger


def _left(session: Session, ledger: Snapshot, remarks: Mapping[str, str]) -> Mapping[str, str]:
    """Remarks, with why a task has no holder before them."""
    from tkledger.claims.standing import unheld

    known = session.standing()
    found = ((one.id, unheld(one, known.get(one.id))) for one in ledger.tasks())
    free = {key: words for key, words in found if words}
    both = {key: (free.get(key, ""), remarks.get(key, "")) for key in (*remarks, *free)}
    return {key: "; ".join(filter(None, words)) for key, words in both.items()}


class Remarks(Mapping[str, str]):
    """Words on tasks; found when the first is asked for, since that may count all history."""

    def __init__(self, find: Callable[[], Mapping[str, str]]) -> None:
        self._find = find

    @cached_property
    def _found(self) -> Mapping[str, str]:
        return self._find()

    def __getitem__(self, key: str) -> str:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
