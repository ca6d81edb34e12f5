"""What breaks the rules, by commit, with the rules that are broken; what was examined, and the state of hooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tkledger.core.change import Violation
from tkledger.core.typing import NamedTuple
from tkledger.views.style import BAD, DIM, GOOD, ID, PERSON, STRONG
from tkledger.views.text_layout import (
    GAP,
    Frame,
    Line,
    Lines,
    Span,
    cells,
    cut,
    hanging,
    line_cells,
    safe,
    wrap,
)
from tkledger.views.words import age

SHORT = 10
"""How many letters of a commit's id are shown."""
LEAST = 20


class KnownCommit(NamedTuple):
    """A commit as people know it: its subject, its author, and how many seconds old it is."""

    subject: str
    author: str
    age: int


def broken(
    violations: Sequence[Violation], known: Callable[[], Mapping[str, KnownCommit]]
) -> Lines:
    """Each commit that breaks rules, what it breaks and what to do; then how often each rule is broken.

    ``known`` are the commits of which more is known than their ids.
    """
    by_commit: dict[str, list[Violation]] = {}
    for one in violations:
        by_commit.setdefault(one.commit, []).append(one)

    def draw(frame: Frame) -> Iterable[Line | str]:
        commits = known()
        for number, (oid, some) in enumerate(by_commit.items()):
            if number:
                yield ()
            if oid:
                yield _head(oid, commits.get(oid), frame.width)
            rows = [
                ((GAP + one.code, BAD), (safe(f"{one.task}: {one.message}"), "")) for one in some
            ]
            for row, one, later in zip(rows, some, [*some[1:], None]):
                yield from hanging([row], frame.width, LEAST)
                if later is None or later.remedy != one.remedy:
                    remedy = ((" " * cells(row[0][0]), ""), (safe(f"remedy: {one.remedy}"), DIM))
                    yield from hanging([remedy], frame.width, LEAST)
        yield from _rules(violations, frame.width)

    return Lines(draw)


def _head(oid: str, known: KnownCommit | None, width: int) -> Line:
    """The commit in a line: the subject is cut, not who made it and when."""
    head: list[Span] = [(oid[:SHORT], STRONG)]
    if known is None:
        return head
    author = safe(known.author)
    tail: list[Span] = [(GAP + author, PERSON), (f"{GAP}{age(known.age)}", DIM)]
    room = width - SHORT - len(GAP) - line_cells(tail)
    if room < LEAST:
        tail, room = [], width - SHORT - len(GAP)
    return [*head, (GAP, ""), (cut(safe(known.subject), room), ""), *tail]


def _rules(violations: Sequence[Violation], width: int) -> Iterator[Line]:
    """How often each rule is broken, the most often first."""
    if len(violations) == 1:
        return
    found = Counter((one.code, one.name) for one in violations)
    yield ()
    rows = [
        ((f"{number:,}", ""), (code, BAD), (name, ""), ("tk explain " + code, DIM))
        for (code, name), number in sorted(found.items(), key=lambda one: (-one[1], one[0]))
    ]
    yield from hanging(rows, width, LEAST)


def examined(found: Mapping[str, Mapping[str, Sequence[str]]]) -> Lines:
    """What was examined, by remedy and message; what is well is under the empty remedy."""

    def draw(frame: Frame) -> Iterable[Line | str]:
        for remedy, messages in found.items():
            for message, names in messages.items():
                sign: Span = ("BAD", BAD) if remedy else ("ok", GOOD)
                text = safe(f"{', '.join(names)}: {message}")
                yield from hanging([((sign[0].ljust(3), sign[1]), (text, ""))], frame.width, LEAST)
            if remedy:
                yield from hanging(
                    [((" " * 3, ""), (f"remedy: {remedy}", STRONG))], frame.width, LEAST
                )

    return Lines(draw)


def hook_states(rows: Sequence[tuple[str, bool, str]]) -> Lines:
    """The name of each hook, whether it is as it should be, and in words."""

    def draw(frame: Frame) -> Iterable[Line | str]:
        table: list[Line] = [
            ((safe(name), ID), (safe(words), GOOD if good else BAD)) for name, good, words in rows
        ]
        return hanging(table, frame.width, LEAST)

    return Lines(draw)


def summed(text: str, *, good: bool) -> Lines:
    """The sentence that sums a verdict up."""

    def draw(frame: Frame) -> Iterable[Line | str]:
        return [((line, GOOD if good else BAD),) for line in wrap(text, frame.width)]

    return Lines(draw)
