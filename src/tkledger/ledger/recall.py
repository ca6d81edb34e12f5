"""Finds what earlier work left to later work: one search of the ledger's files, then a few tasks read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.layout import FOLDER, is_task_key, key_of
from tkledger.core.overview import TaskRow
from tkledger.core.recall import TASK, Memory, Search, memories, subject_of, words_of
from tkledger.core.task import Task
from tkledger.core.typing import IO, NamedTuple
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger

RELATED = 3
"""How much a task that is taken is told of, at most."""

_MOST_BYTES = 64 * 1024 * 1024
"""What is read of a search at most: 100,000 tasks have less, unless one is made to be slow."""

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
    lines = _Lines(ledger.repo, commit, words)
    search = Search(words, lines, lambda: len(ledger.at(commit).entries))
    found = search.ranked(_read(ledger, commit, search.candidates()[:_MOST_READ]))
    return Recalled(found[:limit], lines.cut)


def related(ledger: Ledger, commit: Oid, task: Task | TaskRow) -> list[Memory]:
    """The lessons, decisions and what was tried in other tasks that have two words of its subject, or the only
    one.
    """
    words, remember = subject_of(task.title, task.labels), set[str]()
    if not words:
        return []

    def about() -> Iterator[tuple[str, str]]:
        for key, line in _Lines(ledger.repo, commit, (*words, *_LISTS)):
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


class _Lines:
    """The lines of task files in a commit that have one of some words, as git finds them: each word is a fixed
    string, never a pattern or an option.
    """

    def __init__(self, repo: Repo, commit: Oid, words: Sequence[str]) -> None:
        self._repo, self._commit, self._words = repo, commit, words
        self.cut = False

    def __iter__(self) -> Iterator[tuple[str, str]]:
        forms = dict.fromkeys(form for word in self._words for form in _forms(word))
        asked = [part for form in forms for part in ("-e", form)]
        try:
            with self._repo.streamed(
                *_GREP, *asked, self._commit, "--", FOLDER, fine=(0, 1)
            ) as out:
                yield from self._parsed(out)
        except _TooMuchError:
            self.cut = True

    def _parsed(self, out: IO[bytes]) -> Iterator[tuple[str, str]]:
        prefix, size = len(self._commit) + 1, 0
        for row in out:
            size += len(row)
            if size > _MOST_BYTES:
                raise _TooMuchError
            path, _, line = row.partition(b"\0")
            key = key_of(path[prefix:].decode(errors="surrogateescape"))
            if is_task_key(key):
                yield key, line.rstrip(b"\n").decode(errors="replace")


class _TooMuchError(Exception):
    """A search is too long to be read to its end."""


_GREP = (
    *("grep", "--fixed-strings", "--ignore-case", "--text", "--null", "--full-name"),
    *("--no-color", "--no-line-number", "--no-column", "--no-textconv", "--no-recurse-submodules"),
)
"""A search that nothing in the repository and in git's configuration changes."""


def _forms(word: str) -> tuple[str, ...]:
    """How a word may be written: git ignores the case of ASCII letters only."""
    return (word,) if word.isascii() else (word, word.upper(), word.capitalize())
