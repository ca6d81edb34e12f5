"""The small parser: plain moves and looks are read by it, since typer takes longer to load than they
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


PLACE = (
    Flag("path", ("-C",), "PATH", "Run as if in this folder."),
    Flag("as_json", ("--json",), "", "Answer with one JSON object on stdout."),
)

_LOOK = (
    *PLACE,
    Flag("all", ("--all",), "", ""),
    Flag("at", ("--at",), "REV", ""),
)
"""Of the options of a look those without a choice of words; typer's have the help."""

LOOKS = {
    **dict.fromkeys(("list", "ready", "board"), (0,)),
    **dict.fromkeys(("tree", "log", "budget"), (0, 1)),
    "show": (1,),
}
"""How many ids the plain looks take."""


def look_arguments(argv: list[str], body: Callable[..., int]) -> dict[str, Any] | None:
    """The arguments of a plain look, for its body; None if typer had better look at it."""
    values = arguments(argv[1:], (flag for flag in _LOOK if flag.argument in body.__annotations__))
    if values is None or len(values["ids"]) not in LOOKS[argv[0]]:
        return None
    ids = values.pop("ids")
    return {**values, "id": ids[0]} if ids else values


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
