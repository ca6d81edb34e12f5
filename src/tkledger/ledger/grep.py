"""One search of the files of a ledger by git, whatever their number; what is found is for others to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.layout import FOLDER, is_task_key, key_of
from tkledger.core.typing import IO
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo

_MOST_BYTES = 64 * 1024 * 1024
"""What is read of a search at most: 100,000 tasks have less, unless one is made to be slow."""


class Grep:
    """The lines of task files in a commit that have one of some words, as git finds them: each word is a fixed
    string, never a pattern or an option. ``cut`` tells afterwards if they were too many to be read to the end.
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
                yield key, _read(line.rstrip(b"\n").decode(errors="replace"))


def _read(line: str) -> str:
    """A line of a file as it is read: if it has escapes, its quoted text."""
    if "\\" not in line or not line.endswith('"'):
        return line
    import json  # few texts are quoted

    try:
        found = json.loads(line[line.index('"') :])
    except ValueError:
        return line
    return found if isinstance(found, str) else line


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
