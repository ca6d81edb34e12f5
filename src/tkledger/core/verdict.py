"""The verdicts of reviews, as a task's file has them: one line each, in one form only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tkledger.core.field import FULL, decimal, line, line_that
from tkledger.core.pattern import pattern
from tkledger.core.quoted_words import ACTOR, TEXT, meant, quoted, word
from tkledger.core.typing import Any, NamedTuple

NO_WORK = "-"
"""In place of the newest commits of work, if there is none."""

MOST_GAPS = 20
LONGEST_GAP = 500
"""How many gaps one verdict names at most, and how many letters one has at most."""

_LINE = pattern(
    r"(?P<attempt>[1-9][0-9]{0,9})\.(?P<round>[1-9][0-9]{0,9}) (?P<verdict>approved|rejected)"
    rf" (?P<actor>{ACTOR})"
    rf" (?P<work>-|[0-9a-f]+(?:\+[0-9a-f]+)*)(?P<score> [0-9][0-9.]*)?(?P<gaps>(?: {TEXT})*)\Z"
)


class VerdictLine(NamedTuple):
    """What a review came to.

    attempt: of the task; round: how many reviews of this attempt there were with it, from 1
    actor: who says so, by the policy's name
    work: the newest commits of work on the task that it is about, in order; none if there was none
    score: an amount such as 6.5; gaps: what is missing, only if it is not approved
    """

    attempt: int
    round: int
    approved: bool
    actor: str
    work: tuple[str, ...] = ()
    score: str | None = None
    gaps: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The verdict as the file has it."""
        words = [
            f"{self.attempt}.{self.round}",
            "approved" if self.approved else "rejected",
            word(self.actor),
            "+".join(self.work) or NO_WORK,
            *([self.score] if self.score else []),
            *map(quoted, self.gaps),
        ]
        return " ".join(words)


def parsed(text: str) -> VerdictLine:
    """The verdict in a line. Raises ValueError with a sentence if it is not one, or in another form."""
    found = _LINE.match(text)
    if found is None:
        raise ValueError(
            f"{text!r} is not a verdict: ATTEMPT.ROUND approved|rejected ACTOR WORK ..."
        )
    score, work = (found["score"] or "").strip(), found["work"]
    made = VerdictLine(
        int(found["attempt"]),
        int(found["round"]),
        found["verdict"] == "approved",
        line(meant(found["actor"])),
        () if work == NO_WORK else tuple(work.split("+")),
        decimal(score) if score else None,
        tuple(gap(meant(one)) for one in re.findall(TEXT, found["gaps"])),
    )
    if made.text != text:
        raise ValueError(f"{text!r} must be written {made.text!r}")
    if any(len(one) not in FULL for one in made.work) or [*made.work] != sorted({*made.work}):
        raise ValueError(f"{work!r} must be full commit ids, in order")
    if len(made.gaps) > MOST_GAPS or (made.gaps and made.approved):
        raise ValueError(f"at most {MOST_GAPS} gaps, and only of what is rejected")
    return made


def gap(raw: Any) -> str:
    """What is missing, in one line; raises ValueError."""
    value = line(raw)
    if len(value) > LONGEST_GAP:
        raise ValueError(f"a gap has at most {LONGEST_GAP} letters")
    return value


checked = line_that(parsed)
"""A line of a task's ``verdicts``; raises ValueError."""


def verdicts(lines: Iterable[str]) -> Iterator[VerdictLine]:
    """The verdicts in the lines of a task, each as it is in the file."""
    return map(parsed, lines)


def round_of(lines: Sequence[str], attempt: int) -> int:
    """Which round of reviews an attempt is in, from 1: one more than it was rejected."""
    return 1 + sum(one.attempt == attempt and not one.approved for one in verdicts(lines))


def sent_back(lines: Sequence[str]) -> tuple[VerdictLine, ...]:
    """The rejections of the latest attempt that has any: what the next work is to mend."""
    found = [one for one in verdicts(lines) if not one.approved]
    latest = max((one.attempt for one in found), default=0)
    return tuple(one for one in found if one.attempt == latest)


def said_in(one: VerdictLine) -> str:
    """What a verdict says apart from yes or no: its score, and what is missing; empty if nothing."""
    score = f"score {one.score}" if one.score else ""
    return ": ".join(part for part in (score, "; ".join(one.gaps)) if part)
