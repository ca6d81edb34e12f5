"""How some commits hang together in a history that has others between them: values in, links out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

Links = Mapping[str, tuple[str, ...]]
"""Commits, each with those that come next before it; children before parents."""


def links(
    related: Iterable[Sequence[str]], shown: Collection[str], *, joints: bool = False
) -> Links:
    """The ``shown`` commits in the order of ``related``, each with the nearest shown ones in its history; none of
    these has another of them in its own. With ``joints`` also the other commits that join several of them.

    ``related`` has commits followed by their parents, children before parents. It is read up to the last shown
    one.
    """
    rows, left = [], {*shown}
    for row in related:
        rows.append(row)
        left.discard(row[0])
        if not left:
            break
    place = {row[0]: number for number, row in enumerate(rows)}
    found: dict[str, tuple[str, ...]] = {}
    near: dict[str, tuple[str, ...]] = {}  # a shown commit, or else the nearest before it
    for oid, *parents in reversed(rows):
        before = {near[one]: None for one in parents if near.get(one)}
        known = tuple(dict.fromkeys(one for several in before for one in several))
        if len(before) > 1:  # else they are known to be independent
            reached = _reached(known, found, place)
            known = tuple(one for one in known if one not in reached)
        near[oid] = known
        if oid in shown or (joints and len(known) > 1):
            found[oid], near[oid] = known, (oid,)
    return dict(reversed(found.items()))


def _reached(commits: Sequence[str], found: Links, place: Mapping[str, int]) -> set[str]:
    """What these have in their history, as far back as the last of them."""
    last = max(map(place.__getitem__, commits))
    reached, waiting = set[str](), list(commits)
    while waiting:
        for one in found[waiting.pop()]:
            if one not in reached and place[one] <= last:
                reached.add(one)
                waiting.append(one)
    return reached
