"""Runs: what commands that were run on tasks came to, as messages of commits have it; a line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.core.evidence import TIMEOUT
from tkledger.core.field import DECIMAL
from tkledger.core.pattern import pattern
from tkledger.core.quoted_words import TEXT, meant
from tkledger.core.trailers import RUN, lines
from tkledger.core.typing import NamedTuple
from tkledger.core.written import quoted

MOST_LINES, MOST_LETTERS = 10, 1000
"""How much of what a command said is kept: its last lines."""

_LINE = pattern(
    rf"(?P<task>\S+) (?P<exit>{TIMEOUT}|0|[1-9][0-9]{{0,2}}) (?P<seconds>[0-9][0-9.]*)"
    rf"(?: (?P<output>{TEXT}))?\Z"
)
_STEERING = pattern(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.?)")
"""What moves a terminal's cursor, or colours its text."""


class AttemptEnd(NamedTuple):
    """An attempt that a job ended: the state it left, how many seconds it took, and the words for it."""

    task: str
    state: str
    seconds: int
    words: str


class RunLine(NamedTuple):
    """What a command came to.

    exit: its exit status, that of a shell if a signal ended it, or `TIMEOUT`
    seconds: how long it took, an amount
    output: the last lines that it wrote
    """

    task: str
    exit: str
    seconds: str
    output: str = ""

    @property
    def line(self) -> str:
        """The line as a message has it."""
        words = [self.task, self.exit, self.seconds]
        return " ".join([*words, *([quoted(self.output)] if self.output else [])])

    @property
    def words(self) -> str:
        """How it ended, in words."""
        how = "out of time" if self.exit == TIMEOUT else f"exit {self.exit}"
        return f"{how} after {self.seconds} s"


def tail(said: Iterable[str]) -> str:
    """The end of what a command wrote: no more than is kept, each line as a terminal leaves it, with one blank
    in place of several.
    """
    shown = (_STEERING.sub("", line).rstrip("\r").rpartition("\r")[2] for line in said)
    found = [" ".join(line.split()) for line in shown]
    text = "\n".join([line for line in found if line][-MOST_LINES:])
    return text[-MOST_LETTERS:].strip()


def run_of(message: str, task: str) -> RunLine | None:
    """The last run on a task that a message tells of, if there is one."""
    return next((one for one in reversed([*_runs(message)]) if one.task == task), None)


def _runs(message: str) -> Iterator[RunLine]:
    """The runs in a message, wherever in it they are; a line in another form says nothing."""
    for row in lines(message):
        name, colon, value = row.strip(" \t\r").partition(": ")
        found = _LINE.match(value) if colon and name == RUN else None
        if found is not None and DECIMAL.match(found["seconds"]):
            try:
                output = meant(found["output"] or "")
            except ValueError:
                continue
            said = tail(lines(output)) if output else ""
            yield RunLine(found["task"], found["exit"], found["seconds"], said)
