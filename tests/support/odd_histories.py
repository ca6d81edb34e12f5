"""Random histories of several tasks that no tk would make: merges that choose, marks that rise and
fall, attempts that go back, files that vanish and return, dates in no order.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from tests.support.project import Project

POLICY = b"version: 1\nformat: 1\nlaw: 1\nbudget:\n  scope: attempt\n  steps: 2\n"
STATES = ("todo", "in_progress", "in_progress", "blocked", "in_review")
TASKS = "abc"
MARKS = ("steps", "seconds", "tokens")

Tree = dict[str, dict[str, Any]]


def imported(project: Project, seeds: Sequence[int], size: int) -> dict[int, list[str]]:
    """The commits of one history for each seed, all in one repository, parents first."""
    stream = b"".join(_history(seed, size, place * size) for place, seed in enumerate(seeds))
    project.git("fast-import", "--quiet", stdin=stream)
    shown = project.git("for-each-ref", "--format=%(refname:short) %(objectname)").split("\n")
    refs = dict(line.split(" ") for line in shown)
    return {seed: [refs[f"s{seed}-{number}"] for number in range(size)] for seed in seeds}


def _history(seed: int, size: int, base: int) -> bytes:
    rng = random.Random(seed)
    trees: list[Tree] = []
    stream = []
    for number in range(size):
        near = range(max(0, number - 6), number)
        count = min(number, rng.choice((1, 1, 1, 1, 2, 2, 3)))
        parents = rng.sample(near if rng.random() < 0.7 else range(number), count)
        trees.append(_tree(rng, [trees[parent] for parent in parents]))
        at = 1_000_000 + number * 10 + rng.randrange(-60, 60)
        head = f"commit refs/heads/s{seed}-{number}\nmark :{base + number + 1}\n"
        words = _message(rng)
        head += f"committer T <t@example.org> {at} +0000\ndata {len(words)}\n{words}\n"
        for place, parent in enumerate(parents):
            head += f"{'merge' if place else 'from'} :{base + parent + 1}\n"
        files = {f".tasks/{name}.yaml": _file(name, task) for name, task in trees[-1].items()}
        stream.append(f"{head}deleteall\n".encode())
        for path, data in {".tasks/config.yaml": POLICY, **files}.items():
            stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    return b"".join(stream)


def _tree(rng: random.Random, sides: Sequence[Tree]) -> Tree:
    tree = deepcopy(sides[0]) if sides else {}
    for name in TASKS:
        if len(sides) > 1:
            side = rng.choice(sides)
            tree.pop(name, None)
            if name in side:
                tree[name] = deepcopy(side[name])
                if rng.random() < 0.1:
                    tree[name]["spent"]["steps"] = rng.randrange(1, 9)
        elif rng.random() < 0.45:
            _change(rng, tree.setdefault(name, {"state": "todo", "attempt": 1, "spent": {}}))
        elif rng.random() < 0.1:
            tree.pop(name, None)
    return tree


def _change(rng: random.Random, task: dict[str, Any]) -> None:
    task["state"] = rng.choice(STATES)
    if rng.random() < 0.2:
        task["attempt"] = rng.randrange(1, 4)
    if rng.random() < 0.35:
        task["spent"][rng.choice(MARKS)] = rng.randrange(1, 40)
    if rng.random() < 0.1:
        task["spent"] = {}


def _message(rng: random.Random) -> str:
    words = "words\n\n"
    for name in f"{TASKS}d":  # d is never a task
        if rng.random() < 0.25:
            words += f"Tk-{rng.choice(('Task', 'Task', 'Spend'))}: {name}\n"
            words += f"Tk-Tokens: {rng.randrange(9)}\n" if rng.random() < 0.5 else ""
    return words


def _file(name: str, task: Mapping[str, Any]) -> bytes:
    text = f"id: {name}\ntitle: T\nstate: {task['state']}\n"
    text += f"attempt: {task['attempt']}\n" if task["attempt"] > 1 else ""
    text += "parent: a\n" if name != "a" and task["attempt"] != 2 else ""
    text += "wait:\n  reason: user\n" if task["state"] == "blocked" else ""
    spent = task["spent"]
    marks = "".join(f"  {kind}: {spent[kind]}\n" for kind in MARKS if kind in spent)
    return (text + (f"spent:\n{marks}" if marks else "")).encode()
