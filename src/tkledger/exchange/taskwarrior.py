"""Tasks of Taskwarrior, out of what ``task export`` prints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tkledger.core.lifecycle import State
from tkledger.core.typing import Any
from tkledger.exchange.foreign import BadSource, Comment, Foreign
from tkledger.exchange.raw import Raw, distinct
from tkledger.exchange.sources import json_entries
from tkledger.exchange.texts import filled, label, remarks, word
from tkledger.exchange.times import day, moment, seconds

_EXPECTED = "a task of Taskwarrior, as task export prints it"
_STORAGE = ("id", "urgency", "mask", "imask", "rtype")
_STATES = {
    **{"completed": State.DONE, "deleted": State.CANCELLED, "waiting": State.BLOCKED},
    "recurring": State.BACKLOG,
}
_PRIORITIES = {"H": 1, "M": 2, "L": 3}


def read(path: Path) -> Iterator[Foreign]:
    """The tasks in a file, as a list or a line each; raises BadSource."""
    if path.is_dir():
        raise BadSource(
            str(path), "it is a folder: task export > tasks.json writes the file that is read"
        )
    entries = json_entries(path)
    found = ((where, _task(Raw(value, where, _EXPECTED, _STORAGE))) for where, value in entries)
    yield from distinct(found, path, "it holds no tasks of Taskwarrior")


def _task(task: Raw) -> Foreign:
    key, title = task.needed("uuid"), task.needed("description")
    created, ended = task.text_as("entry", moment), task.text_as("end", moment)
    status, started = task.text("status") or "pending", task.text_as("start", moment)
    state = _STATES.get(status, State.IN_PROGRESS if started else State.TODO)
    changed = task.text_as("modified", moment)
    wait, scheduled = task.text_as("wait", moment), task.text_as("scheduled", moment)
    priority = task.text("priority")
    project = task.text("project")
    area = label(project)
    comments = [
        Comment(said, None, one.text_as("entry", moment))
        for one in task.entries("annotations")
        if (said := one.text("description"))
    ]
    depends_on = [one.strip() for text in task.texts("depends") for one in text.split(",")]
    told: list[tuple[str, Any]] = [
        ("project", None if project == area else project),
        ("started", started),
        ("changed", None if changed in (created, ended) else changed),
        ("wait", wait),
        ("scheduled", scheduled),
        ("until", task.text_as("until", moment)),
        ("priority", None if priority in _PRIORITIES else priority),
    ]
    fields = {
        "priority": _PRIORITIES.get(priority or ""),
        "labels": [*task.texts("tags"), *([area] if area else [])],
        "due": task.text_as("due", day),
        "estimate": task.text_as("estimate", seconds),
        **_times(state, wait, scheduled),
        "resolution": "mistake" if status == "deleted" else None,
    }
    parent = task.text("parent")
    told += [(name, ", ".join(task.texts(name))) for name in task.names()]
    return Foreign(
        *(key, title, state),
        name=word(key[:8], 8),
        parent=parent,
        depends_on=tuple(filter(None, depends_on)),
        fields=filled(fields),
        comments=tuple(comments),
        told=remarks(told),
        created=created,
        ended=ended,
        extra=task.rest(),
        read=task.read(),
    )


def _times(state: State, wait: str | None, scheduled: str | None) -> dict[str, Any]:
    """Until when a task waits: as it is over by itself, one that only was hidden is not blocked."""
    if state is State.BLOCKED:
        return {"wait": {"reason": "until", "until": wait} if wait else {"reason": "other"}}
    later = max(filter(None, (wait, scheduled)), default=None)
    return {"retry": {"not_before": later} if later and state is State.TODO else None}
