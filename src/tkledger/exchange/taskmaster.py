"""Tasks of Task Master, out of its tasks.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tkledger.core.lifecycle import State
from tkledger.core.typing import Any, NamedTuple
from tkledger.exchange.foreign import BadSource, Comment, Foreign
from tkledger.exchange.raw import Raw, distinct
from tkledger.exchange.sources import file_of, json_of, text_of
from tkledger.exchange.texts import filled, items, label, page, remarks, waiting
from tkledger.exchange.times import moment

_EXPECTED = "a task of Task Master"
_STORAGE = ("parentTaskId", "parentId")
_STATES = {
    **{"in-progress": State.IN_PROGRESS, "review": State.IN_REVIEW, "done": State.DONE},
    **{"completed": State.DONE, "cancelled": State.CANCELLED},
    **{"deferred": State.BLOCKED, "blocked": State.BLOCKED},
}
_PRIORITIES = {"critical": 0, "high": 1, "medium": 2, "low": 3}
_PLACES = (".taskmaster/tasks/tasks.json", "tasks/tasks.json", "tasks.json")
_FIRST = "master"
_DEEPEST = 8
_REMARKED = (
    *("complexity", "complexityScore", "complexityReasoning", "recommendedSubtasks"),
    *("expansionPrompt", "effort", "actualEffort"),
)


class _Place(NamedTuple):
    """Where a task stands: its list, and the ids of those above it."""

    tag: str
    above: tuple[str, ...] = ()

    def key(self, *ids: str) -> str:
        """The key of a task of this list by its ids."""
        key = ".".join(ids)
        return key if self.tag == _FIRST else f"{self.tag}/{key}"


def read(path: Path) -> Iterator[Foreign]:
    """The tasks in a file, or in the one of a project's folder, list by list; raises BadSource."""
    file = file_of(path, f"it has no {_PLACES[0]}", *_PLACES)
    value = json_of(text_of(file), str(file))
    lists = _lists(value)
    if not lists:
        raise BadSource(str(file), "it is not a tasks.json of Task Master: it has no list of tasks")
    found = (
        (str(file), task)
        for tag, tasks in lists.items()
        for task in _tasks(tasks, _Place(tag), str(file))
    )
    yield from distinct(found, file, "it holds no tasks", renamed=True)


def _lists(value: Any) -> dict[str, list[Any]]:
    """The lists of tasks by their tags; a file without tags holds one."""
    if not isinstance(value, dict):
        return {}
    if isinstance(value.get("tasks"), list):
        return {_FIRST: value["tasks"]}
    return {
        tag: held["tasks"]
        for tag, held in value.items()
        if isinstance(held, Mapping) and isinstance(held.get("tasks"), list)
    }


def _tasks(values: list[Any], place: _Place, file: str) -> Iterator[Foreign]:
    """The tasks of a list, each before those below it; raises BadSource."""
    if len(place.above) > _DEEPEST:
        raise BadSource(file, f"tasks lie more than {_DEEPEST} deep in each other")
    beside = {str(one.get("id")) for one in values if isinstance(one, Mapping)}
    for number, value in enumerate(values, 1):
        where = f"{file}, task {number} of {place.key(*place.above) or place.tag}"
        task = Raw(value, where, _EXPECTED, _STORAGE)
        own = task.needed("id").strip().split(".")[-1]
        below = task.listed("subtasks")
        yield _task(task, place, own, beside)
        if below:
            yield from _tasks(below, _Place(place.tag, (*place.above, own)), file)


def _task(task: Raw, place: _Place, own: str, beside: set[str]) -> Foreign:
    status = task.text("status") or "pending"
    state = _STATES.get(status, State.TODO)
    priority = task.text("priority")
    strategy = task.text("testStrategy")
    asked = "\n".join(task.texts("acceptanceCriteria"))
    criteria = items(asked)
    sections = [
        ("Details", task.text("details")),
        ("Test strategy", strategy),
        *([] if criteria else [("Acceptance criteria", asked)]),
    ]
    depends_on = tuple(_key(one, place, own, beside) for one in task.texts("dependencies"))
    notes = task.text("implementationNotes")
    tag = None if place.tag == _FIRST else label(place.tag)
    told = [
        ("status", None if status in (*_STATES, "pending") else status),
        ("priority", None if not priority or priority in _PRIORITIES else priority),
        ("changed", task.text_as("updatedAt", moment)),
        *((name, task.text(name)) for name in _REMARKED),
    ]
    fields = {
        "priority": _PRIORITIES.get(priority or ""),
        "owner": task.text("assignee"),
        "labels": [*task.texts("tags"), *filter(None, [tag])],
        "description": page(task.text("description"), sections),
        "criteria": criteria.all if criteria else (),
        "met": criteria.ticked if criteria else (),
        "wait": waiting(status, depends_on) if state is State.BLOCKED else None,
    }
    return Foreign(
        *(place.key(*place.above, own), task.needed("title"), state),
        parent=place.key(*place.above) if place.above else None,
        depends_on=depends_on,
        fields=filled(fields),
        comments=(Comment(notes),) if notes else (),
        told=remarks(told),
        created=task.text_as("createdAt", moment),
        extra=task.rest(),
        read=task.read(),
    )


def _key(text: str, place: _Place, own: str, beside: set[str]) -> str:
    """The key of what a task waits for: of one beside it, if it is in a list below a task."""
    ids = text.strip().split(".")
    if len(ids) == 1 and place.above and ids[0] != own and ids[0] in beside:
        return place.key(*place.above, *ids)
    return place.key(*ids)
