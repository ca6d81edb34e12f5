"""Markdown files with a head of YAML, as several trackers keep their tasks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tkledger.core.typing import Any
from tkledger.exchange.foreign import BadSource
from tkledger.exchange.sources import text_of
from tkledger.files import yaml_errors

_LARGEST = 64 * 1024
_DEEPEST = 8
_NOTHING = ("", "~", "null", "Null", "NULL")


def front_matter(
    path: Path, expected: str, mend: Callable[[str], str] = str
) -> tuple[dict[str, Any], str]:
    """The values in a file's head and the text below it; raises BadSource, with what was ``expected``.

    ``mend`` makes YAML of a head, of which the tracker itself is not so strict.
    All that is not a list or a map is text, dates and numbers as well: only ``null`` is None.
    """
    text = text_of(path).replace("\r\n", "\n") + "\n"
    start, _, rest = text.partition("\n")
    head, mark, body = rest.partition("\n---\n")
    if start != "---" or not mark:
        raise BadSource(str(path), f"it is not {expected}: it has no head between two lines of ---")
    return yaml_map(mend(head), str(path), 2), body[:-1]


def yaml_map(text: str, where: str, first: int) -> dict[str, Any]:
    """The map that a text is, the first line of which is line ``first`` of the file; raises BadSource."""
    if len(text) > _LARGEST:
        raise BadSource(where, f"it is longer than {_LARGEST:,} letters")
    try:
        values, _ = yaml_errors.read(text + "\n", _DEEPEST, _plain, comments=True)
    except yaml_errors.Unreadable as error:
        line = f", line {error.line + first - 1}" if error.line else ""
        raise BadSource(f"{where}{line}", f"the YAML {error.message}") from None
    return values


def _plain(raw: str) -> str | None:
    return None if raw in _NOTHING else raw
