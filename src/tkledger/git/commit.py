"""A commit as a value, and as the bytes that git keeps; how commits hang together is history's."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from tkledger.core.trailers import ACTOR, trailers
from tkledger.core.typing import NamedTuple
from tkledger.git.identity import Identity, known_by
from tkledger.git.objects import Oid

LATEST = 253_402_300_799
"""The end of the year 9999, in seconds since 1970: what is dated later is read as dated then."""


def date_of(text: str) -> int:
    """A date as a commit has it, in seconds since 1970: 0 if it is none or before, at most `LATEST`."""
    number = text.isascii() and text.isdecimal()
    return min(int(text[:20]), LATEST) if number else 0


class FileDiff(NamedTuple):
    """One changed path of a commit against its first parent; an absent side has the mode `ABSENT`."""

    old_mode: str
    new_mode: str
    old: Oid
    new: Oid
    path: str


class Commit(NamedTuple):
    """One commit; bytes of its message that are not UTF-8 are surrogates.

    at: the committer's date in seconds since 1970, 0 if it has none
    email: its author's
    diffs: the changed paths, if they were asked for
    side: the one of ``A...B`` that has it, ``<`` or ``>``
    """

    oid: Oid
    tree: Oid
    parents: tuple[Oid, ...]
    at: int
    email: str
    message: str
    diffs: tuple[FileDiff, ...] = ()
    side: str = ">"

    @property
    def trailers(self) -> dict[str, str]:
        """The trailers of its message, the last of each name."""
        return trailers(self.message)

    @property
    def author(self) -> Identity:
        """Who made it, as it says itself."""
        named = ACTOR in self.message  # else, as in nearly every commit, no trailer has to be read
        return known_by(self.trailers.get(ACTOR) if named else None, self.email)

    @property
    def subject(self) -> str:
        """The first line of its message, as text that can be shown."""
        return self.text.partition("\n")[0]

    @property
    def text(self) -> str:
        """Its message as text that can be shown, with a mark for bytes that are not UTF-8."""
        return self.message.encode(errors="surrogateescape").decode(errors="replace")


def read_commit(oid: Oid, data: bytes) -> Commit:
    """A commit's bytes as they are, in no encoding but UTF-8; of two lines of a kind the first."""
    head, _, message = data.decode(errors="surrogateescape").partition("\n\n")
    lines = head.split("\n")
    found = {word: rest for word, _, rest in (line.partition(" ") for line in reversed(lines))}
    links = takewhile(lambda line: line.startswith("parent "), lines[1:])
    email = found.get("author", "").rpartition("> ")[0].partition("<")[2]
    date = found.get("committer", "").rpartition("> ")[2].partition(" ")[0]
    parents = tuple(line.removeprefix("parent ") for line in links)
    return Commit(oid, found.get("tree", ""), parents, date_of(date), email, message)


def commit_bytes(
    tree: Oid, parents: Iterable[Oid], author: str, committer: str, message: str
) -> bytes:
    """A commit's bytes; author and committer as ``NAME <EMAIL> SECONDS ZONE``."""
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    lines += [f"author {author}", f"committer {committer}", "", message]
    return "\n".join(lines).encode(errors="surrogateescape")


def author_line(data: bytes) -> str:
    """The author in a commit's bytes, as ``NAME <EMAIL> SECONDS ZONE``."""
    head = data.partition(b"\n\n")[0].decode(errors="surrogateescape")
    lines = (one.removeprefix("author ") for one in head.split("\n") if one.startswith("author "))
    return next(lines, "")


def is_signed(data: bytes) -> bool:
    """Whether a commit's bytes have a signature."""
    return any(line.startswith(b"gpgsig") for line in data.partition(b"\n\n")[0].split(b"\n"))


def moved_commit(data: bytes, tree: Oid, parent: Oid) -> bytes:
    """A commit's bytes with another tree and one other parent; all else as it is, dates included."""
    head, blank, message = data.partition(b"\n\n")
    kept = [one for one in head.split(b"\n") if not one.startswith((b"tree ", b"parent "))]
    lines = [b"tree " + tree.encode(), b"parent " + parent.encode(), *kept]
    return b"\n".join(lines) + blank + message
