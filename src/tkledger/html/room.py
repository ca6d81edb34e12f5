"""How much of long texts a page has room for, so that a ledger of any size makes a page that opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.core.typing import NamedTuple

ROOM = 900_000
"""The bytes that all texts and lists of tasks take together, at most."""

Part = tuple[str, Sequence[str]]
"""A name, and the entries under it."""


class Texts(NamedTuple):
    """The texts of a task, and whether something of them was left out."""

    parts: Sequence[Part]
    is_cut: bool = False


def fair_share(sizes: Iterable[int], room: int = ROOM) -> int:
    """The most that each may take so that all take at most ``room``; what needs less leaves it to the others."""
    ordered = sorted(sizes)
    for number, size in enumerate(ordered):
        share = room // (len(ordered) - number)
        if size > share:
            return share
        room -= size
    return ordered[-1] if ordered else 0


def size(parts: Sequence[Part]) -> int:
    """How many bytes texts take."""
    return sum(len(entry.encode()) for _, entries in parts for entry in entries)


def cut(parts: Sequence[Part], most: int) -> Texts:
    """The first ``most`` bytes of texts; where something is left out stands an ellipsis."""
    if size(parts) <= most:
        return Texts(parts)
    found: list[Part] = []
    for name, entries in parts:
        kept: list[str] = []
        for entry in entries:
            data = entry.encode()
            if len(data) > most:
                kept.append(data[:most].decode(errors="ignore").rstrip() + "…")
                return Texts([*found, (name, kept)], True)
            kept.append(entry)
            most -= len(data)
        found.append((name, kept))
    return Texts(found, True)
