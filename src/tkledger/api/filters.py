"""Which tasks filters leave, and in which order: the same for every view of many."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from tkledger.core.field import FieldError
from tkledger.core.lifecycle import State
from tkledger.core.overview import Chosen, Overview, natural, picked
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple
from tkledger.errors import usage_error
from tkledger.verbs.filters import NOW

if TYPE_CHECKING:
    from tkledger.api.overview import Shown

NO_ONE = "none"
"""The owner of tasks without one, as it is typed; an empty word is as good."""


class TaskFilter(NamedTuple):
    """Which tasks to show, by the names of the options; what is empty leaves all.

    Of several values one is enough, but a task has all of the labels. An owner may be "" for none.

    Of blocked tasks: ``waiting`` are all, and ``stalled`` those that no time and no end of another task ends. What
    is due has its date up to the day ``by``, or waits and its wait is over at the time ``due``; what is
    ``overdue`` was due before that day, and has not ended. ``blocked_by`` are tasks that others wait for.

    ``grep`` are words, all of which are in its texts. It was last changed, or worked on, at ``since`` or later,
    and before ``until``; in seconds since 1970.
    """

    grep: Collection[str] = ()
    state: Collection[str] = ()
    type: Collection[str] = ()
    label: Collection[str] = ()
    owner: Collection[str] = ()
    parent: Collection[str] = ()
    priority: Collection[int] = ()
    stream: Collection[str] = ()
    blocked_by: Collection[str] = ()
    since: int = 0
    until: int = 0
    waiting: bool = False
    due: int = 0
    by: str = ""
    overdue: str = ""
    stalled: bool = False


class Choice(NamedTuple):
    """Which tasks a view shows, in which order, how many at most, and which fields of each; all without names."""

    filter: TaskFilter
    sort: str | None = None
    limit: int | None = None
    fields: Sequence[str] = ()

    @property
    def filters(self) -> bool:
        """Whether it leaves any out but by number."""
        return any(self.filter)

    @property
    def timeless(self) -> Choice:
        """The tasks that it chooses whenever they changed, for a view that has other uses for the times."""
        return Choice(self.filter._replace(since=0, until=0))

    def found(self, ledger: Shown, places: Sequence[int]) -> Sequence[int]:
        """Those of these places whose tasks match, in the order that is asked for."""
        return ordered(ledger, matching(ledger, self.filter, places), self.sort)

    def of(self, ledger: Shown, places: Sequence[int]) -> Chosen:
        """The same, as many as are asked for."""
        return self.cut(self.found(ledger, places), len(places))

    def cut(self, found: Sequence[int], whole: int) -> Chosen:
        """As many as are asked for of those that match, of how many there are."""
        return Chosen(found[: self.limit], len(found), whole, self.filters, self.sort is not None)


def choice(ledger: Shown, options: Mapping[str, Any]) -> Choice:
    """What options ask for, by their names. Raises TkError for a task that does not exist."""
    asked = _filter(ledger, options)
    fields = options.get("fields") or ()
    if fields:
        from tkledger.api.fields import require

        require(fields)
    return Choice(asked, options.get("sort"), options.get("limit"), tuple(fields))


def _filter(ledger: Shown, options: Mapping[str, Any]) -> TaskFilter:
    given = {name: options[name] for name in TaskFilter._fields if options.get(name)}
    if "owner" in given:
        given["owner"] = [_owner(ledger, one) for one in given["owner"]]
    for name in ("parent", "blocked_by"):
        if name in given:
            given[name] = [task_named(ledger, one) for one in given[name]]
    now = int(time.time())
    if given.keys() & {"due", "overdue"}:
        given.update(_days(given, now))
    return TaskFilter(**{**given, **_times(options, now)})


def _times(options: Mapping[str, Any], now: int) -> dict[str, int]:
    """The times that options name: what has not changed for so long has not changed since then."""
    texts = {name: options[name] for name in (*_TIMES, "stale") if options.get(name)}
    if not texts:
        return {}
    from tkledger.verbs.typed_times import past_time

    try:
        found = {
            name: past_time(name, text, now, to_end=name == "until") for name, text in texts.items()
        }
    except FieldError as error:
        raise usage_error(
            "bad-value", f"--{error.key}: {error.message}", "tk list --since 14d"
        ) from None
    if stale := found.pop("stale", 0):
        found["until"] = min(stale, found.get("until", stale))
    return found


_TIMES = ("since", "until")


def _days(given: Mapping[str, Any], now: int) -> dict[str, Any]:
    """The days and the time that are meant by what is due."""
    from tkledger.verbs.typed_times import day, end_of

    today, word = day("due", "today", now), given.get("due")
    found = {"overdue": today} if "overdue" in given else {}
    if word is None:
        return found
    try:
        by = today if word == NOW else day("due", word, now)
        end = now if word == NOW else end_of("due", by)
    except FieldError as error:
        raise usage_error(
            "bad-value", f"--{error.key}: {error.message}", "tk list --due fri"
        ) from None
    return {**found, "by": by, "due": end}


def _owner(ledger: Shown, word: str) -> str:
    from tkledger.verbs.verb import ME  # which loads what changes tasks

    if word == ME:
        return ledger.session.actor(ledger)
    return "" if word == NO_ONE else word


def task_named(ledger: Shown, word: str) -> str:
    """The id of the task that a word names, to look at it. Raises TkError for a task that does not exist."""
    from tkledger.verbs.ids import find  # most lists name no task

    return find(ledger.snapshot, word, reading=True)


def matching(ledger: Shown, asked: TaskFilter, places: Sequence[int]) -> Sequence[int]:
    """Those of these places whose tasks match, in their order."""
    for column, fits in _tests(ledger, asked):
        values = ledger.overview.column(column)
        places = [place for place in places if fits(values[place])]
    if asked.due:
        due = _due(ledger.overview, asked)
        places = [place for place in places if place in due]
    if asked.blocked_by:
        waiting = _waiting_for(ledger.overview, asked.blocked_by)
        places = [place for place in places if place in waiting]
    if asked.grep or asked.since or asked.until:
        from tkledger.api import beyond_rows  # which reads files and history

        places = beyond_rows.having(ledger, asked.grep, places)
        if asked.since or asked.until:
            places = beyond_rows.changed_between(ledger, asked.since, asked.until, places)
    return places


Test = tuple[str, Callable[[Any], bool]]
"""A column of the overview, and what its value has to be like."""


def _tests(ledger: Shown, asked: TaskFilter) -> Iterator[Test]:
    for name, column in (
        *(("state", "state"), ("type", "kind"), ("parent", "parent")),
        *(("priority", "urgency"), ("stream", "stream")),
    ):
        values = frozenset(getattr(asked, name))
        if values:
            yield column, values.__contains__
    if asked.label:
        yield "labels", frozenset(asked.label).issubset
    if asked.owner:
        names = _Owners(ledger)
        yield "owner", lambda owner: not names[owner].isdisjoint(asked.owner)
    if asked.waiting or asked.stalled:
        yield "state", State.BLOCKED.__eq__
    if asked.stalled:
        yield "due_from", lambda since: since is None
        yield "awaits", lambda others: not others
    if asked.overdue:
        yield "due", lambda day: "" < day < asked.overdue
        yield "state", lambda state: state not in _ENDED


def _due(overview: Overview, asked: TaskFilter) -> set[int]:
    """The places of the tasks that are due by then: of those that have not ended by their date, of those that wait
    and depend on nothing else by the end of their wait.
    """
    states = overview.column("state")
    dated = {place for place, day in enumerate(overview.column("due")) if "" < day <= asked.by}
    found = {place for place in dated if states[place] not in _ENDED}
    return {*found, *overview.due(asked.due)}


_ENDED = (State.DONE, State.CANCELLED)


def _waiting_for(overview: Overview, others: Collection[str]) -> set[int]:
    """The places of the open tasks that depend on one of these tasks, which is not done, or wait for its end."""
    rows = [row for row in map(overview.task, others) if row is not None]
    undone = {row.id for row in rows if row.state is not State.DONE or row.id in overview.elsewhere}
    unended = {row.id for row in rows if not overview.is_over(row)}
    links = zip(overview.column("depends_on"), overview.column("awaits"))
    states = overview.column("state")
    return {
        place
        for place, (needs, awaits) in enumerate(links)
        if not (undone.isdisjoint(needs) and unended.isdisjoint(awaits))
        and states[place] not in _ENDED
    }


class _Owners(dict[str, set[str]]):
    """The names of each owner: the one in a task's file, and the one that the policy uses instead."""

    def __init__(self, ledger: Shown) -> None:
        self._ledger = ledger

    def __missing__(self, owner: str) -> set[str]:
        self[owner] = {owner, self._ledger.policy.actor(owner)}
        return self[owner]


