"""Text that goes into a message: several in one line, and words that are pasted into a shell."""

from __future__ import annotations

from collections.abc import Sequence


def few(texts: Sequence[str], most: int = 6, joint: str = ", ") -> str:
    """The first of several texts in one line, for a message, and how many more there are."""
    more = len(texts) - most
    return joint.join(texts[:most]) + (f" and {more} more" if more > 0 else "")


def quoted(text: str) -> str:
    """``text`` as one word of a POSIX shell, for a remedy: what is pasted runs nothing of it.

    Every name, path or branch goes through this, but for what can only be plain: the ids of tasks
    and commits, numbers, and tk's own words.
    """
    from shlex import quote  # what is legal prints no remedy

    return quote(text)
