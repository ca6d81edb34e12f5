"""Text as people type or paste it, in the form in which a task file shows it line by line."""

from __future__ import annotations

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
