"""Text that goes into a message: several in one line, and words that are pasted into a shell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tkledger.core.pattern import pattern


def few(texts: Sequence[str], most: int = 6, joint: str = ", ") -> str:
    """The first of several texts in one line, for a message, and how many more there are."""
    more = len(texts) - most
    return joint.join(texts[:most]) + (f" and {more:,} more" if more > 0 else "")


def many(number: int, noun: str) -> str:
    """A number with its noun, which takes an s unless it is one: ``1 task``, ``1,213 tasks``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def any_of(names: Sequence[str], most: int = 4) -> str:
    """Actors of whom one is to be asked, each as one word of a shell: ``ann, bob or cyd``."""
    words = [quoted(one) for one in names[:most]]
    if len(names) > most:
        words.append(f"{len(names) - most:,} more")
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def quoted(text: str) -> str:
    """``text`` as one word of a POSIX shell, for a remedy: what is pasted runs nothing of it.

    Every name, path or branch goes through this, but for what can only be plain: the ids of tasks
    and commits, numbers, and tk's own words.
    """
    if text and not _UNSAFE.search(text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"  # as shlex has it, which is one module more


_UNSAFE = pattern(r"[^\w@%+=:,./-]", re.ASCII)
