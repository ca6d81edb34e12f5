"""Which tasks the views of many show, and their JSON, by the overview of a ledger."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.report import JsonText

if TYPE_CHECKING:
    from tkledger.api.overview import Shown
    from tkledger.api.session import Session

JSON_DEPTH = 200
"""How deep the JSON of a tree nests; readers of JSON give up somewhere beyond."""


class TaskFilter(NamedTuple):
    """Which tasks to list; what is empty leaves all. An owner may be "" for none.

    Of several values one is enough, but a task has all of the labels.

    Of blocked tasks: ``waiting`` are all, ``due`` those whose wait is over at that time, and ``stalled`` those
    that no time and no end of another task ends. Mistakes are not listed, unless ``mistakes``.
    """

    state: Collection[str] = ()
    type: Collection[str] = ()
    label: Collection[str] = ()
    owner: Collection[str] = ()
    parent: Collection[str] = ()
    priority: Collection[int] = ()
    stream: Collection[str] = ()
    waiting: bool = False
    due: int = 0
    stalled: bool = False
    mistakes: bool = False


def matching(ledger: Shown, wanted: TaskFilter) -> Sequence[int]:
    """The places of the tasks that match a filter, the most urgent first."""
    overview = ledger.overview
    hidden = () if wanted.mistakes else overview.column("is_mistake")
    if not any(wanted[:-1]):
        places = range(len(overview))
        return [place for place in places if not hidden[place]] if any(hidden) else places
    parents = {_find(ledger, word) for word in wanted.parent}
    owns = _Owners(ledger)
    return [
        place
        for place, row in enumerate(overview.rows)
        if (wanted.mistakes or not row.is_mistake)
        and (not wanted.state or row.state.value in wanted.state)
        and (not wanted.type or row.kind in wanted.type)
        and set(wanted.label) <= set(row.labels)
        and (not wanted.owner or not owns[row.owner].isdisjoint(wanted.owner))
        and (not parents or row.parent in parents)
        and (not wanted.priority or row.urgency in wanted.priority)
        and (not wanted.stream or row.stream in wanted.stream)
        and (not wanted.waiting or row.state is State.BLOCKED)
        and (not wanted.due or row.is_due(wanted.due))
        and (not wanted.stalled or row.is_stalled)
    ]


def parted(overview: Overview, places: Sequence[int]) -> tuple[Sequence[int], Counter[State]]:
    """Those of these tasks that are not over, and how many the others are, by state."""
    if isinstance(places, range) and not overview.elsewhere:
        return range(overview.open), Counter(overview.column("state")[overview.open :])
    ids, states = overview.column("id"), overview.column("state")
    over = {
        place for place in places if place >= overview.open and ids[place] not in overview.elsewhere
    }
    left = [place for place in places if place not in over]
    return left, Counter(states[place] for place in over)


def _find(ledger: Shown, word: str) -> str:
    from tkledger.verbs.ids import find  # most lists name no task

    return find(ledger.snapshot, word, reading=True)


class _Owners(dict[str, set[str]]):
    """The names of each owner: the one in a task's file, and the one that the policy uses instead."""

    def __init__(self, ledger: Shown) -> None:
        self._ledger = ledger

    def __missing__(self, owner: str) -> set[str]:
        self[owner] = {owner, self._ledger.policy.actor(owner)}
        return self[owner]


def unknown(ledger: Shown, wanted: TaskFilter) -> Iterator[tuple[str, str, list[str]]]:
    """What a filter names that no task has: of which kind, what, and what there is of it."""
    rows, owners = ledger.overview.rows, _Owners(ledger)
    known = (
        ("type", wanted.type, {row.kind for row in rows}),
        ("owner", wanted.owner, {name for row in rows for name in owners[row.owner]} | {""}),
        ("label", wanted.label, {label for row in rows for label in row.labels}),
        ("stream", wanted.stream, {row.stream for row in rows}),
    )
    for kind, names, there in known:
        for name in sorted({*names} - there) if names else ():
            yield kind, name, sorted(there - {""})


def ready(session: Session, ledger: Shown, labels: Collection[str] = ()) -> list[int]:
    """The places of what can be started in HEAD's ledger now, the most urgent first; not a task with open
    children, since the work is in those.

    At an earlier commit claims do not count: they are known as of now only.
    """
    overview = ledger.overview
    claimed = session.glance() if ledger.is_now else {}
    begun = session.begun(ledger.snapshot).elsewhere if ledger.has_branches else {}
    ids, tags = overview.column("id"), overview.column("labels")
    return [
        place
        for place in _startable(ledger)
        if ids[place] not in begun
        and set(labels) <= set(tags[place])
        and not overview.has_open_children(ids[place])
        and not (ids[place] in claimed and claimed[ids[place]].live)
    ]


def _startable(ledger: Shown) -> list[int]:
    """The places of what is in todo and waits for nothing, and of what waited and is due now."""
    places = ledger.overview.ready()
    if not ledger.is_now:
        return places
    due = ledger.overview.due(int(time.time()))
    return sorted((*places, *due)) if due else places


# -- JSON ---------------------------------------------------------------------------------------


def tasks_json(ledger: Shown, places: Sequence[int]) -> JsonText:
    """The tasks of a ledger, each with the branch it was read from if that is another."""
    from tkledger.api.texts import texts_of

    return JsonText(f"[{', '.join(texts_of(ledger, places))}]")


def columns_json(ledger: Shown) -> JsonText:
    """The tasks by their state and id, mistakes left out."""
    from tkledger.api.texts import texts_of

    columns: dict[State, list[str]] = {state: [] for state in State}
    overview = ledger.overview
    texts = texts_of(ledger, range(len(overview)))
    for _, state, hidden, text in sorted(
        zip(*map(overview.column, ("id", "state", "is_mistake")), texts)
    ):
        if not hidden:
            columns[state].append(text)
    parts = (f'"{state.value}": [{", ".join(found)}]' for state, found in columns.items())
    return JsonText(f"{{{', '.join(parts)}}}")


def forest_json(ledger: Shown, root: str | None = None, *, show_all: bool = False) -> JsonText:
    """The tasks with their ``children``, from the roots; those on a cycle are below its least id.

    What is below a mistake comes in its place, unless ``show_all``.
    """
    from tkledger.api.texts import texts_of

    overview = ledger.overview
    ids, places = overview.column("id"), overview.places
    texts, mistakes = texts_of(ledger, range(len(ids))), overview.column("is_mistake")
    tops = [key for key, parent in zip(ids, overview.column("parent")) if parent not in places]
    parts, seen = ["["], set[str]()
    for start in [root] if root else [*tops, *ids]:
        waiting: list[tuple[str, int]] = [(start, 0)]
        while waiting:
            key, depth = waiting.pop()
            if not key:  # the end of a task whose children are all there
                parts.append("]}")
                continue
            if key in seen:
                continue
            seen.add(key)
            place = places[key]
            if show_all or not mistakes[place] or key == root:
                parts.append("" if parts[-1].endswith("[") else ", ")
                parts.append(f'{texts[place][:-1]}, "children": [')
                waiting.append(("", depth))
            if depth < JSON_DEPTH:
                waiting += ((child, depth + 1) for child in reversed(overview.children(key)))
    return JsonText("".join([*parts, "]"]))
