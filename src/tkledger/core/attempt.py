"""Attempts that ended and were followed by another, as a task's file has them: one line each, in one form only.

The state of the last one is that of the task; when each was, and what it used, is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from itertools import takewhile

from tkledger.core.field import bare, line, line_that
from tkledger.core.pattern import pattern
from tkledger.core.quoted_words import ACTOR, TEXT, meant, quoted, word
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple
from tkledger.core.written import is_small

PERMANENT = "permanent"

LONGEST = 200
"""How many letters the text of an attempt has at most; all of it is in the commit that blocked the task."""

_LINE = pattern(
    rf"(?P<attempt>[1-9][0-9]{{0,8}}) (?P<end>[a-z][a-z_]{{0,31}}) (?P<actor>{ACTOR})"
    rf" (?P<kind>-|[a-z][a-z0-9_-]{{0,31}}) (?P<branch>-|{ACTOR})(?: (?P<text>{TEXT}))?\Z"
)


class AttemptLine(NamedTuple):
    """How an attempt ended.

    attempt: which one it was; end: what the task waited for when it was sent back, ``failed`` if it had failed
    actor: who sent it back, by the policy's name
    kind: the kind of the error, branch: where the work was, text: what went wrong; each empty if it is not known
    """

    attempt: int
    end: str
    actor: str
    kind: str = ""
    branch: str = ""
    text: str = ""

    @property
    def line(self) -> str:
        """The line as the file has it."""
        words = [str(self.attempt), self.end, word(self.actor), self.kind or "-"]
        words += [word(self.branch) if self.branch else "-"]
        return " ".join([*words, *([quoted(self.text)] if self.text else [])])


def parsed(text: str) -> AttemptLine:
    """The attempt in a line. Raises ValueError with a sentence if it is not one, or in another form."""
    found = _LINE.match(text)
    if found is None:
        raise ValueError(f'{text!r} is not an attempt: NUMBER END ACTOR KIND BRANCH ["TEXT"]')
    kind, branch, said = (found[name] for name in ("kind", "branch", "text"))
    made = AttemptLine(
        int(found["attempt"]),
        found["end"],
        line(meant(found["actor"])),
        kind if kind != "-" else "",
        line(meant(branch)) if branch != "-" else "",
        line(meant(said)) if said else "",
    )
    if made.line != text:
        raise ValueError(f"{text!r} must be written {made.line!r}")
    if len(made.text) > LONGEST:
        raise ValueError(f"the text must have at most {LONGEST} characters")
    return made


checked = line_that(parsed)
"""A line of a task's ``attempts``; raises ValueError."""


def attempts(lines: Iterable[str]) -> Iterator[AttemptLine]:
    """The attempts in the lines of a task, each as it is in the file."""
    return map(parsed, lines)


def ended(task: Task, actor: str) -> AttemptLine:
    """How the attempt of a blocked task ends if an actor sends it back."""
    error, wait = task.error, task.wait
    text = " ".join((error.message or wait.detail or wait.prompt or "").split())[:LONGEST].strip()
    kind, branch = error.kind or "", task.branch or ""
    return AttemptLine(task.tries, wait.reason or "other", actor, kind, branch, text)


def followed(task: Task, actor: str) -> tuple[str, ...]:
    """The attempts of a blocked task once an actor has sent it back; without this one if there is no room."""
    entry = ended(task, actor).line
    more = (*task.attempts, entry)
    if is_small(task._replace(attempts=more)):
        return more
    from tkledger.core.room import takes  # as a rule they are small

    return more if takes(task, "attempts", entry) else task.attempts


def same_in_a_row(task: Task) -> int:
    """How many of a blocked task's attempts, this one and those right before it, failed with the same error: of
    one kind, with the same words but for numbers. None, if this one did not fail, or nothing is known of it.
    """
    last = ended(task, "")
    if last.end != "failed" or not (last.kind or last.text):
        return 0
    before = (parsed(line) for line in reversed(task.attempts))
    return 1 + sum(1 for _ in takewhile(partial(_is_same, last), before))


def _is_same(one: AttemptLine, other: AttemptLine) -> bool:
    if (one.end, one.kind) != (other.end, other.kind):
        return False
    first, second = (bare(text).translate(_DIGITS) for text in (one.text, other.text))
    if LONGEST in (len(one.text), len(other.text)):  # what was cut is not known
        return first.startswith(second) or second.startswith(first)
    return first == second


_DIGITS = dict.fromkeys(map(ord, "0123456789"))


def tries_again(retry_on: Collection[str], kind: str | None) -> bool:
    """Whether there is another attempt after an error of a kind, by the policy's `retry_on`; after one whose
    kind is not known there is.
    """
    if kind is None:
        return True
    return kind in retry_on if retry_on else kind != PERMANENT


def said_in(one: AttemptLine) -> str:
    """What a line says, in words, but for who sent it back."""
    kind = f" ({one.kind})" if one.kind else ""
    where = f" on {one.branch}" if one.branch else ""
    end = one.end if one.end == "failed" else f"ended: {one.end}"
    return f"attempt {one.attempt} {end}{kind}{where}{': ' if one.text else ''}{one.text}"
