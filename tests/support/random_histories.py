"""Random histories that follow the law, and lies that can be put anywhere into them.

The merges are made here by the words of the design, not by the code that judges them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.support.histories import POLICY_PATH, Files, PlainRepo, a_task, genesis, moved
from tkledger.core.lifecycle import TRANSITIONS, Lifecycle, State
from tkledger.core.merge import merged
from tkledger.core.policy import DEFAULT
from tkledger.core.policy_fields import changed
from tkledger.core.task import Task
from tkledger.core.task import changed as edited

COMMITS = 80
LIES = 25
ENDED = (State.DONE, State.CANCELLED)
LIFECYCLE = Lifecycle()

Tasks = dict[str, Task]


class Made(NamedTuple):
    """One commit of a history: its parents by number, and all tasks after it."""

    parents: tuple[int, ...]
    tasks: Tasks


# -- legal moves -----------------------------------------------------------------------------


def _open_children(tasks: Tasks, key: str) -> bool:
    return any(one.parent == key and one.state not in ENDED for one in tasks.values())


def _may_enter(tasks: Tasks, task: Task, state: State) -> bool:
    if state is State.IN_PROGRESS:
        return all(tasks[key].state is State.DONE for key in task.depends_on)
    return not (state in ENDED and _open_children(tasks, task.id))


def _step(tasks: Tasks, rng: random.Random) -> Tasks:
    """One legal move of one task, or nothing."""
    task = tasks[rng.choice(sorted(tasks))]
    edges = [
        edge
        for edge in TRANSITIONS
        if edge.source is task.state and _may_enter(tasks, task, edge.target)
    ]
    if not edges:
        return {}
    edge = rng.choice(edges)
    fields: dict[str, Any] = {}
    if edge.event.value == "start":
        fields["owner"] = rng.choice(["alice", "bob"])
    if edge.event.value == "requeue":
        fields = {"owner": None, "attempt": task.tries + 1}
    if edge.target in ENDED:
        fields["resolution"] = rng.choice(
            [None, "merged" if edge.target is State.DONE else "failed"]
        )
    return {task.id: moved(task, edge.target.value, **fields)}


def _edit(tasks: Tasks, rng: random.Random) -> Tasks:
    """A legal edit of one task."""
    task = tasks[rng.choice(sorted(tasks))]
    number = rng.randrange(1000)
    ways: list[dict[str, Any]] = [
        {"notes": [*task.notes, f"note {number}"]},
        {"labels": sorted({*task.labels, rng.choice("abc")} - {rng.choice("abc")})},
        {"x": {**task.x, rng.choice("kl"): number}},
    ]
    if task.state not in ENDED:
        ways += [
            {"title": f"Title {number}"},
            {"priority": number % 5},
            {"spent": {"steps": (task.spent.steps or 0) + 1 + number % 3}},
            {"budget": {**({"steps": number} if number % 2 else {}), "tokens": 7}},
        ]
    return {task.id: edited(task, **rng.choice(ways))}


def _birth(tasks: Tasks, rng: random.Random) -> Tasks:
    """A new task: part of a whole (p...), or one that waits for another (t...)."""
    number = rng.randrange(10**9)
    if rng.random() < 0.5:
        wholes = [key for key, one in tasks.items() if key[0] == "p" and one.state not in ENDED]
        parent = rng.choice([None, *sorted(wholes)][:3])
        return {f"p{number}": a_task(f"p{number}", parent=parent)}
    others = sorted(key for key in tasks if key[0] == "t")
    waits = rng.sample(others, min(len(others), rng.randrange(2)))
    state = rng.choice(["todo", "backlog"])
    return {f"t{number}": a_task(f"t{number}", depends_on=waits, state=state)}


def _ordinary(tasks: Tasks, rng: random.Random) -> Tasks:
    """What one legal commit changes; now and then several tasks at once."""
    ways: list[Callable[[Tasks, random.Random], Tasks]] = [_step, _step, _edit, _birth]
    changes: Tasks = {}
    for _ in range(rng.choice([1, 1, 1, 2])):
        way = rng.choice(ways)
        for key, task in way({**tasks, **changes}, rng).items():
            if key not in changes:
                changes[key] = task
    return changes


# -- legal merges ----------------------------------------------------------------------------


def _merge(base: Tasks, ours: Tasks, theirs: Tasks, rng: random.Random) -> Tasks | None:
    """A merge by the law; None where the two do not fit together.

    Now and then the one that tk itself proposes.
    """

    def how(o: Task | None, a: Task, b: Task) -> Task:
        return merged(o, a, b, LIFECYCLE).task if by_tk else _merge_task(o, a, b, rng)

    by_tk = rng.random() < 0.3
    result = {}
    for key in sorted(ours.keys() | theirs.keys()):
        o, a, b = base.get(key), ours.get(key), theirs.get(key)
        if a is None or b is None:
            result[key] = a or b or o
        else:
            settled = b if a == o else a if b in (a, o) else None
            result[key] = settled or how(o, a, b)
    tasks = {key: one for key, one in result.items() if one is not None}
    for one in tasks.values():
        if one.parent and one.state not in ENDED and tasks[one.parent].state in ENDED:
            return None  # an open part of a finished whole: legal by itself on either side
    return tasks


QUALIFIERS = ("owner", "wait", "error", "resolution")


def _merge_task(o: Task | None, a: Task, b: Task, rng: random.Random) -> Task:
    winner = _winner(o, a, b, rng)
    fields: dict[str, Any] = {}
    one_moved = o is not None and o.state in (a.state, b.state)
    for name in Task._fields:
        was, left, right = (getattr(one, name) if one else None for one in (o, a, b))
        if name in ("state", *QUALIFIERS) and not (one_moved and name != "state"):
            value = getattr(winner, name)
        elif left == right or right == was:
            value = left
        elif left == was:
            value = right
        elif name in ("labels", "depends_on"):
            gone = set(was or ()) - (set(left) & set(right))
            value = sorted((set(left) | set(right)) - gone)
        elif name == "notes":
            value = [*(was or ()), *_beyond(was, left), *_beyond(was, right)]
        elif name == "attempt":
            value = max(left or 1, right or 1)
        elif name == "spent":
            value = {"steps": max(left.steps or 0, right.steps or 0)}
        elif name in ("x", "budget"):
            value = _merge_map(was, left, right)
        else:
            value = rng.choice([left, right])
        fields[name] = value if value != "" else None
    return edited(a, **fields)


def _beyond(base: Any, log: Any) -> list[str]:
    left = list(base or ())
    return [item for item in log if item not in left or left.remove(item)]  # type: ignore[func-returns-value]


def _merge_map(was: Any, left: Any, right: Any) -> dict[str, Any]:
    maps = [
        one if isinstance(one, dict) else one._asdict() if one else {} for one in (was, left, right)
    ]
    o, a, b = ({k: v for k, v in one.items() if v is not None} for one in maps)
    merged = {
        key: b.get(key) if a.get(key) == o.get(key) else a.get(key)
        for key in sorted(a.keys() | b.keys())
    }
    return {key: value for key, value in merged.items() if value is not None}


def _reaches(source: State, target: State) -> bool:
    seen = [source]
    for state in seen:
        seen += [e.target for e in TRANSITIONS if e.source is state and e.target not in seen]
    return target in seen


def _winner(o: Task | None, a: Task, b: Task, rng: random.Random) -> Task:
    if o is not None and a.state is o.state:
        return b
    if o is not None and b.state is o.state:
        return a
    for end in ENDED:
        for side in rng.sample([a, b], 2):
            if side.state is end:
                return side
    fits = [one for one, other in ((a, b), (b, a)) if _reaches(other.state, one.state)]
    return rng.choice(fits or [a, b])


# -- histories -------------------------------------------------------------------------------


def _ancestors(made: list[Made], number: int) -> set[int]:
    seen, waiting = {number}, [number]
    while waiting:
        for parent in made[waiting.pop()].parents:
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return seen


def bases(made: list[Made], one: int, other: int) -> list[int]:
    """The best common ancestors, as git's merge-base --all finds them."""
    common = _ancestors(made, one) & _ancestors(made, other)
    return sorted(
        each for each in common if not any(each in _ancestors(made, c) for c in common - {each})
    )