def unknown(ledger: Shown, asked: TaskFilter) -> Iterator[tuple[str, str, list[str]]]:
    """What a filter names that no task has: of which kind, what, and what there is of it."""
    column = ledger.overview.column
    known: tuple[tuple[str, Collection[str], Callable[[], set[str]]], ...] = (
        ("type", asked.type, lambda: {*column("kind")}),
        ("owner", asked.owner, lambda: _every_owner(ledger)),
        ("label", asked.label, lambda: {label for labels in column("labels") for label in labels}),
        ("stream", asked.stream, lambda: {*column("stream")}),
    )
    for kind, names, found in known:
        there = found() if names else set()
        for name in sorted({*names} - there):
            yield kind, name, sorted(there - {""})


def _every_owner(ledger: Shown) -> set[str]:
    names = _Owners(ledger)
    return {name for owner in {*ledger.overview.column("owner")} for name in names[owner]} | {""}


# -- the order -----------------------------------------------------------------------------------

_PLACES = {name: place for place, name in enumerate(State)}

_KEYS: dict[str, tuple[str, Callable[[Any], Any] | None]] = {
    "priority": ("urgency", int),
    "id": ("id", natural),
    "title": ("title", str.casefold),
    "state": ("state", _PLACES.__getitem__),
    "type": ("kind", str),
    "owner": ("owner", str.casefold),
    **{name: (name, str) for name in ("stream", "due")},
    **dict.fromkeys(("created", "updated"), ("id", None)),
}
"""What each order goes by: a column, and what is compared of its values; None for what history has of them."""


def _in_time(ledger: Shown, name: str, ids: Sequence[str]) -> list[int | None]:
    from tkledger.api import beyond_rows

    known = (beyond_rows.ages if name == "created" else beyond_rows.times_of)(ledger, ids)
    return [known.get(key) for key in ids]


def ordered(ledger: Shown, places: Sequence[int], sort: str | None) -> Sequence[int]:
    """The places in another order, with ``-`` before its name the other way round. Equal ones stay as they are,
    and what has no value comes last.
    """
    if sort is None:
        return places
    name = sort.removeprefix("-")
    column, key = _KEYS[name]
    found = picked(ledger.overview.column(column), places)
    values = dict(zip(places, _in_time(ledger, name, found) if key is None else found))
    there = [place for place in places if values[place] not in ("", None)]
    there.sort(key=lambda place: key(values[place]) if key else values[place], reverse=sort != name)
    return [*there, *(place for place in places if values[place] in ("", None))]
