"""Tasks of Backlog.md, a file of Markdown each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tkledger.core.lifecycle import State
from tkledger.core.pattern import pattern
from tkledger.core.typing import NamedTuple
from tkledger.exchange.foreign import Comment, Foreign
from tkledger.exchange.front_matter import front_matter, yaml_map
from tkledger.exchange.raw import Raw, distinct
from tkledger.exchange.sources import file_in, files_in, folder_in, text_of
from tkledger.exchange.texts import (
    Items,
    addresses,
    filled,
    fitting,
    kind,
    label,
    page,
    remarks,
    waiting,
)
from tkledger.exchange.times import day, moment

_EXPECTED = "a task of Backlog.md"
_ARCHIVE = "archive/"
_FOLDERS = ("tasks", "completed", "drafts", "archive/tasks", "archive/drafts")
_STORAGE = ("ordinal", "subtasks")
_STATES = {
    **{"to do": State.TODO, "todo": State.TODO, "open": State.TODO, "draft": State.BACKLOG},
    **{"in progress": State.IN_PROGRESS, "doing": State.IN_PROGRESS, "blocked": State.BLOCKED},
    **{"in review": State.IN_REVIEW, "review": State.IN_REVIEW},
    **{"done": State.DONE, "complete": State.DONE, "completed": State.DONE, "closed": State.DONE},
}
_PRIORITIES = {"critical": 0, "urgent": 0, "high": 1, "medium": 2, "low": 3}

_DESCRIPTION, _CRITERIA, _DONE = "Description", "Acceptance Criteria", "Definition of Done"
_PLAN, _NOTES, _SUMMARY = "Implementation Plan", "Implementation Notes", "Final Summary"
_COMMENTS = "Comments"
_TITLES = (_DESCRIPTION, _CRITERIA, _DONE, _PLAN, _NOTES, _SUMMARY, _COMMENTS)
_BEGIN = pattern(r"<!-- (SECTION:[A-Z_]{1,40}|AC|DOD|COMMENTS):BEGIN -->\s*\Z")
_NAME = pattern(r"^((?:assignee|reporter): +)(@[\w.-]+) *$", re.MULTILINE)
"""A name as Backlog.md once wrote it, which YAML does not know."""

_TICK = pattern(r"- \[([ xX])\] (?:#\d{1,6} )?(\S.*)\Z")


class _Project(NamedTuple):
    """What a project says of all its tasks: its statuses in order, its milestones, how ids begin."""

    statuses: tuple[str, ...] = ()
    milestones: Mapping[str, str] = {}
    prefix: str = "task"


def read(path: Path) -> Iterator[Foreign]:
    """The tasks, drafts and archived tasks in a folder of Backlog.md, or in that of a project; raises BadSource.

    A single file is one task.
    """
    if not path.is_dir():
        yield _task(path, _Project(), "")
        return
    root = folder_in(path, "backlog", ".backlog") or path
    yield from distinct(_found(path, root), path, "it holds no backlog folder with tasks")


def _found(path: Path, root: Path) -> Iterator[tuple[str, Foreign]]:
    """The tasks of all folders. The id of an archived one may have been given anew: its key has the folder."""
    project = _project(path, root)
    known: set[str] = set()
    found: list[tuple[str, Foreign]] = []
    for folder in _FOLDERS:
        held = folder_in(root, folder)
        for file in _pages(held):
            task = _task(file, project, folder)
            if task.key in known and folder.startswith(_ARCHIVE):
                task = task._replace(key=f"{_ARCHIVE}{task.key}")
            known.add(task.key)
            found.append((str(file), task))

    def meant(name: str) -> str:
        """A key by a bare number, or as it began before the project had a prefix of its own."""
        other = f"{project.prefix}-{name.rpartition('-')[2]}".upper()
        return other if name not in known and other in known else name

    for where, task in found:
        parent = meant(task.parent) if task.parent else None
        yield where, task._replace(parent=parent, depends_on=tuple(map(meant, task.depends_on)))


def _project(path: Path, root: Path) -> _Project:
    config = file_in(root, "config.yml", "config.yaml") or file_in(path, "backlog.config.yml")
    values = yaml_map(text_of(config), str(config), 1) if config else {}
    statuses = values.get("statuses")
    held = folder_in(root, "milestones")
    milestones = {}
    for file in _pages(held):
        entry = Raw(front_matter(file, "a milestone of Backlog.md")[0], str(file), "a milestone")
        milestones[entry.needed("id").lower()] = entry.needed("title")
    listed = statuses if isinstance(statuses, list) else []
    own = values.get("task_prefix")
    prefix = own if isinstance(own, str) and own else _Project().prefix
    return _Project(tuple(one for one in listed if isinstance(one, str)), milestones, prefix)


def _pages(folder: Path | None) -> list[Path]:
    """The files of a folder that Backlog.md keeps there, but for a page about the folder itself."""
    found = files_in(folder, ".md") if folder else []
    return [file for file in found if file.name.lower() != "readme.md"]


def _task(path: Path, project: _Project, folder: str) -> Foreign:
    values, body = front_matter(path, _EXPECTED, lambda head: _NAME.sub(r'\1"\2"', head))
    task = Raw(values, str(path), _EXPECTED, _STORAGE)
    sections = _sections(body)
    status = task.text("status") or ""
    state, is_known = _state(status, project, folder)
    created, changed = task.text_as("created_date", moment), task.text_as("updated_date", moment)
    ended = task.text_as("completed_date", moment)
    owners = [name.removeprefix("@") for name in task.texts("assignee")]
    milestone = task.text("milestone") or ""
    milestone = project.milestones.get(milestone.lower(), milestone)
    area = task.text("project") or ""
    groups = [label(milestone), label(area)]
    priority = (task.text("priority") or "").lower()
    links, files = addresses((*task.texts("references"), *task.texts("documentation")))
    criteria, done = _ticked(sections[_CRITERIA]), _ticked(sections[_DONE])
    depends_on = tuple(one.upper() for one in task.texts("dependencies"))
    told = [
        ("status", None if is_known else status),
        ("archived", folder.startswith(_ARCHIVE)),
        ("also assigned", ", ".join(owners[1:])),
        ("changed", None if changed in (created, ended) else changed),
        ("milestone", None if milestone == groups[0] else milestone),
        ("project", None if area == groups[1] else area),
        ("priority", None if priority in _PRIORITIES else priority),
        ("modified files", ", ".join(task.texts("modified_files"))),
    ]
    fields = {
        "type": task.text_as("type", kind),
        "priority": _PRIORITIES.get(priority),
        "owner": owners[0] if owners else None,
        "creator": (task.text("reporter") or "").removeprefix("@"),
        "labels": [*task.texts("labels"), *filter(None, groups)],
        "due": task.text_as("due_date", day),
        "links": links,
        "spec": {"inputs": files} if files else None,
        "description": page(
            sections[_DESCRIPTION],
            [
                *([] if criteria else [("Acceptance criteria", sections[_CRITERIA])]),
                *([] if done else [("Definition of done", sections[_DONE])]),
                ("Plan", sections[_PLAN]),
            ],
        ),
        **({"criteria": criteria.all, "met": criteria.ticked} if criteria else {}),
        **({"checklist": done.all, "checked": done.ticked} if done else {}),
        "resolution": "dropped" if state is State.CANCELLED else None,
        "wait": waiting(status, depends_on) if state is State.BLOCKED else None,
    }
    comments = _comments(sections)
    key = task.needed("id").upper()
    return Foreign(
        *(key, task.needed("title"), state, key.lower()),
        parent=(task.text("parent_task_id") or "").upper() or None,
        depends_on=depends_on,
        fields=filled(fields),
        comments=tuple(comments),
        told=remarks(told),
        created=created,
        ended=ended,
        extra=task.rest(),
        read=task.read() + _count(sections, criteria, done, comments),
    )


def _state(status: str, project: _Project, folder: str) -> tuple[State, bool]:
    """The state, and whether it says all that the status does: the last of a project's own statuses is done."""
    own = [one.lower() for one in project.statuses]
    word_of, is_known = status.lower(), status.lower() in _STATES
    state = _STATES.get(word_of, State.TODO)
    if not is_known and word_of in own:
        is_first, is_last = own.index(word_of) == 0, own.index(word_of) == len(own) - 1
        state = State.DONE if is_last else State.TODO if is_first else State.IN_PROGRESS
    if folder == "drafts":
        state = State.BACKLOG
    if folder.startswith(_ARCHIVE) and state is not State.DONE:
        state = State.CANCELLED
    return state, is_known or not status


