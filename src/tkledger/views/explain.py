"""`tk explain` and `tk config explain`: a rule's page, the catalogue of all rules, and settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tkledger.core.typing import Protocol
from tkledger.views.style import DIM, ID, STRONG
from tkledger.views.text_layout import (
    Frame,
    Line,
    Lines,
    Span,
    hanging,
    piped_table,
    texts_of,
    wrap,
)

PAGE = 78
"""The widest a paragraph gets in a terminal: longer lines are hard to read."""


class RulePage(Protocol):
    """What is shown of a rule; ``since`` is the edition of the law that brought it."""

    @property
    def code(self) -> str: ...  # noqa: D102 - the class says what it is
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def page(self) -> str: ...  # noqa: D102
    @property
    def since(self) -> int: ...  # noqa: D102


def page(rule: RulePage) -> Lines:
    """One rule: code and name, what it rejects, why, and the remedy."""

    def draw(frame: Frame) -> Iterable[Line | str]:
        yield ((rule.code, ID), ("  ", ""), (rule.name, STRONG))
        for block in _paragraphs(rule.page):
            yield ()
            width = frame.width if frame.piped else min(PAGE, frame.width)
            yield from _paragraph(block, width)
        yield ()
        for text in wrap(f"since rules version {rule.since}", frame.width):
            yield ((text, DIM),)

    return Lines(draw)


def catalogue(rules: Sequence[RulePage]) -> Lines:
    """Every rule in a line: its code, its name and what it rejects."""
    return _listed(
        [
            ((rule.code, ID), (rule.name, ""), (next(_paragraphs(rule.page), ""), DIM))
            for rule in rules
        ]
    )


def settings(rows: Iterable[tuple[str, str, str]]) -> Lines:
    """Settings by name, each with what it means and its default."""
    return _listed([((name, ID), (f"{text} [{default}]", DIM)) for name, text, default in rows])


def _listed(rows: Sequence[Line]) -> Lines:
    def draw(frame: Frame) -> Iterable[Line | str]:
        return piped_table(texts_of(rows)) if frame.piped else hanging(rows, frame.width)

    return Lines(draw)


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs, each in one line; those that are indented keep their lines."""
    for block in text.split("\n\n"):
        if block.strip():
            indented = block.startswith("    ")
            yield block.rstrip() if indented else " ".join(block.split())


def _paragraph(block: str, width: int) -> Iterator[Line]:
    lines = [line for text in block.split("\n") for line in wrap(text, width)]
    for number, line in enumerate(lines):
        head, mark, rest = line.partition(": ")
        if not number and mark and head.isalpha():
            yield ((head + ":", STRONG), (" ", ""), *_marked(rest))
        else:
            yield tuple(_marked(line))


def _marked(text: str) -> Iterator[Span]:
    """Words in backquotes are highlighted."""
    for number, part in enumerate(re.split("(`[^`]+`)", text)):
        if part:
            yield (part, ID if number % 2 else "")
