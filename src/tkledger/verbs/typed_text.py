"""Text as people type or paste it, in the form in which a task file shows it line by line."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.core.field import FieldError
from tkledger.core.trailers import folded, says

_BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " "})
"""Blanks that do not break, as web pages have them."""

_TAB = 4


def tidied(text: str) -> str:
    """The same words with line ends of Unix, tabs as blanks, and no empty line before or after them.

    A task file holds text of several lines as it is, unless a tab, another hidden character or a blank
    at its beginning makes it one long quoted line. Text of blanks only stays as it is.
    """
    if not text.strip():
        return text
    text = text.replace("\r\n", "\n")
    lines = [line.translate(_BLANKS).expandtabs(_TAB) for line in text.split("\n")]
    while not lines[0].strip():
        del lines[0]
    while not lines[-1].strip():
        del lines[-1]
    if len(lines) > 1 and lines[0].startswith(" "):
        least = min(len(line) - len(line.lstrip(" ")) for line in lines if line.strip())
        lines = [line[least:] for line in lines]
        lines[0] = lines[0].lstrip(" ")
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "")


def texts(value: str | Sequence[str] | None) -> list[str]:
    """The texts of an option that may be repeated; in a batch one may stand by itself."""
    return [value] if isinstance(value, str) else list(value or ())


def lines(name: str, value: str | Sequence[str]) -> list[str]:
    """The same, each as one line; raises FieldError if one says nothing."""
    found = [folded(one) for one in texts(value)]
    if not all(map(says, found)):
        raise FieldError(name, "must say something")
    return found
