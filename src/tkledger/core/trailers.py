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
COST, CALLS, MODEL = "Tk-Cost", "Tk-Calls", "Tk-Model"

KEY = "Tk-Key"
"""The key under which a command was run: run again with it, it changes nothing."""

REASON = "Tk-Reason"
"""Why it was done."""

RUN = "Tk-Run"
"""What a command that was run on a task came to."""

OVERRIDE = "Tk-Override"
"""Why rules were set aside that the role ``override`` may set aside."""


TAKEN = "Tk-Taken-From"
"""Whose task it was until this start, if that was another actor's: assigned, or in progress."""


def lines(text: str) -> list[str]:
    """The lines of a text, without their ends. Only a newline ends one, as for git, grep and sh:
    Python's own splitlines takes ten other characters for an end.
    """
    found = text.split("\n")
    if not found[-1]:
        found.pop()
    return found


def trailers(message: str) -> dict[str, str]:
    """The value of the last line of each name, in the whole message: hosts put text after them."""
    rows = (line.partition(": ") for line in lines(message))
    return {name: value.strip() for name, colon, value in rows if colon}


def says(text: str) -> bool:
    """Whether a reason says anything: it has a letter or digit."""
    return any(letter.isalnum() for letter in text)


def folded(text: str) -> str:
    """A text as one line, also for those who see the end of a line in other characters."""
    return " ".join(text.split())


def own_lines(message: str) -> list[str]:
    """The lines of a message by which tk knows what was done: the first, and its trailers."""
    first, *rest = lines(message) or [""]
    return [first, *(line for line in rest if line.startswith(PREFIX))]
