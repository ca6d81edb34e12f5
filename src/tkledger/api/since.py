"""What changed in the ledger since a time, a revision or a snapshot."""

from __future__ import annotations

import time

from tkledger.api.json import Json, without_empty
from tkledger.api.session import Session
from tkledger.core.field import FieldError
from tkledger.core.since import TaskChange, by_person
from tkledger.core.time import iso
from tkledger.core.typing import NamedTuple
from tkledger.errors import unusable
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.ledger.since import changes


class Point(NamedTuple):
    """One end of a comparison: a commit, None before the first one, and a time in seconds since 1970."""

    commit: Oid | None
    at: int


class Since(NamedTuple):
    """What changed between two points, by people in the order of their names."""

    begin: Point
    end: Point
    people: dict[str, list[TaskChange]]

    @property
    def total(self) -> int:
        """How many tasks are not as they were."""
        return sum(map(len, self.people.values()))


def since(session: Session, when: str, at: str | None = None) -> Since:
    """What changed since a time as people type it, a revision or a snapshot: up to HEAD's ledger, or to one ``at``
    a revision or date. Before the ledger's beginning there were no tasks.
    """
    if at is None:
        session.head()  # there is a ledger
    end = session.tip(at)
    begin = _point(session, when, end)
    found = changes(session.ledger, begin.commit, end)
    return Since(begin, Point(end, history.date(session.repo, end)), by_person(found))


def _point(session: Session, text: str, end: Oid) -> Point:
    from tkledger.verbs.typed_times import past_time

    try:
        time_then = past_time("since", text, int(time.time()))
    except FieldError:
        time_then = 0
    if not time_then:  # so long ago is not a time, but the beginning of a commit's id: 123456d
        commit = session.tip(text)
        return Point(commit, history.date(session.repo, commit))
    found = history.last_before(session.repo, end, time_then)
    if found is None and session.repo.is_shallow:
        fact = f"this clone is shallow: what was before {iso(time_then)} is missing"
        raise unusable("shallow", fact, "git fetch --unshallow")
    return Point(found, time_then)


# -- JSON ---------------------------------------------------------------------------------------


def since_json(found: Since) -> Json:
    """Both points, and the changes in the order of people and of what became of the tasks."""
    rows = [change_json(one) for changes in found.people.values() for one in changes]
    return {"since": _point_json(found.begin), "until": _point_json(found.end), "changes": rows}


def _point_json(point: Point) -> Json:
    return without_empty({"at": iso(point.at), "commit": point.commit})


def change_json(one: TaskChange) -> Json:
    """What became of a task, with its states and parents if they are not the same."""
    old, new = one.old, one.new
    states = {} if old and new and old.state is new.state else _sides(old, new, "state")
    parents = _sides(old, new, "parent") if "parent" in one.fields else {}
    return without_empty(
        {
            **{"id": one.id, "title": one.task.title if one.task else None},
            **{"kinds": list(one.kinds), **states, "parent": parents},
            **{"fields": list(one.fields), "by": list(one.by)},
        }
    )


def _sides(old: object, new: object, name: str) -> Json:
    return without_empty({"from": getattr(old, name, None), "to": getattr(new, name, None)})
