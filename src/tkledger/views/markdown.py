"""Text out of a repository as part of a Markdown document, where it is text and nothing else."""

from __future__ import annotations

from tkledger.core.pattern import pattern

_MARKS = pattern(r"([\\`*\[\]<&|~$]|(?<!\w)_|_(?!\w))")
_MENTION = pattern(r"(?<!\w)([@#!])(?=\w)")
_JOINER = "\u2060"
"""A sign without width: after it a chat or a forge takes no word for a person or an issue."""


def plain_text(text: str) -> str:
    """One line of text within a line, in which nothing is a mark, HTML, an image or a mention."""
    return _MENTION.sub(rf"\1{_JOINER}", _MARKS.sub(r"\\\1", text))


def code(text: str) -> str:
    """An id as code: it has no backtick."""
    return f"`{text}`"
