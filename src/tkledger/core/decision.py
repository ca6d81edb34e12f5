"""Decisions, as a task's file has them: one line each, in one form only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tkledger.core.field import line, line_that
from tkledger.core.pattern import pattern
from tkledger.core.quoted_words import ACTOR, TEXT, meant, quoted, word
from tkledger.core.typing import Any, NamedTuple

LONGEST = 500
MOST_ALTERNATIVES = 20
"""How many letters each text of a decision has at most, and how many alternatives one names."""

SURE = 100
"""The confidence of who is certain."""

_UNSAID = "-"
_LINE = pattern(
    rf"(?P<actor>{ACTOR}) (?P<confidence>-|{SURE}|[1-9]?[0-9])"
    rf"(?P<texts>(?: {TEXT}){{3}}(?: {TEXT} {TEXT})*)\Z"
)


class DecisionLine(NamedTuple):
    """What was decided.

    actor: who says so, by the policy's name
    question, choice, because: what was to be decided, which way it went, and why
    alternatives: what else could have been chosen, each with why it was not
    confidence: how sure the actor is, from 0 to `SURE`
    """

    actor: str
    question: str
    choice: str
    because: str
    alternatives: tuple[tuple[str, str], ...] = ()
    confidence: int | None = None

    @property
    def text(self) -> str:
        """The line as the file has it."""
        sure = _UNSAID if self.confidence is None else str(self.confidence)
        texts = [self.question, self.choice, self.because, *sum(self.alternatives, ())]
        return " ".join([word(self.actor), sure, *map(quoted, texts)])


def parsed(text: str) -> DecisionLine:
    """The decision in a line. Raises ValueError with a sentence if it is not one, or in another form."""
    found = _LINE.match(text)
    if found is None:
        form = 'ACTOR CONFIDENCE "QUESTION" "CHOICE" "BECAUSE" ["ALTERNATIVE" "WHY" ...]'
        raise ValueError(f"{text!r} is not a decision: {form}")
    question, choice, because, *others = map(said, map(meant, re.findall(TEXT, found["texts"])))
    made = DecisionLine(
        line(meant(found["actor"])),
        *(question, choice, because),
        tuple(zip(others[::2], others[1::2])),
        None if found["confidence"] == _UNSAID else int(found["confidence"]),
    )
    if made.text != text:
        raise ValueError(f"{text!r} must be written {made.text!r}")
    if len(made.alternatives) > MOST_ALTERNATIVES:
        raise ValueError(f"at most {MOST_ALTERNATIVES} alternatives")
    return made


def said(raw: Any) -> str:
    """One of the texts of a decision; raises ValueError."""
    value = line(raw)
    if len(value) > LONGEST:
        raise ValueError(f"must have at most {LONGEST} characters")
    return value


checked = line_that(parsed)
"""A line of a task's ``decisions``; raises ValueError."""


def decisions(lines: Iterable[str]) -> Iterator[DecisionLine]:
    """The decisions in the lines of a task, each as it is in the file."""
    return map(parsed, lines)


def said_in(one: DecisionLine) -> str:
    """What a line says, in words, but for who says it."""
    sure = "" if one.confidence is None else f" (confidence {one.confidence})"
    others = "".join(f"; not {other}: {why}" for other, why in one.alternatives)
    return f"{one.question} {one.choice}{sure}, because {one.because}{others}"