def _sections(body: str) -> dict[str, str]:
    """The texts of a task by their titles; within the marks of one nothing begins another."""
    found: dict[str, list[str]] = {title: [] for title in _TITLES}
    headings = {f"## {title}": title for title in _TITLES}
    title, end = _DESCRIPTION, ""
    for row in body.split("\n"):
        bare = row.rstrip()
        if end:
            if bare == end:
                end = ""
                continue
        elif begun := _BEGIN.match(bare):
            end = f"<!-- {begun[1]}:END -->"
            continue
        elif bare in headings:
            title = headings[bare]
            continue
        found[title].append(row)
    return {title: "\n".join(rows).strip("\n") for title, rows in found.items()}


def _ticked(text: str) -> Items | None:
    """The items of a list with boxes, if the text is one and all fit as criteria; else None."""
    found = [_TICK.match(row.rstrip()) for row in text.split("\n") if row.strip()]
    if not found or not all(found):
        return None
    return fitting((match[2], match[1] in ("x", "X")) for match in found if match)


def _comments(sections: dict[str, str]) -> list[Comment]:
    """The notes, the summary, and the comments, each of which has a head of its own."""
    found = [Comment(sections[_NOTES])] if sections[_NOTES] else []
    head: dict[str, str] = {}
    rows: list[str] | None = None
    for row in [*sections[_COMMENTS].split("\n"), *(["---"] if sections[_COMMENTS] else [])]:
        if row.rstrip() != "---":
            if rows is not None:
                rows.append(row)
            elif ": " in row:
                name, _, value = row.partition(": ")
                head[name] = value.strip()
        elif rows is None:
            rows = []
        else:
            text = "\n".join(rows).strip()
            at = moment(head.get("created", ""))
            found += (
                [Comment(text, head.get("author", "").removeprefix("@") or None, at)]
                if text
                else []
            )
            head, rows = {}, None
    summary = sections[_SUMMARY]
    return [*found, *([Comment(f"final summary: {summary}")] if summary else [])]


def _count(
    sections: dict[str, str], criteria: Items | None, done: Items | None, comments: list[Comment]
) -> int:
    """How many values the text of a task has: each text, each item, and each comment with its head."""
    texts = sum(bool(sections[title]) for title in (_DESCRIPTION, _PLAN))
    texts += sum(len(items.all) if items else 1 for items in (criteria, done) if items is not None)
    texts += sum(
        bool(sections[title]) for title, of in ((_CRITERIA, criteria), (_DONE, done)) if of is None
    )
    return texts + sum(1 + bool(one.author) + bool(one.at) for one in comments)
