"""The small parser: plain commands are read by it, since typer takes longer to load than they
take to be carried out. What it does not know, help and mistakes, goes to typer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple


class Flag(NamedTuple):
    """One option of a move: the argument it fills, its words, and its help."""

    argument: str
    words: tuple[str, ...]
    metavar: str
    help: str
    completion: str = ""


COMMON = (
    Flag("actor", ("--as",), "ACTOR", "Act as this name (or set TK_ACTOR)."),
    Flag("path", ("-C",), "PATH", "Run as if in this folder."),
    Flag("as_json", ("--json",), "", "Answer with one JSON object on stdout."),
    Flag("dry_run", ("--dry-run",), "", "Judge and show, write nothing."),
)

_KNOWN = (*COMMON, Flag("all", ("--all",), "", ""), Flag("at", ("--at",), "REV", ""))
"""Options without a choice of words; typer's have the help."""


class Words(NamedTuple):
    """How many words a command takes beside its options, and the argument that a word fills."""

    counts: tuple[int, ...]
    argument: str = "id"


WORDS = {
    **dict.fromkeys(("list", "ready", "board"), Words((0,))),
    **dict.fromkeys(("tree", "log", "budget"), Words((0, 1))),
    "show": Words((1,)),
    "sync": Words((0, 1), "remote"),
}
"""The commands that do without typer where they are plain, beside the moves."""


def parse(argv: list[str], body: Callable[..., int]) -> dict[str, Any] | None:
    """The arguments of a plain command, for its body; None if typer had better look at it."""
    values = arguments(argv[1:], (flag for flag in _KNOWN if flag.argument in body.__annotations__))
    takes = WORDS[argv[0]]
    if values is None or len(values["ids"]) not in takes.counts:
        return None
    words = values.pop("ids")
    return {**values, takes.argument: words[0]} if words else values


def arguments(argv: list[str], flags: Iterable[Flag]) -> dict[str, Any] | None:
    """Ids and options, each at most once; None if there is anything else."""
    known = {word: flag for flag in flags for word in flag.words}
    values: dict[str, Any] = {"ids": []}
    words = iter(argv)
    for word in words:
        flag = known.get(word)
        if flag is None:
            if word.startswith("-") and word != "-":
                return None
            values["ids"].append(word)
            continue
        value = next(words, None) if flag.metavar else True
        if value is None or flag.argument in values:
            return None
        values[flag.argument] = value
    return values
