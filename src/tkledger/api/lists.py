"""Which tasks the views of many show, and their JSON, by the overview of a ledger."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence

from tkledger.core.lifecycle import State
from tkledger.core.overview import Chosen, Overview, in_turn, picked, turns
from tkledger.core.typing import TYPE_CHECKING
from tkledger.report import JsonText

if TYPE_CHECKING:
    from tkledger.api.overview import Shown
    from tkledger.api.session import Session

JSON_DEPTH = 200
"""How deep the JSON of a tree nests; readers of JSON give up somewhere beyond."""


def every(overview: Overview, *, mistakes: bool) -> Sequence[int]:
    """The places of all tasks; of mistakes only if they are asked for."""
    hidden = () if mistakes else overview.column("is_mistake")
    places = range(len(overview))
    return [place for place in places if not hidden[place]] if any(hidden) else places


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


def below(overview: Overview, root: str, places: Sequence[int]) -> Sequence[int]:
    """Those of these places whose tasks are below one, or are it."""
    from tkledger.core.graph import reachable  # mostly all are shown

    found, ids = {*reachable([root], overview.children)}, overview.column("id")
    return [place for place in places if ids[place] in found]


def ready(session: Session, ledger: Shown) -> list[int]:
    """The places of what can be started in HEAD's ledger now, the most urgent first; not a task with open
    children, since the work is in those.

    At an earlier commit claims do not count: they are known as of now only.
    """
    overview = ledger.overview
    claimed = session.glance() if ledger.is_now else {}
    begun = session.begun(ledger.snapshot).elsewhere if ledger.has_branches else {}
    ids = overview.column("id")
    return [
        place
        for place in _startable(ledger)
        if ids[place] not in begun
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


def ages(ledger: Shown) -> Mapping[str, int]:
    """For how many seconds tasks have been in their states, by id, as far as that is known at little cost."""
    from tkledger.api.beyond_rows import state_ages  # a terminal asks for it

    return state_ages(ledger)


# -- JSON ---------------------------------------------------------------------------------------


def _texts(ledger: Shown, places: Sequence[int], fields: Sequence[str]) -> Sequence[str]:
    """The JSON of tasks, each with the branch it was read from if that is another; or of some fields of them."""
    if fields:
        from tkledger.api.fields import texts_of_fields

        return texts_of_fields(ledger, places, fields)
    from tkledger.api.texts import texts_of

    return texts_of(ledger, places)


def tasks_json(ledger: Shown, places: Sequence[int], fields: Sequence[str] = ()) -> JsonText:
    """The tasks of a ledger."""
    return JsonText(f"[{', '.join(_texts(ledger, places, fields))}]")


def groups_of(overview: Overview, places: Sequence[int], by: str) -> dict[str, list[int]]:
    """The places of the open tasks among these by owner, parent or label; those without one are under "". A task
    with several labels is under each.
    """
    found: dict[str, list[int]] = {}
    values = overview.column("labels" if by == "label" else by)
    for place in parted(overview, places)[0]:
        value = values[place]
        for name in (value or ("",)) if by == "label" else (value or "",):
            found.setdefault(name, []).append(place)
    return found


def columns_json(
    ledger: Shown,
    groups: Mapping[str, Sequence[int]],
    limit: int | None,
    fields: Sequence[str] = (),
) -> JsonText:
    """The tasks at the places of each group by its name, of each at most ``limit``."""
    from json import dumps

    parts = (
        f"{dumps(name)}: [{', '.join(_texts(ledger, places[:limit], fields))}]"
        for name, places in groups.items()
    )
    return JsonText(f"{{{', '.join(parts)}}}")


def by_state(overview: Overview, places: Sequence[int]) -> dict[str, list[int]]:
    """These places by the states of their tasks; all states are there."""
    found: dict[str, list[int]] = {state.value: [] for state in State}
    for place, state in zip(places, picked(overview.column("state"), places)):
        found[state].append(place)
    return found


def forest_json(
    ledger: Shown,
    chosen: Chosen,
    root: str | None = None,
    fields: Sequence[str] = (),
    depth: int | None = None,
) -> JsonText:
    """The chosen tasks with their ``children``, from the roots; those on a cycle are below its least id. If a
    ``depth`` is given, no more levels are below the roots.

    What is below a task that is left out comes in its place. Of some tasks only, all that is above them is
    there, too, and says that it does not match itself.
    """
    overview = ledger.overview
    ids, places = overview.column("id"), overview.places
    own = {ids[place] for place in chosen.places}
    shown = overview.with_ancestors(own) if chosen.is_cut else own
    shown |= {root} if root else set()
    listed = range(len(ids)) if len(shown) == len(ids) else sorted(map(places.__getitem__, shown))
    texts = dict(zip(listed, _texts(ledger, listed, fields)))
    turn = turns(overview, chosen)
    tops = [key for key, parent in zip(ids, overview.column("parent")) if parent not in places]
    most = JSON_DEPTH if depth is None else min(depth, JSON_DEPTH)
    parts, seen = ["["], set[str]()
    for start in [root] if root else [*in_turn(tops, turn), *ids]:
        waiting: list[tuple[str, int]] = [(start, 0)]
        while waiting:
            key, level = waiting.pop()
            if not key:  # the end of a task whose children are all there
                parts.append("]}")
                continue
            if key in seen:
                continue
            seen.add(key)
            if key in shown:
                parts.append("" if parts[-1].endswith("[") else ", ")
                mark = "" if key in own or not chosen.is_cut else '"matches": false'
                inside = (texts[places[key]][1:-1], mark, '"children": [')
                parts.append(f"{{{', '.join(filter(None, inside))}")
                waiting.append(("", level))
            if level < most:
                children = in_turn(overview.children(key), turn)
                waiting += ((child, level + 1) for child in reversed(children))
    return JsonText("".join([*parts, "]"]))
