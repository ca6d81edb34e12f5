"""Issues of beads, out of the JSON lines that it exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tkledger.core.lifecycle import State
from tkledger.core.typing import Any, NamedTuple
from tkledger.exchange.foreign import BadSource, Comment, Foreign
from tkledger.exchange.raw import Raw, distinct
from tkledger.exchange.sources import file_of, json_entries
from tkledger.exchange.texts import addresses, filled, items, kind, page, remarks, waiting
from tkledger.exchange.times import day, moment

_EXPECTED = "an issue of beads"
_STORAGE = (
    *("_type", "dependency_count", "dependent_count", "comment_count", "parent", "dependents"),
    *("content_hash", "source_repo", "compaction_level", "compacted_at", "compacted_at_commit"),
    *("original_size", "ephemeral", "no_history", "wisp_type"),
)
_EDGE = ("issue_id", "created_at", "created_by", "thread_id")
_STATES = {
    **{"in_progress": State.IN_PROGRESS, "hooked": State.IN_PROGRESS, "blocked": State.BLOCKED},
    **{"deferred": State.BLOCKED, "closed": State.DONE, "tombstone": State.CANCELLED},
    **{"review": State.IN_REVIEW, "in_review": State.IN_REVIEW},
}
"""Of statuses; all others, also those that a project defined itself, are todo."""

_PLAIN_STATUSES = (*_STATES, "open")
_WAITED_FOR = ("blocks", "waits-for")
_ENDED_BY = {"duplicates": "duplicate", "supersedes": "superseded"}
_REMARKED = (
    *("owner", "source_system", "closed_by_session", "sender", "work_type", "mol_type"),
    *("await_type", "await_id", "timeout", "event_kind", "actor", "target"),
    *("source_formula", "source_location"),
)
_MISSING = "it has no .beads/issues.jsonl, which bd export -o .beads/issues.jsonl writes"
_MEMORIES = "memories"
_LONGEST_LESSON, _MOST_LESSONS = 500, 100


def read(path: Path) -> Iterator[Foreign]:
    """The issues in a file of JSON lines or a list of them, or in the .beads of a folder; raises BadSource.

    What ``bd remember`` kept becomes one task that is done, with a lesson or a note for each.
    """
    file = file_of(path, _MISSING, ".beads/issues.jsonl", "issues.jsonl", ".beads/beads.jsonl")
    yield from distinct(_found(file), file, "it holds no issues of beads")


def _found(file: Path) -> Iterator[tuple[str, Foreign]]:
    remembered: list[Raw] = []
    for where, value in json_entries(file):
        if isinstance(value, dict) and value.get("_type") == "memory":
            remembered.append(Raw(value, where, "a memory of beads", ("_type",)))
        else:
            yield where, _issue(Raw(value, where, _EXPECTED, _STORAGE))
    if remembered:
        yield str(file), _memories(remembered)


class _Edge(NamedTuple):
    """How an issue hangs on another one."""

    kind: str
    key: str
    more: str


def _edges(issue: Raw) -> list[_Edge]:
    found = []
    for one in issue.entries("dependencies", _EDGE):
        if key := one.text("depends_on_id"):
            more = one.text("metadata") or "{}"
            found.append(_Edge(one.text("type") or "blocks", key, "" if more == "{}" else more))
    return found


def _issue(issue: Raw) -> Foreign:
    key, title = issue.needed("id"), issue.needed("title")
    if not {"issue_type", "status", "priority"} & {*issue.names()}:
        raise BadSource(issue.where, f'it is not {_EXPECTED}: it has no "issue_type"')
    edges = _edges(issue)
    parents = [edge.key for edge in edges if edge.kind == "parent-child"]
    origins = [edge.key for edge in edges if edge.kind == "discovered-from"]
    depends_on = tuple(edge.key for edge in edges if edge.kind in _WAITED_FOR)
    created, ended = issue.text_as("created_at", moment), issue.text_as("closed_at", moment)
    status = issue.text("status") or "open"
    state = _STATES.get(status, State.TODO)
    resolution = "mistake" if status == "tombstone" else None
    if state is State.DONE:
        resolution = next((_ENDED_BY[edge.kind] for edge in edges if edge.kind in _ENDED_BY), None)
        state = State.CANCELLED if resolution else state
    until = issue.text_as("defer_until", moment)
    text, links, inputs, others = _texts(issue)
    changed = issue.text_as("updated_at", moment)
    told = [
        ("status", None if status in _PLAIN_STATUSES else status),
        ("started", issue.text_as("started_at", moment)),
        ("changed", None if changed in (created, ended) else changed),
        ("external reference", ", ".join(others)),
        *(_told(edge) for edge in _beyond(edges, parents[:1] + origins[:1])),
        *((name.replace("_", " "), issue.text(name)) for name in _REMARKED),
        ("waiters", ", ".join(issue.texts("waiters"))),
        *((name.replace("_", " "), issue.flag(name)) for name in ("pinned", "is_template")),
    ]
    minutes = issue.whole("estimated_minutes")
    fields = {
        "type": issue.text_as("original_type", kind) or issue.text_as("issue_type", kind),
        "priority": issue.whole("priority"),
        "owner": issue.text("assignee"),
        "creator": issue.text("created_by"),
        "labels": issue.texts("labels"),
        "due": issue.text_as("due_at", day),
        "estimate": minutes * 60 if minutes and minutes > 0 else None,
        "origin": origins[0] if origins else None,
        "links": links,
        "spec": {"inputs": inputs} if inputs else None,
        "resolution": resolution,
        "wait": _wait(status, until, depends_on) if state is State.BLOCKED else None,
        "retry": {"not_before": until} if until and state is State.TODO else None,
        **text,
    }
    comments = tuple(_comments(issue, ended))
    return Foreign(
        *(key, title, state),
        parent=parents[0] if parents else None,
        depends_on=depends_on,
        fields=filled(fields),
        comments=comments,
        told=remarks(told),
        created=created,
        ended=ended,
        extra=issue.rest(),
        read=issue.read(),
    )


def _texts(issue: Raw) -> tuple[dict[str, Any], list[str], list[str], list[str]]:
    """The texts by their fields, then links, files and other references."""
    asked = issue.text("acceptance_criteria")
    criteria = items(asked)
    sections = [("Design", issue.text("design"))]
    sections += [] if criteria else [("Acceptance criteria", asked)]
    fields: dict[str, Any] = {"description": page(issue.text("description"), sections)}
    if criteria:
        fields |= {"criteria": criteria.all, "met": criteria.ticked}
    links, others = addresses(filter(None, [issue.text("external_ref")]))
    more, inputs = addresses(filter(None, [issue.text("spec_id")]))
    return fields, [*links, *more], inputs, others


def _wait(status: str, until: str | None, depends_on: tuple[str, ...]) -> dict[str, str]:
    if until:
        return {"reason": "until", "until": until}
    return waiting(status, depends_on)


def _beyond(edges: list[_Edge], used: list[str]) -> list[_Edge]:
    """The edges that say more than the fields of tk do."""
    plain = (*_WAITED_FOR, "parent-child", "discovered-from")
    return [
        edge
        for edge in edges
        if edge.more
        or edge.kind not in plain
        or (edge.kind not in _WAITED_FOR and edge.key not in used)
    ]


def _told(edge: _Edge) -> tuple[str, str]:
    return edge.kind, f"{edge.key} {edge.more}".strip()


def _comments(issue: Raw, ended: str | None) -> list[Comment]:
    notes = issue.text("notes")
    found = [Comment(notes)] if notes else []
    found += [
        Comment(said, one.text("author"), one.text_as("created_at", moment))
        for one in issue.entries("comments", ("id", "issue_id"))
        if (said := one.text("text"))
    ]
    if reason := issue.text("close_reason"):
        found.append(Comment(f"closed: {reason}", None, ended))
    if reason := issue.text("delete_reason"):
        who, at = issue.text("deleted_by"), issue.text_as("deleted_at", moment)
        found.append(Comment(f"deleted: {reason}", who, at))
    return found


def _memories(entries: list[Raw]) -> Foreign:
    """What was remembered, as one task: a lesson if it fits on a line of its own, else a note."""
    lessons: list[str] = []
    notes: list[Comment] = []
    for one in entries:
        text = f"{one.needed('key')}: {one.text('value') or ''}"
        if len(text) <= _LONGEST_LESSON and "\n" not in text and len(lessons) < _MOST_LESSONS:
            lessons.append(text)
        else:
            notes.append(Comment(text))
    return Foreign(
        *(_MEMORIES, "What beads remembered", State.DONE),
        fields=filled({"lessons": lessons}),
        comments=tuple(notes),
        extra=filled({"more": [rest for one in entries if (rest := one.rest())]}),
        read=sum(one.read() for one in entries),
    )
