"""Finds what earlier work left to later work: one search of the ledger's files, then a few tasks read."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from tkledger.core.overview import TaskRow
from tkledger.core.recall import (
    TASK,
    Memory,
    Search,
    TextLine,
    lines_of,
    memories,
    subject_of,
    whole,
    words_of,
)
from tkledger.core.task import Task
from tkledger.core.trailers import folded
from tkledger.core.typing import NamedTuple
from tkledger.git.objects import Oid
from tkledger.ledger.grep import Grep
from tkledger.ledger.reader import Ledger

RELATED = 3
"""How many of them the one who takes a task gets to see, at most."""

_LISTS = ("lessons:", "tried:", "decisions:")
"""How the lines begin that say that a task has any."""


class Recalled(NamedTuple):
    """What was found, the best first; ``cut`` if the search was too long to be read to its end."""

    found: list[Memory]
    cut: bool = False


def recalled(ledger: Ledger, commit: Oid, text: str, limit: int) -> Recalled:
    """What the ledger in a commit has about the words of a text."""
    words = words_of(text)
    if not words:
        return Recalled([])
    lines = Grep(ledger.repo, commit, words)
    search = Search(words, lines, lambda: len(ledger.at(commit).entries))
    found = search.ranked(_read(ledger, commit, search.candidates()[:_MOST_READ]))
    return Recalled(found[:limit], lines.cut)


class Hit(NamedTuple):
    """A task that has some of the words, the line that has the most of them, and where they are in it."""

    task: Task
    line: TextLine
    spans: list[tuple[int, int]]


class Hits(NamedTuple):
    """The tasks that were found, the best first, and of how many; ``more`` if there are others that were not read,
    ``cut`` if the search was too long to be read to its end.
    """

    found: list[Hit]
    total: int
    more: bool = False
    cut: bool = False


def hits(
    ledger: Ledger, commit: Oid, text: str, limit: int, among: Container[str] | None = None
) -> Hits:
    """The tasks in a commit that have words of a text, whether or not they have ended; mistakes are left out, and
    all that are not ``among`` some.
    """
    words = words_of(text)
    if not words:
        return Hits([], 0)
    lines, snapshot = Grep(ledger.repo, commit, words), ledger.at(commit)
    search = Search(words, lines, lambda: len(snapshot.entries))
    keys = [key for key in search.candidates() if among is None or key in among]
    most = max(_MOST_READ, limit)
    tasks = {one.id: one for one in snapshot.tasks(keys[:most]) if not one.is_mistake}
    ranked = search.ranked(map(whole, tasks.values()))
    found = []
    for one in ranked[:limit]:
        line = search.line(lines_of(tasks[one.task]))
        assert line is not None  # else it had none of the words
        text = folded(line.text)
        found.append(Hit(tasks[one.task], line._replace(text=text), search.spans(text)))
    return Hits(found, len(ranked), len(keys) > most, lines.cut)


def related(ledger: Ledger, commit: Oid, task: Task | TaskRow) -> list[Memory]:
    """The lessons, decisions and what was tried in other tasks that have two words of its subject, or the only
    one.
    """
    words, remember = subject_of(task.title, task.labels), set[str]()
    if not words:
        return []

    def about() -> Iterator[tuple[str, str]]:
        for key, line in Grep(ledger.repo, commit, (*words, *_LISTS)):
            if line in _LISTS:
                remember.add(key)
            else:
                yield key, line

    search = Search(words, about(), lambda: len(ledger.at(commit).entries))
    keys = [key for key in search.candidates() if key in remember and key != task.id]
    found = (one for one in _read(ledger, commit, keys[:_FEW]) if one.kind != TASK)
    return search.ranked(found, min(2, len(words)))[:RELATED]


_MOST_READ, _FEW = 60, 20
"""How many tasks are read at most, those with the rarest of the words; for a task that is taken fewer."""


def _read(ledger: Ledger, commit: Oid, keys: Sequence[str]) -> Iterator[Memory]:
    snapshot = ledger.at(commit)
    for key in keys:
        task = snapshot.task(key)
        if task is not None:
            yield from memories(task)
