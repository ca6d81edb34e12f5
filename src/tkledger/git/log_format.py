"""Commits as git's log prints them, read as values; the log is run elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.typing import IO
from tkledger.git.commit import Commit, FileDiff, date_of

FORMAT = "%H%x00%T%x00%P%x00%ct%x00%ae%x00%B%x00"
"""The header of each commit in the log, under ``-z``; no part can hold the NUL that ends it."""


def _tokens(stream: IO[bytes]) -> Iterator[str]:
    """The parts of git's output under ``-z``, as they come."""
    rest = b""
    while chunk := stream.read1(1 << 16):  # type: ignore[attr-defined]
        *whole, rest = (rest + chunk).split(b"\0")
        for token in whole:
            yield token.decode(errors="surrogateescape")
    if rest:
        yield rest.decode(errors="surrogateescape")


def logged(stream: IO[bytes]) -> Iterator[Commit]:
    """The commits in the log: the header of `FORMAT`, then the paths that it changed, if any."""
    words = _tokens(stream)
    token = next(words, "")
    while token := token.lstrip("\n"):
        oid, tree, parents, at, email = token, *(next(words) for _ in range(4))
        message = next(words)
        diffs = []
        for token in words:
            meta = token.lstrip("\n")
            if meta.startswith(":"):
                old_mode, new_mode, old, new, _ = meta[1:].split(" ")
                diffs.append(FileDiff(old_mode, new_mode, old, new, next(words)))
            elif meta:
                break
        else:
            token = ""
        yield Commit(oid, tree, tuple(parents.split()), date_of(at), email, message, tuple(diffs))


MESSAGES = "%H%x00%B%x00"
"""A commit in a log of messages alone; neither part can hold a NUL."""


def messages(stream: IO[bytes]) -> Iterator[tuple[str, str]]:
    """The ids and messages in a log of `MESSAGES`."""
    words = _tokens(stream)
    while oid := next(words, "").strip("\n"):
        yield oid, next(words)


END = b"end\n"
"""Not an id: `git diff-tree --stdin` copies such a line to its output, after the answers before it."""


def tree_diffs(stream: IO[bytes], most: int) -> Iterator[list[FileDiff]]:
    """The changed paths that `git diff-tree --stdin` prints for each pair of trees that it is asked
    for; for the last pair once it has copied `END`.

    Raises EOFError if git ends, OverflowError if one pair takes more than ``most`` bytes.
    """
    found: list[list[FileDiff]] = []
    meta, rest, size, end = "", b"", 0, END.decode().strip()
    while chunk := stream.read1(1 << 16):  # type: ignore[attr-defined]
        size += len(chunk)
        *words, rest = (rest + chunk).split(b"\0")
        if len(words) % 2 == bool(meta):  # the rest is not a name, which may hold anything
            lines, newline, rest = rest.rpartition(b"\n")
            words.append(lines + newline)
        for word in words:
            text = word.decode(errors="surrogateescape")
            if meta:
                old_mode, new_mode, old, new, _ = meta[1:].split(" ")
                found[-1].append(FileDiff(old_mode, new_mode, old, new, text))
                meta = ""
                continue
            *heads, meta = text.split("\n")
            for head in heads:
                yield from found
                found, size = [] if head == end else [[]], len(chunk)
        if size > most:
            raise OverflowError
    raise EOFError
