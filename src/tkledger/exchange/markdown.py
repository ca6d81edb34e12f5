"""Text out of a repository as part of a Markdown document, where it is text and nothing else."""

from __future__ import annotations

from tkledger.core.pattern import pattern
from tkledger.core.trailers import lines

_MARKS = pattern(r"([\\`*\[\]<&|~$]|(?<![^\W_])_|_(?![^\W_]))")
_MENTION = pattern(r"(?<!\w)([@#!])(?=\w)")
_JOINER = "\u2060"
"""A sign without width: after it a chat or a forge takes no word for a person or an issue."""


def plain_text(text: str) -> str:
    """One line of text within a line, in which nothing is a mark, HTML, an image or a mention."""
    return _MARKS.sub(r"\\\1", _MENTION.sub(rf"\1{_JOINER}", text))


_START = pattern(r"\A(\d+(?=[.)])|(?=[#+>=-]))")
"""Where a mark has to stand at the start of a line, lest it begins a block."""


def quotation(text: str) -> str:
    """Lines of text as a block that is quoted, in which nothing is anything else."""
    marked = (_START.sub(r"\1\\", plain_text(line.strip())) for line in lines(text))
    return "\n".join(f"> {line}".rstrip() for line in marked)


def code(text: str) -> str:
    """An id as code: it has no backtick."""
    return f"`{text}`"
