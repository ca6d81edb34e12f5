"""Issues that exec-kernel made at its server, out of the JSON that this gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tkledger.core.lifecycle import State
from tkledger.core.pattern import pattern
from tkledger.core.typing import Any
from tkledger.exchange.foreign import BadSource, Comment, Foreign
from tkledger.exchange.raw import Raw, distinct
from tkledger.exchange.sources import json_entries, json_of, text_of
from tkledger.exchange.texts import filled, kind, remarks
from tkledger.exchange.times import moment

_EXPECTED = "an issue of exec-kernel"
_STORAGE = ("companyId", "updatedAt", "executionRunId", "checkoutRunId")
_ADMISSION = pattern(r"(?s)(?:(.*)\n\n)?---\n### Admission Schema\n```json\n(.*)\n```\s*\Z")
_WHY = ("consumer", "pain_point", "expected_value", "validation_path")
_FROM = ("origin_category", "origin_evidence")
_PRIORITIES = {"critical": 0, "urgent": 0, "high": 1, "medium": 2, "low": 3, "none": None}
_TOLD = ("identifier", "goalId", "projectId", "startedAt")


def read(path: Path) -> Iterator[Foreign]:
    """The issues in a file: a list, lines, or a map with them under ``issues``; raises BadSource."""
    found = (
        (where, _issue(Raw(value, where, _EXPECTED, _STORAGE))) for where, value in _entries(path)
    )
    yield from distinct(found, path, "it holds no issues of exec-kernel")


def _entries(path: Path) -> Iterator[tuple[str, Any]]:
    text = text_of(path)
    if '"issues"' in text and text.lstrip().startswith("{"):
        value = json_of(text, str(path))
        listed = value.get("issues")
        if not isinstance(listed, list):
            raise BadSource(str(path), 'its "issues" are not a list')
        yield from ((f"{path}, issue {number}", one) for number, one in enumerate(listed, 1))
    else:
        yield from json_entries(path)


def _issue(issue: Raw) -> Foreign:
    key, title, status = issue.needed("id"), issue.needed("title"), issue.needed("status")
    try:
        state = State(status)
    except ValueError:
        raise BadSource(issue.where, f"it has no state of exec-kernel: {status[:40]!r}") from None
    text, why, more = _admission(issue)
    ended = issue.text_as("completedAt", moment) or issue.text_as("cancelledAt", moment)
    told = [*more, *((name, issue.text(name)) for name in _TOLD)]
    priority = issue.text("priority")
    fields = {
        "type": issue.text_as("taskType", kind) or issue.text_as("task_type", kind),
        "priority": _PRIORITIES.get((priority or "").lower()),
        "owner": issue.text("assigneeAgentId") or issue.text("assigneeUserId"),
        "creator": issue.text("createdByAgentId") or issue.text("createdByUserId"),
        "description": text,
        "admission": why,
        "wait": {"reason": "other"} if state is State.BLOCKED else None,
    }
    comments = [
        Comment(
            one.text("body") or "",
            one.text("authorAgentId") or one.text("authorUserId"),
            one.text_as("createdAt", moment),
        )
        for one in issue.entries("comments", ("id", "issueId", "companyId", "updatedAt"))
    ]
    return Foreign(
        *(key, title, state),
        parent=issue.text("parentId"),
        fields=filled(fields),
        comments=tuple(comments),
        told=remarks(told),
        created=issue.text_as("createdAt", moment),
        ended=ended,
        extra=issue.rest(),
        read=issue.read(),
    )


def _admission(issue: Raw) -> tuple[str | None, dict[str, str], list[tuple[str, str]]]:
    """The description, and the admission that exec-kernel writes below it, as it is and what else is in it."""
    text = issue.text("description")
    match = _ADMISSION.match(text or "")
    try:
        found = json_of(match[2], issue.where) if match else None
    except BadSource:
        found = None
    if match is None or not isinstance(found, dict) or not {*found} <= {*_WHY, *_FROM}:
        return text, {}, []
    if not all(isinstance(one, str) for one in found.values()):
        return text, {}, []
    more = [(name.replace("_", " "), found[name]) for name in _FROM if name in found]
    return match[1], {name: found[name] for name in _WHY if found.get(name)}, more
