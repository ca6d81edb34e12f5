"""Tasks written out, one form a function: for programs, for a page, for a table, and for a host's issues."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping

from tkledger.core.lifecycle import State
from tkledger.core.task import Task
from tkledger.core.typing import Any
from tkledger.exchange.markdown import plain_text, quotation
from tkledger.report import visible

Values = Mapping[str, Any]
"""A task by the names of its file's fields, as JSON has it."""

COLUMNS = (
    *("id", "title", "type", "state", "priority", "owner", "creator", "parent", "depends_on"),
    *("labels", "stream", "due", "estimate", "resolution", "description", "links"),
)
"""The fields that a table has, a column each."""


def jsonl(tasks: Iterable[tuple[Task, Values]]) -> str:
    """A JSON object a line, with every field: nothing of a task is lost."""
    return "".join(f"{_json(values)}\n" for _, values in tasks)


def _json(value: Any, indent: int | None = None) -> str:
    """JSON with all letters as they are, or in ASCII where one could steer a terminal."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    is_plain = text.replace("\n", "").isprintable()
    return text if is_plain else json.dumps(value, indent=indent)


def table(tasks: Iterable[tuple[Task, Values]]) -> str:
    """CSV as RFC 4180 has it. What a spreadsheet would run as a formula stands behind an apostrophe."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for _, values in tasks:
        rows.writerow([_cell(values.get(name)) for name in COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    if isinstance(value, (list, tuple)):
        text = "\n".join(map(str, value))
    formula = text[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{text}" if formula else text


def markdown(tasks: Iterable[tuple[Task, Values]]) -> str:
    """A page with a list of tasks for each state, in the order of the lifecycle."""
    by_state: dict[State, list[Task]] = {state: [] for state in State}
    for task, _ in tasks:
        by_state[task.state].append(task)
    blocks = []
    for state, some in by_state.items():
        if some:
            title = state.value.replace("_", " ").capitalize()
            blocks.append("\n".join([f"## {title} ({len(some):,})", "", *map(_entry, some)]))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _entry(task: Task) -> str:
    facts = [f"P{task.urgency}", task.kind, *([task.owner] if task.owner else []), *task.labels]
    waits = f"; waits for {', '.join(task.depends_on)}" if task.depends_on else ""
    box = "x" if task.state is State.DONE else " "
    return f"- [{box}] **{task.id}** {_text(task.title)} ({_text(', '.join(facts))}{waits})"


def _text(text: str) -> str:
    return plain_text(visible(text))


def issues(tasks: Iterable[tuple[Task, Values]]) -> str:
    """A JSON list of issues as GitHub's interface takes them: title, body, labels, assignees, state."""
    found = [
        {
            "title": task.title,
            "body": _body(task),
            "labels": [task.kind, f"P{task.urgency}", *task.labels],
            "assignees": [task.owner] if task.owner and "@" not in task.owner else [],
            "state": "closed" if task.ended else "open",
            "state_reason": _REASONS.get(task.state),
        }
        for task, _ in tasks
    ]
    return f"{_json(found, 2)}\n"


_REASONS = {State.DONE: "completed", State.CANCELLED: "not_planned"}


def _body(task: Task) -> str:
    rows = [
        f"Task: {task.id}",
        *([f"Parent: {task.parent}"] if task.parent else []),
        *([f"Waits for: {', '.join(task.depends_on)}"] if task.depends_on else []),
    ]
    parts = [
        task.description or "",
        *(quotation(visible(note)) for note in task.notes),
        "\n".join(rows),
    ]
    return "\n\n".join(filter(None, (part.strip() for part in parts)))


KINDS = {"jsonl": jsonl, "markdown": markdown, "csv": table, "github": issues}
"""The forms by their names."""