def history(rng: random.Random) -> list[Made]:
    """A legal history of up to four branches, with criss-crosses."""
    made = [Made((), {}), Made((0,), {key: a_task(key) for key in ("p1", "t1", "t2")})]
    heads = [1]
    while len(made) < COMMITS:
        head = rng.choice(heads)
        if len(heads) > 1 and rng.random() < 0.3:
            other = rng.choice([one for one in heads if one != head] or heads)
            common = bases(made, head, other)
            if head == other or head in common or other in common:
                continue
            tasks = _merge(made[rng.choice(common)].tasks, made[head].tasks, made[other].tasks, rng)
            if tasks is not None:
                made.append(Made((head, other), tasks))
                heads[heads.index(head)] = len(made) - 1
            continue
        changes = _ordinary(made[head].tasks, rng)
        made.append(Made((head,), {**made[head].tasks, **changes}))
        if len(heads) < 4 and rng.random() < 0.2:
            heads.append(len(made) - 1)
        else:
            heads[heads.index(head)] = len(made) - 1
    return made


def _files(made: list[Made], one: Made) -> Files:
    """What a commit changes against its first parent."""
    if not one.parents:
        return genesis()
    before = made[one.parents[0]].tasks
    return {key: task for key, task in one.tasks.items() if before.get(key) != task}


