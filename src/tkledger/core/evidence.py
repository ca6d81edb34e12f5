"""Evidence: what the gates of a task came to, as its file has it: one line each, in one form only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.core.field import FULL, URL, decimal, line, line_that
from tkledger.core.pattern import pattern
from tkledger.core.quoted_words import ACTOR, TEXT, meant, quoted, word
from tkledger.core.typing import NamedTuple

TIMEOUT = "timeout"
"""In place of the exit status of what took too long."""

_NOTHING = "-"
_LINE = pattern(
    r"(?P<gate>[a-z0-9][a-z0-9_-]{0,62}) (?P<result>pass|fail) (?P<tree>[0-9a-f]+)"
    rf" (?P<actor>{ACTOR}) (?P<exit>-|{TIMEOUT}|0|[1-9][0-9]{{0,2}}) (?P<seconds>-|[0-9][0-9.]*)"
    rf" (?P<output>-|[0-9a-f]{{64}}) (?P<command>-|{TEXT})(?P<flaky> flaky)?(?: (?P<url>{URL}))?\Z"
)


class EvidenceLine(NamedTuple):
    """What a gate came to.

    gate: its name; passed: or it failed
    tree: the code that it is about, as a tree without the ledger
    actor: who says so, by the policy's name
    exit, seconds, output: the exit status or `TIMEOUT`, how long it took, and the SHA-256 of its output;
        all None if it ran elsewhere
    command: what the gate runs; None if it has no command
    flaky: whether it ran again though it was known what it comes to
    url: where more is said
    """

    gate: str
    passed: bool
    tree: str
    actor: str
    exit: str | None = None
    seconds: str | None = None
    output: str | None = None
    command: str | None = None
    flaky: bool = False
    url: str | None = None

    @property
    def text(self) -> str:
        """The line as the file has it."""
        words = [
            *(self.gate, "pass" if self.passed else "fail", self.tree, word(self.actor)),
            *(one or _NOTHING for one in (self.exit, self.seconds, self.output)),
            _NOTHING if self.command is None else quoted(self.command),
            *(["flaky"] if self.flaky else []),
            *([self.url] if self.url else []),
        ]
        return " ".join(words)

    @property
    def ran(self) -> bool:
        """Whether it was run by who says so, and did not run elsewhere."""
        return self.exit is not None

    def is_of(self, gate: str, command: str | None, tree: str) -> bool:
        """Whether it is about a gate with a command, on some code."""
        return (self.gate, self.command, self.tree) == (gate, command, tree)


def parsed(text: str) -> EvidenceLine:
    """The evidence in a line. Raises ValueError with a sentence if it is not, or in another form."""
    found = _LINE.match(text)
    if found is None:
        form = "GATE pass|fail TREE ACTOR EXIT SECONDS OUTPUT COMMAND [flaky] [URL]"
        raise ValueError(f"{text!r} is not evidence: {form}")

    def given(name: str) -> str | None:
        return None if found[name] == _NOTHING else found[name]

    command = given("command")
    made = EvidenceLine(
        found["gate"],
        found["result"] == "pass",
        found["tree"],
        line(meant(found["actor"])),
        given("exit"),
        given("seconds"),
        given("output"),
        None if command is None else line(meant(command)),
        bool(found["flaky"]),
        found["url"],
    )
    if made.text != text:
        raise ValueError(f"{text!r} must be written {made.text!r}")
    if len(made.tree) not in FULL:
        raise ValueError(f"{made.tree!r} must be a full tree id")
    if made.seconds is not None:
        decimal(made.seconds)
    if len({one is None for one in (made.exit, made.seconds, made.output)}) > 1:
        raise ValueError("exit status, seconds and output go together")
    if made.ran and made.passed is not (made.exit == "0"):
        raise ValueError(f"exit {made.exit} is not {found['result']}")
    return made


checked = line_that(parsed)
"""A line of a task's ``evidence``; raises ValueError."""


def said_in(one: EvidenceLine) -> str:
    """What a line says, in words, but for who says it."""
    again = ", again" if one.flaky else ""
    how = f"exit {one.exit}, {one.seconds} s" if one.ran else "elsewhere"
    where = f": {one.url}" if one.url else ""
    word = "passed" if one.passed else "failed"
    return f"{one.gate} {word}{again} on {one.tree[:10]} ({how}){where}"


def evidence(lines: Iterable[str]) -> Iterator[EvidenceLine]:
    """The evidence in the lines of a task, each as it is in the file."""
    return map(parsed, lines)
