"""Artifacts: files that belong to a task, as its file names them: one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.core.field import matching
from tkledger.core.typing import NamedTuple

MAX_BYTES = 100 * 1024 * 1024
"""How large an artifact may be; hosts take no more in one file."""

_NAME = r"[^/\\\s][^/\\]{0,199}"
_KIND = r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}"

checked = matching(
    rf"([0-9a-f]{{40}}|[0-9a-f]{{64}}) (0|[1-9][0-9]{{0,8}}) (-|{_KIND}) {_NAME}",
    "the id in git, the size, the type or -, and the name: ID SIZE TYPE NAME",
)
"""A line of a task's ``artifacts``; raises ValueError."""

named = matching(_NAME, "a file's name of at most 200 letters, without a folder")
"""The name of an artifact; raises ValueError."""

kind_of = matching(_KIND, "a type such as image/png")
"""The type of an artifact; raises ValueError."""


class Artifact(NamedTuple):
    """A file of a task.

    oid: its id in git; size: in bytes
    type: what kind of file it is, such as ``image/png``; empty if that is not known
    name: what it is called, without a folder
    """

    oid: str
    size: int
    type: str
    name: str

    @property
    def text(self) -> str:
        """The line as the file has it."""
        return f"{self.oid} {self.size} {self.type or '-'} {self.name}"


def artifacts(lines: Iterable[str]) -> Iterator[Artifact]:
    """The artifacts in the lines of a task."""
    for oid, size, kind, name in (line.split(" ", 3) for line in lines):
        yield Artifact(oid, int(size), kind.removeprefix("-"), name)


def said_in(one: Artifact) -> str:
    """What a line says, in words."""
    return f"{one.name} ({one.size:,} bytes) is attached"
