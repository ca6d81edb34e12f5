"""Trailers: the lines ``Name: value`` of a commit's message that tk writes and reads."""

from __future__ import annotations

PREFIX = "Tk-"
"""What the names of all of them begin with."""

ACTOR = "Tk-Actor"
"""Who made a commit, if that is not its author's e-mail."""

STEP = "Tk-Task"
"""The task that a commit is a step of."""

SPEND = "Tk-Spend"
"""The task that the amounts after it are charged to; the commit is not a step of it."""

TOKENS, TOKENS_IN, TOKENS_OUT = "Tk-Tokens", "Tk-Tokens-In", "Tk-Tokens-Out"
COST, MODEL = "Tk-Cost", "Tk-Model"

KEY = "Tk-Key"
"""The key under which a command was run: run again with it, it changes nothing."""

REASON = "Tk-Reason"
"""Why it was done."""


def trailers(message: str) -> dict[str, str]:
    """The value of the last line of each name, in the whole message: hosts put text after them."""
    lines = (line.partition(": ") for line in message.splitlines())
    return {name: value.strip() for name, colon, value in lines if colon}


def folded(text: str) -> str:
    """A text as the one line of a trailer."""
    return " ".join(text.split())
