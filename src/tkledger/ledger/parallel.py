"""A long history in parts, each looked at by a process of its own.

What a commit does is judged by its parents' ledgers and nothing else, so the parts need not know of
each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo

WORTH = 1_000
"""How many commits a part has at least: that takes ten times as long as to begin a process."""

MOST = 4
"""How many parts there are at most: each holds a few ten MB."""

Result = TypeVar("Result")


class Part(NamedTuple):
    """Commits, as git selects them: what ``tips`` have and ``known`` (with git's ^) have not."""

    tips: list[Oid]
    known: list[str]


def parts(repo: Repo, tips: Sequence[Oid], known: Sequence[str]) -> list[Part]:
    """The commits that ``tips`` have and ``known`` have not, in parts of about one size; no part has
    a commit whose parent is in a later one.
    """
    whole = Part([*tips], [*known])
    most = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, MOST)
    if most < 2:
        return [whole]
    parents = history.parents(repo, "--topo-order", "--reverse", *tips, *known)
    count = min(most, len(parents) // WORTH)
    if count < 2:
        return [whole]
    oids = list(parents)
    found: list[Part] = []
    before: list[str] = []
    for number in range(1, count):
        inside = oids[: number * len(oids) // count]
        heads = set(inside).difference(*(parents[oid] for oid in inside))
        found.append(Part(sorted(heads), [*known, *before]))
        before = [f"^{oid}" for oid in sorted(heads)]
    return [*found, Part([*tips], [*known, *before])]


def side_by_side(repo: Repo, work: Callable[[Part], Result], todo: Sequence[Part]) -> list[Result]:
    """The results of ``work``, the first part's done here and the others' in processes of their own.

    Where one of these fails, its part is done again here, and fails here if it must.
    """
    others = [_begun(repo, work, part) for part in todo[1:]]
    first = work(todo[0])
    return [first, *(wait() for wait in others)]


def _begun(repo: Repo, work: Callable[[Part], Result], part: Part) -> Callable[[], Result]:
    import pickle

    source, target = os.pipe()
    try:
        child = os.fork()
    except OSError:  # no more processes are allowed here
        os.close(source)
        os.close(target)
        return partial(work, part)
    if child == 0:
        try:
            os.close(source)
            repo.disown()
            with open(target, "wb") as file:
                file.write(pickle.dumps(work(part)))
            os._exit(0)
        finally:  # whatever it was, no cleaning up of what is the parent's
            os._exit(1)
    os.close(target)

    def wait() -> Result:
        with open(source, "rb") as file:
            data = file.read()
        _, status = os.waitpid(child, 0)
        if status:
            return work(part)
        result: Result = pickle.loads(data)  # noqa: S301 - by a process of our own
        return result

    return wait
