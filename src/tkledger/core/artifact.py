"""Artifacts: files that belong to a task, as its file names them: one line each, in one form only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.core.field import FULL, line
from tkledger.core.pattern import pattern
from tkledger.core.quoted_words import ACTOR, meant, word
from tkledger.core.typing import Any, NamedTuple

MAX_BYTES = 100 * 1024 * 1024
"""How large an artifact may be; hosts take no more in one file."""

MAX_NAME = 200
"""How many letters its name may have."""

_LINE = pattern(
    r"(?P<oid>[0-9a-f]+) (?P<size>0|[1-9][0-9]{0,8}) (?P<type>-|[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60})"
    rf" (?P<name>{ACTOR})\Z"
)


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
        return f"{self.oid} {self.size} {self.type or '-'} {word(self.name)}"


def parsed(text: str) -> Artifact:
    """The artifact in a line. Raises ValueError with a sentence if it is none, or in another form."""
    found = _LINE.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not an artifact: ID SIZE TYPE NAME")
    kind = "" if found["type"] == "-" else found["type"]
    made = Artifact(found["oid"], int(found["size"]), kind, named(meant(found["name"])))
    if made.text != text:
        raise ValueError(f"{text!r} must be written {made.text!r}")
    if len(made.oid) not in FULL:
        raise ValueError(f"{made.oid!r} must be a full id")
    if made.size > MAX_BYTES:
        raise ValueError(f"has {made.size} bytes, of {MAX_BYTES} at most")
    return made


def named(raw: Any) -> str:
    """The name of an artifact; raises ValueError if it is none: it names no folder, and is no option."""
    value = line(raw)
    if len(value) > MAX_NAME or "/" in value or "\\" in value or value in (".", ".."):
        raise ValueError(
            f"{value!r} must be a file's name of at most {MAX_NAME} letters, without a folder"
        )
    return value


def checked(raw: Any) -> str:
    """A line of a task's ``artifacts``; raises ValueError."""
    value = line(raw)
    parsed(value)
    return value


def artifacts(lines: Iterable[str]) -> Iterator[Artifact]:
    """The artifacts in the lines of a task, each as it is in the file."""
    return map(parsed, lines)


def said_in(one: Artifact) -> str:
    """What a line says, in words."""
    return f"{one.name} ({one.size} bytes)"
