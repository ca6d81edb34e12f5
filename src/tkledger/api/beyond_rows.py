"""What filters and orders ask that no row of an overview says: the texts of tasks, and when they changed."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from tkledger.core.overview import picked
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.api.overview import Shown
    from tkledger.git.objects import Oid

_MOST_WORDS = 16
"""How many words git is asked for at most; the others are looked for in what it finds."""


def having(ledger: Shown, texts: Collection[str], places: Sequence[int]) -> Sequence[int]:
    """Those of these places whose tasks have every word of some texts in title, description or notes, in any order
    and in small or capital letters. Only those files are read that may have them.
    """
    words = tuple(dict.fromkeys(word for text in texts for word in text.lower().split()))
    overview, ids = ledger.overview, ledger.overview.column("id")
    if not words or not len(overview):
        return places
    titles = overview.column("title")
    found = {place for place in places if _has(titles[place], words)}
    maybe = _candidates(ledger, words)
    rest = [
        ids[place]
        for place in places
        if place not in found
        and (maybe is None or ids[place] in maybe or ids[place] in overview.elsewhere)
    ]
    for task in ledger.snapshot.tasks(rest):
        if _has("\n".join((task.title, task.description or "", *task.notes)), words):
            found.add(overview.places[task.id])
    return [place for place in places if place in found]


def _has(text: str, words: Sequence[str]) -> bool:
    lower = text.lower()
    return all(word in lower for word in words)


def _candidates(ledger: Shown, words: Sequence[str]) -> set[str] | None:
    """The tasks whose files have a part of each word, by one search; None if it does not tell."""
    from tkledger.ledger.grep import Grep

    parts = [part for part in map(_part, words) if part][:_MOST_WORDS]
    if not parts:
        return None
    lines = Grep(ledger.session.repo, ledger.tip, parts)
    left: dict[str, set[str]] = {}
    for key, line in lines:
        lower = line.lower()
        left.setdefault(key, {*parts}).difference_update(one for one in parts if one in lower)
    return None if lines.cut else {key for key, missing in left.items() if not missing}


def _part(word: str) -> str:
    """The longest part of a word, in small letters, that a file has as it is and that git finds in any case: it
    knows the case of ASCII letters only.
    """
    pieces = "".join(one if _is_plain(one) else " " for one in word).split()
    return max(pieces, key=len, default="")


def _is_plain(letter: str) -> bool:
    return letter.isalnum() and (letter.isascii() or letter.upper() == letter)


def times_of(ledger: Shown, ids: Collection[str], since: int = 0) -> dict[str, int]:
    """When these tasks were last changed or worked on, in seconds since 1970; of those that were ``since``."""
    from tkledger.ledger.activity import last_times

    return last_times(ledger.session.ledger, _tips(ledger), ids, since)


def _tips(ledger: Shown) -> list[Oid]:
    """The commits that tasks are shown as of."""
    places = ledger.overview.elsewhere.values()
    return list(dict.fromkeys((ledger.tip, *(place.tip for place in places))))


def changed_between(ledger: Shown, since: int, until: int, places: Sequence[int]) -> Sequence[int]:
    """Those of these places whose tasks were last changed or worked on at ``since`` or later, and before
    ``until``; 0 for any time.
    """
    ids = ledger.overview.column("id")
    times = times_of(ledger, picked(ids, places), min(filter(None, (since, until))))
    return [
        place
        for place in places
        if since <= times.get(ids[place], 0) and (not until or times.get(ids[place], 0) < until)
    ]


_MOST_COMMITS = 1_000
"""How many commits are read at most to say how old states are; what was read once is remembered."""


def state_ages(ledger: Shown) -> dict[str, int]:
    """For how many seconds each task has been in its state, as far as HEAD's history says it at little cost;
    nothing of an earlier commit.
    """
    if not ledger.is_now:
        return {}
    from tkledger.ledger.timelines import last_moves

    now, elsewhere = int(time.time()), ledger.overview.elsewhere
    found = last_moves(ledger.session.ledger, ledger.tip, _MOST_COMMITS)
    return {key: max(now - at, 0) for key, at in found.items() if key not in elsewhere}


def ages(ledger: Shown, ids: Collection[str]) -> dict[str, int]:
    """The place of each task in the order of creation; of those that are in HEAD's history."""
    from tkledger.ledger.birth_order import order

    return order(ledger.session.ledger)
