"""Splits a long history into parts and works on each in a process of its own; not what is done with them.

What a commit does is judged by its parents' ledgers and nothing else, so the parts need not know of
each other. Why not a pool of the standard library: docs/decisions/0048.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from tkledger.core.typing import IO, TYPE_CHECKING, Generic, NamedTuple, NoReturn, TypeVar
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo

if TYPE_CHECKING:
    from tkledger.ledger.reader import Ledger

WORTH = 1_000
"""The least number of commits in a part: they take ten times as long as starting a process."""

MOST = 4
"""The largest number of parts: each takes some 45 MB."""

_PLACES = 16
"""The number of places that are kept in memory."""

Result = TypeVar("Result")


class Part(NamedTuple):
    """Commits, as git selects them: those of ``tips`` without those of ``known`` (written with git's ^)."""

    tips: list[Oid]
    known: list[str]


def parts(repo: Repo, tips: Sequence[Oid], known: Sequence[str]) -> list[Part]:
    """The commits of ``tips`` without those of ``known``, in parts of about the same size; a commit's
    parents are never in a later part.
    """
    most = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, MOST)
    if most < 2:
        return [Part([*tips], [*known])]
    heads = _heads(repo, tips, known)
    count = min(most, len(heads))
    found: list[Part] = []
    before: list[str] = []
    for number in range(1, count):
        inside = heads[number * len(heads) // count - 1]
        found.append(Part(inside, [*known, *before]))
        before = [f"^{oid}" for oid in inside]
    return [*found, Part([*tips], [*known, *before])]


def _heads(repo: Repo, tips: Sequence[Oid], known: Sequence[str]) -> list[list[Oid]]:
    """At places in the same distance, parents first, the commits that are no other's parent up to there;
    `WORTH` commits or more apart, so that of any history there are few.
    """
    heads: set[Oid] = set()
    found: list[list[Oid]] = []
    distance = WORTH
    walked = history.related(repo, "--topo-order", "--reverse", *tips, *known)
    for number, (oid, *parents) in enumerate(walked, 1):
        heads.add(oid)
        heads.difference_update(parents)
        if number % distance == 0:
            found.append(sorted(heads))
        if len(found) == _PLACES:
            found, distance = found[1::2], distance * 2
    return found


def in_parts(ledger: Ledger, work: Callable[[Part], Result], todo: Sequence[Part]) -> list[Result]:
    """The results of ``work``, which judges the commits of a part, done side by side.

    A part does not know which files the parts before it deleted. If it creates a task by such an id,
    which honest histories never do, everything is judged again as one part.
    """

    def done(part: Part) -> tuple[Result, set[str], set[str]]:
        return work(part), {*ledger.former.deleted}, ledger.former.created

    deleted: set[str] = set()
    results = []
    for result, lost, created in side_by_side(ledger.repo, done, todo):
        if deleted & created:
            return [work(Part(todo[-1].tips, todo[0].known))]
        deleted |= lost
        results.append(result)
    return results


def side_by_side(repo: Repo, work: Callable[[Part], Result], todo: Sequence[Part]) -> list[Result]:
    """The results of ``work``: the first part is done here, each other one by a fork of this process.

    If a fork fails or is killed, its part is done again here, and fails here if it must. No fork is
    left if this process is interrupted.
    """
    forks: list[_Fork[Result]] = []
    try:
        forks += (_Fork(repo, work, part) for part in todo[1:])
        first = work(todo[0])
        return [first, *(fork.result() for fork in forks)]
    except BaseException:
        for fork in forks:
            fork.kill()
        raise


class _Fork(Generic[Result]):
    """A process that does one part, hands back the result and ends."""

    _pid = 0

    def __init__(self, repo: Repo, work: Callable[[Part], Result], part: Part) -> None:
        self._again = partial(work, part)
        source, target = os.pipe()
        self._answer = open(source, "rb")  # noqa: SIM115 - closed by result or kill
        with open(target, "wb") as file, suppress(OSError):  # no more processes are allowed here
            self._pid = os.fork()
            if self._pid == 0:
                _work_and_exit(repo, self._again, file)

    def result(self) -> Result:
        """Wait for the result; without one, do the part here."""
        import pickle

        with self._answer:
            data = self._answer.read()
        if self._pid == 0 or self._status():
            return self._again()
        result: Result = pickle.loads(data)  # noqa: S301 - by a process of our own
        return result

    def kill(self) -> None:
        """End the process, if it has not ended."""
        self._answer.close()
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            self._status()

    def _status(self) -> int:
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        return status


def _work_and_exit(repo: Repo, work: Callable[[], object], answer: IO[bytes]) -> NoReturn:
    """In the fork: do the work and end, without any cleaning up of what is the parent's."""
    import pickle

    try:
        repo.disown()
        answer.write(pickle.dumps(work()))
        answer.close()
        os._exit(0)
    finally:  # whatever was raised
        os._exit(1)
