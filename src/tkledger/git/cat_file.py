"""Reads objects by name from one git that answers for as long as it is needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from tkledger.core.typing import IO
from tkledger.git.errors import GitError
from tkledger.git.objects import Oid, oid_of
from tkledger.git.process import FilterProcess

BATCH = 64
"""How many ids are asked for at once: they fit into a pipe, and cost one wait for git."""

Found = tuple[Oid, str, bytes]
"""An object: its id, its type, its bytes."""


class CatFile:
    """A ``git cat-file`` that gives objects by name.

    The bytes are hashed again, since git does not: a forged loose object shows.
    """

    def __init__(self, folder: str, env: Mapping[str, str]) -> None:
        self._git = FilterProcess(("cat-file", "--batch"), folder, env)
        self._last = _Answers(self._git.stdout, 0, None)

    def close(self) -> None:
        """Let it end."""
        self._git.close()

    def read_many(self, names: Sequence[str], limit: int | None) -> Iterator[Found | None]:
        """The objects that ``names`` name, in their order; None if absent. Of an object larger than
        ``limit`` the first bytes, more than the limit. Raises EOFError if git ends early.
        """
        for start in range(0, len(names), BATCH):
            chunk = names[start : start + BATCH]
            self._last.read_all()
            self._git.ask("".join(f"{name}\n" for name in chunk).encode(errors="surrogateescape"))
            answers = self._last = _Answers(self._git.stdout, len(chunk), limit)
            for _ in chunk:
                yield answers.next()


class _Answers:
    """The answers to one question, in order, each read when it is wanted. Who asked may stop before the
    last, or ask something else meanwhile: so all are read before another question is asked.
    """

    def __init__(self, stream: IO[bytes], count: int, limit: int | None) -> None:
        self._stream = stream
        self._unread = count
        self._limit = limit
        self._read: deque[Found | GitError | None] = deque()

    def next(self) -> Found | None:
        """The next one; raises GitError if it is not what its id says."""
        if not self._read:
            self._read_one()
        found = self._read.popleft()
        if isinstance(found, GitError):
            raise found
        return found

    def read_all(self) -> None:
        """Read what is left."""
        while self._unread:
            self._read_one()

    def _read_one(self) -> None:
        self._unread -= 1
        self._read.append(_answer(self._stream, self._limit))


def _answer(answers: IO[bytes], limit: int | None) -> Found | GitError | None:
    header = answers.readline().split()
    if not header:
        raise EOFError
    if len(header) != 3 or header[1] not in (b"blob", b"tree", b"commit", b"tag"):
        return None
    oid, kind, size = header[0].decode(), header[1].decode(), int(header[2])
    if limit is not None and size > limit:
        data = answers.read(limit + 1)
        left = size - len(data) + 1
        while left:
            left -= len(answers.read(min(left, 1 << 20)))
        return oid, kind, data
    data = answers.read(size + 1)[:-1]
    if oid_of(kind, data, len(oid)) != oid:
        return GitError(f"object {oid} does not hold what its name says", "git fsck --full")
    return oid, kind, data
