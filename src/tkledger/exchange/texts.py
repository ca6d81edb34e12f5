"""What the texts of other trackers say in Markdown: criteria, sections, labels of several words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import count

from tkledger.core.criteria import LEFT_OUT
from tkledger.core.pattern import pattern
from tkledger.core.room import CAPS
from tkledger.core.typing import Any, NamedTuple

_ITEM = pattern(r"\s*(?:[-*+]|\d{1,4}[.)])\s+(?:\[([ xX])\]\s+)?(\S.*)\Z")
_LONGEST_ITEM = 300  # of criteria in tk
_NO_LABEL, _LONGEST_LABEL = pattern(r"[.:]*[^A-Za-z0-9_./:+@-]+"), 63
_URL = pattern(r"https?://[!-~]{1,500}\Z")


class Items(NamedTuple):
    """The items of a list, and those of them that are ticked."""

    all: tuple[str, ...] = ()
    ticked: tuple[str, ...] = ()


def items(text: str | None) -> Items | None:
    """The items of a text that is a list and nothing else, if they fit as criteria; else None."""
    rows = [row for row in (text or "").split("\n") if row.strip()]
    found = [_ITEM.match(row) for row in rows]
    return (
        fitting((match[2], match[1] in ("x", "X")) for match in found if match)
        if all(found)
        else None
    )


def fitting(found: Iterable[tuple[str, bool]]) -> Items | None:
    """Items with whether they are ticked, if all of them fit as criteria: else None."""
    pairs = {text.strip(): is_ticked for text, is_ticked in found}
    fit = all(0 < len(text) <= _LONGEST_ITEM and LEFT_OUT not in f"{text} " for text in pairs)
    size, cap = sum(len(text.encode("utf-8", "replace")) for text in pairs), CAPS["criteria"]
    small = len(pairs) <= cap.entries and size <= cap.bytes
    return Items((*pairs,), tuple(text for text in pairs if pairs[text])) if fit and small else None


def page(text: str | None, sections: Iterable[tuple[str, str | None]]) -> str:
    """A text, and below it sections with their titles, those that say something."""
    parts = [text.strip("\n")] if text and text.strip() else []
    parts += [f"## {title}\n\n{body.strip()}" for title, body in sections if body and body.strip()]
    return "\n\n".join(parts)


def remarks(pairs: Iterable[tuple[str, object]]) -> tuple[tuple[str, str], ...]:
    """What a tracker says in fields of its own, but for what is empty or false."""
    said = [(name, "yes" if value is True else value) for name, value in pairs]
    return tuple((name, str(value)) for name, value in said if value not in (None, "", False))


def word(text: str, most: int) -> str | None:
    """A text as a word of small letters, digits and hyphens; None if nothing is left."""
    parts = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text)
    return "-".join(parts.lower().split())[:most].rstrip("-") or None


def numbered(text: str, joint: str) -> Iterator[str]:
    """A text, then the same with 2, 3 and so on behind it: for the first that is not taken."""
    yield text
    yield from (f"{text}{joint}{number}" for number in count(2))


def kind(text: str) -> str | None:
    """A type as tk has it, empty for the ordinary one; None if it cannot be one."""
    found = word(text, 32)
    if found is None or not found[0].isalpha():
        return None
    return "" if found == "task" else found


def label(text: str | None) -> str | None:
    """A name of several words as a label; None if nothing is left of it, or it was none."""
    found = _NO_LABEL.sub("-", (text or "")[: 4 * _LONGEST_LABEL]).strip("_./:+@-")[:_LONGEST_LABEL]
    return found.rstrip("-") or None


def addresses(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Which texts are addresses as links are, and the others."""
    links: list[str] = []
    others: list[str] = []
    for text in texts:
        (links if _URL.match(text.strip()) else others).append(text.strip())
    return links, others


def waiting(status: str, depends_on: Collection[str]) -> dict[str, str]:
    """The wait of a blocked task of which no time is known."""
    if status == "deferred":
        return {"reason": "paused"}
    return {"reason": "dependency" if depends_on else "other"}


def filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are not empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", (), [], {})}


def split_sections(text: str, titles: Iterable[str]) -> dict[str, str]:
    """The texts below headings of the second level with these titles; what is below no such one is at ``""``."""
    found: dict[str, list[str]] = {"": []}
    title = ""
    known = {f"## {one}": one for one in titles}
    for row in text.split("\n"):
        if row.rstrip() in known:
            title = known[row.rstrip()]
        else:
            found.setdefault(title, []).append(row)
    return {one: "\n".join(rows).strip("\n") for one, rows in found.items()}
