"""The time of a task with children, counted from commits, against an oracle that looks at every ancestor."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.project import Project
from tkledger.core.budget import gauges
from tkledger.git.repo import Repo
from tkledger.ledger import changes
from tkledger.ledger.reader import Ledger

POLICY = b"version: 1\nformat: 2\nlaw: 2\n"
STATES = ("todo", "in_progress", "in_progress", "done", "")
PARENTS = {"p": "", "c": "p", "d": "p"}
Lives = Mapping[str, tuple[str, int | None]]


class Made(NamedTuple):
    """A commit: the state of each task, empty without one, and since when it is in progress."""

    parents: tuple[int, ...]
    at: int
    clock: int
    tasks: Lives


def a_history(seed: int, size: int) -> list[Made]:
    """Random commits with up to two parents, in which tasks come, work, end and vanish."""
    rng = random.Random(seed)
    made: list[Made] = []
    for number in range(size):
        parents = tuple(rng.sample(range(number), min(number, rng.choice((1, 1, 1, 2)))))
        sides = [made[one] for one in parents]
        at = 1_000_000 + number * 10 + rng.randrange(-40, 40)
        clock = max([at, *(side.clock for side in sides)])
        tasks = {}
        for name in PARENTS:
            old = sides[0].tasks[name] if sides else ("", None)
            others = [side.tasks[name] for side in sides[1:]]
            if len(sides) > 1:
                state = rng.choice([old, *others])[0]
                begun = next((one[1] for one in others if one[1] is not None), None)
                came = state == "in_progress" != old[0]  # what git shows against the first parent
                tasks[name] = (state, begun) if came else old if state == old[0] else (state, None)
            elif sides and rng.random() < 0.5:
                tasks[name] = old
            else:
                state = rng.choice(STATES)
                begun = clock if state == "in_progress" else None
                tasks[name] = old if state == old[0] else (state, begun)
        made.append(Made(parents, at, clock, tasks))
    return made


def stream(made: Sequence[Made]) -> Iterator[bytes]:
    for number, commit in enumerate(made):
        head = (
            f"commit refs/heads/c{number}\nmark :{number + 1}\ncommitter T <t> {commit.at} +0000\n"
        )
        head += "data 2\nc\n\n"
        for place, parent in enumerate(commit.parents):
            head += f"{'merge' if place else 'from'} :{parent + 1}\n"
        yield f"{head}deleteall\nM 100644 inline .tasks/config.yaml\n".encode()
        yield b"data %d\n%s\n" % (len(POLICY), POLICY)
        for name, (state, _) in commit.tasks.items():
            if state:
                text = f"id: {name}\ntitle: T\nstate: {state}\n"
                text += f"parent: {PARENTS[name]}\n" if PARENTS[name] else ""
                text += "budget:\n  seconds: 9999\n" if name == "p" else ""
                file = f"M 100644 inline .tasks/{name}.yaml\ndata {len(text)}\n{text}\n"
                yield file.encode()


def ancestors(made: Sequence[Made], one: int) -> set[int]:
    found = {one}
    for number in range(one, -1, -1):
        if number in found:
            found.update(made[number].parents)
    return found


def oracle(made: Sequence[Made], one: int) -> int:
    """The seconds of p at a commit."""
    history = [made[number] for number in sorted(ancestors(made, one))]
    active: dict[str, set[int]] = {name: set() for name in PARENTS}
    turns: dict[str, list[tuple[int, bool]]] = {"c": [], "d": []}
    for commit in history:
        if len(commit.parents) > 1:
            continue
        before = (
            made[commit.parents[0]].tasks if commit.parents else dict.fromkeys(PARENTS, ("", None))
        )
        for name, (state, _) in commit.tasks.items():
            old, since = before[name]
            if old == "in_progress" != state and since is not None:
                active[name].update(range(since, commit.clock))
            was, now = (it in ("todo", "in_progress") for it in (old, state))
            if name in turns and was != now:
                turns[name].append((commit.clock, was))
    here = made[one]
    for name, (_, since) in here.tasks.items():
        if since is not None:
            active[name].update(range(since, here.clock))
    alone = {s for s in active["p"] if not any(_is_open(of, s) for of in turns.values())}
    left = [name for name, (state, _) in here.tasks.items() if state and name != "p"]
    return len(alone.union(*(active[name] for name in left)))


def _is_open(turns: Sequence[tuple[int, bool]], second: int) -> bool:
    """Whether a child is open in a second: what came last up to it is not its end."""
    passed = [turn for turn in turns if turn[0] <= second]
    return bool(passed) and not max(passed)[1]


def counted(ledger: Ledger, oid: str) -> int | None:
    tasks, usage = ledger.at(oid), ledger.tally.usage([oid], 0)
    task = tasks.task("p")
    if task is None or tasks.policy is None:
        return None
    (gauge,) = gauges(tasks.policy, tasks, task, usage)
    return gauge.used


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 60))]
)
def test_from_anywhere_the_time_is_the_same(tmp_path: Path, seed: int) -> None:
    made = a_history(seed, 24)
    project = Project.create(tmp_path / "repo")
    project.git("fast-import", "--quiet", stdin=b"".join(stream(made)))
    shown = project.git("for-each-ref", "--format=%(refname:short) %(objectname)").splitlines()
    refs = dict(line.split(" ") for line in shown)
    oids = [refs[f"c{number}"] for number in range(len(made))]
    expected = {
        oid: oracle(made, n) if made[n].tasks["p"][0] else None for n, oid in enumerate(oids)
    }
    assert any(expected.values())
    repo = Repo(str(project.path))
    assert {oid: counted(Ledger(repo), oid) for oid in oids} == expected
    walking, order = Ledger(repo, remembers=True), list(oids)
    random.Random(seed).shuffle(order)
    assert {oid: counted(walking, oid) for oid in order} == expected
    assert {oid: counted(Ledger(repo, remembers=True), oid) for oid in order} == expected
    for commit, change in changes.walk(Ledger(repo), *oids):
        task = change.after.task("p") if change else None
        if change is not None and task is not None and change.usage is not None:
            (gauge,) = gauges(change.law, change.after, task, change.usage)
            assert gauge.used == expected[commit.oid]
    repo.close()