def built(plain_repo: PlainRepo, made: list[Made], lies: list[tuple[int, Files]]) -> list[str]:
    """The commits' ids, the lies' after those of the history."""
    commits = [(_files(made, one), tuple(n + 1 for n in one.parents)) for one in made]
    commits += [
        ({**_files(made, made[number]), **lie}, tuple(n + 1 for n in made[number].parents))
        for number, lie in lies
    ]
    return plain_repo.fast_import(commits, branch=None)


def bent(plain_repo: PlainRepo, made: list[Made], lies: Mapping[int, Files]) -> list[str]:
    """The commits' ids; some of them, by number, lie, and the others go on from there."""
    commits = [
        ({**_files(made, one), **lies.get(number, {})}, tuple(n + 1 for n in one.parents))
        for number, one in enumerate(made)
    ]
    return plain_repo.fast_import(commits)


# -- lies ------------------------------------------------------------------------------------


def lies_at(made: list[Made], number: int, rng: random.Random) -> Iterator[Files]:
    """What a commit must not do besides what it does, to a task it does not touch otherwise."""
    one = made[number]
    sides = [made[parent].tasks for parent in one.parents]
    still = [key for key, task in one.tasks.items() if all(s.get(key) == task for s in sides)]
    if not still:
        return
    task = one.tasks[rng.choice(sorted(still))]
    legal = {edge.target for edge in TRANSITIONS if edge.source is task.state} | {task.state}
    for state in sorted(set(State) - legal):
        yield {task.id: moved(task, state.value)}
    yield {task.id: None}
    yield {task.id: edited(task, creator="mallory")}
    yield {task.id: edited(task, parent="nobody")}
    yield {task.id: edited(task, depends_on=[*task.depends_on, task.id])}
    yield {"zz": a_task("zz", state="done")}
    yield {"zz": a_task("zz", attempt=2)}
    yield {".tasks/zz.txt": b"stray"}
    yield {POLICY_PATH: changed(DEFAULT, depth=3), "zz": a_task("zz")}
    yield {POLICY_PATH: None}
    if task.notes:
        yield {task.id: edited(task, notes=task.notes[1:])}
    if task.spent.steps:
        yield {task.id: edited(task, spent={"steps": task.spent.steps - 1})}
    if task.state in ENDED or len(sides) > 1:
        yield {task.id: edited(task, title="Another past")}
    if len(sides) > 1:  # what would be legal anywhere else
        yield {task.id: edited(task, notes=[*task.notes, "hidden in a merge"])}
        yield {"zz": a_task("zz")}
        other = next((e.target for e in TRANSITIONS if e.source is task.state), None)
        if other:
            yield {task.id: moved(task, other.value)}


def dropped(made: list[Made], number: int) -> Iterator[Files]:
    """A merge that leaves out what only the other side did."""
    one = made[number]
    if len(one.parents) == 2:
        ours, theirs = (made[parent].tasks for parent in one.parents)
        starts = [made[base].tasks for base in bases(made, *one.parents)]
        for key, task in theirs.items():
            was = ours.get(key)
            if was and was != task and all(base.get(key) == was for base in starts):
                yield {key: was}
