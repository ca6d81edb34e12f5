"""Messages of commits: the trailers in them; what a trailer is for is decided elsewhere."""

from __future__ import annotations

ACTOR = "Tk-Actor"
"""The trailer that names who made a commit, if that is not its author's e-mail."""


def trailers(message: str) -> dict[str, str]:
    """The value of the last line ``name: value`` of each name; hosts bury them in a message's middle."""
    lines = (line.partition(": ") for line in message.splitlines())
    return {name: value.strip() for name, colon, value in lines if colon}


def folded(text: str) -> str:
    """A text as the one line of a trailer."""
    return " ".join(text.split())
