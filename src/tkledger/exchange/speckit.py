"""The features of a project of Spec Kit: a task for each, below it one for each phase, then its tasks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tkledger.core.lifecycle import State
from tkledger.core.pattern import pattern
from tkledger.core.typing import Any, NamedTuple
from tkledger.exchange.foreign import BadSource, Foreign
from tkledger.exchange.raw import distinct
from tkledger.exchange.sources import file_in, folder_in, folders_in, text_of
from tkledger.exchange.texts import filled, fitting

_DOCUMENTS = ("spec.md", "plan.md", "research.md", "data-model.md", "quickstart.md", "tasks.md")
_PHASE = pattern(r"## Phase ([^\W_]{1,12}(?:\.\d{1,4}){0,3})\s*[:.–—-]\s*(\S.*)\Z")
_HEADING = pattern(r"#{1,6} ")
_TASK = pattern(
    r"\s{0,3}[-*] \[([ xX])\] (?:\*\*)?(T\d{1,6}[a-zA-Z]?)(?!\w)(?:\*\*)?:?((?: ?\[[^\]]{1,20}\])*) ?(\S.*)\Z"
)
_MARK = pattern(r"\[([^\]]+)\]")
_DEPENDS = pattern(r"\((?:depends on|after) (T\d[\w, ]*)\)")
_PRIORITY = pattern(r"\(Priority:\s*P([0-4])\)")
_MVP = pattern(r"🎯\s*MVP")
_TEST = pattern(r"\*\*Independent Test(?: Criteria)?:?\*\*:? *(\S.*)\Z")
_TITLE = pattern(r"# (?:Feature Specification|Tasks|Task List|Implementation Tasks): *(\S.*)\Z")
_INPUT = pattern(r'\*\*Input\*\*: *User description: *"(.*)"\s*\Z')
_BRANCH = pattern(r"\*\*Feature Branch\*\*: *`([^`]+)`")
_NUMBER = pattern(r"\d{1,6}(?=-)")


class _Task(NamedTuple):
    """A line of tasks.md with a box, and what is indented below it."""

    id: str
    is_done: bool
    marks: tuple[str, ...]
    text: str
    more: list[str]


class _Phase(NamedTuple):
    """A heading with the text and the tasks below it; ``number`` is empty for what is below none."""

    number: str
    title: str
    text: list[str]
    tasks: list[_Task]
    priority: int | None = None


class _Feature(NamedTuple):
    """The folder of a feature, and how its ids begin."""

    folder: Path
    key: str
    short: str


def read(path: Path) -> Iterator[Foreign]:
    """The tasks of all features in a project's specs, of one feature or a tasks.md; raises BadSource."""
    if path.is_dir():
        root = folder_in(path, "specs", ".specify/specs") or path
        files = [file for one in [root, *folders_in(root)] if (file := file_in(one, "tasks.md"))]
    else:
        files = [path]
    found = ((str(file), task) for file in files for task in _feature(file))
    nothing = "it holds no specs with a tasks.md of Spec Kit"
    yield from distinct(found, path, nothing, renamed=True)


def _feature(file: Path) -> Iterator[Foreign]:
    folder = file.absolute().parent
    number = _NUMBER.match(folder.name)
    feature = _Feature(folder, folder.name, number[0] if number else folder.name)
    text = text_of(file).replace("\r\n", "\n")
    phases = [phase for phase in _phases(text) if phase.tasks]
    if not phases:
        raise BadSource(
            str(file), "it is not a tasks.md of Spec Kit: it has no line such as - [ ] T001 TEXT"
        )
    yield _head(feature, text, phases)
    phases = _ranked(phases)
    for phase in phases:
        above = feature.key
        if phase.number:
            above = f"{feature.key}/phase-{phase.number.lower()}"
            yield _step(phase, above, feature)
        for task in phase.tasks:
            yield _line(task, phase, above, feature)


def _phases(text: str) -> Iterator[_Phase]:
    phase = _Phase("", "", [], [])
    below: list[str] | None = None
    for row in _plain_rows(text):
        if heading := _PHASE.match(row):
            yield phase
            phase, below = _Phase(heading[1], heading[2], [], []), None
        elif row.startswith("## "):
            yield phase
            phase, below = _Phase("", "", [], []), None
        elif task := _TASK.match(row):
            marks = tuple(_MARK.findall(task[3]))
            phase.tasks.append(_Task(task[2].upper(), task[1] != " ", marks, task[4].strip(), []))
            below = phase.tasks[-1].more
        elif below is not None and row.startswith("  ") and row.strip():
            below.append(row.strip())
        elif row.strip() and not _HEADING.match(row) and row.strip() != "---":
            below = None
            phase.text.append(row.strip())
    yield phase


def _ranked(phases: list[_Phase]) -> list[_Phase]:
    """The phases with their priorities. Where stories have some, what stands before them is done first, and what
    stands behind them, last: so they are offered in the order of the page.
    """
    said = [_PRIORITY.search(phase.title) for phase in phases]
    known = [int(match[1]) if match else None for match in said]
    stories = [one for one in known if one is not None]
    if not stories:
        return phases
    ranks: list[int] = []
    for one in known:
        is_first = len(ranks) < known.index(stories[0])
        other = max(0, min(stories) - 1) if is_first else min(4, max(stories) + 1)
        ranks.append(other if one is None else one)
    return [phase._replace(priority=rank) for phase, rank in zip(phases, ranks)]


def _plain_rows(text: str) -> Iterator[str]:
    """The lines that are neither in a block of code nor in a comment."""
    end = ""
    for row in text.split("\n"):
        bare = row.strip()
        if end:
            end = "" if end in bare else end
        elif bare.startswith("```"):
            end = "```"
        elif bare.startswith("<!--"):
            end = "" if "-->" in bare else "-->"
        else:
            yield row


def _head(feature: _Feature, tasks: str, phases: list[_Phase]) -> Foreign:
    """The feature itself: its documents stay where they are, and it names them."""
    found = [file for name in _DOCUMENTS if (file := file_in(feature.folder, name))]
    specification = text_of(found[0]) if found and found[0].name == "spec.md" else ""
    rows = [row.rstrip() for row in f"{specification}\n{tasks}".split("\n")]
    title = next((match[1] for row in rows if (match := _TITLE.match(row))), feature.key)
    given = next((match[1] for row in rows if (match := _INPUT.match(row))), None)
    branch = next((match[1] for row in rows if (match := _BRANCH.match(row))), None)
    inputs = [f"specs/{feature.key}/{file.name}" for file in found]
    fields = {"type": "feature", "description": given, "branch": branch, "spec": {"inputs": inputs}}
    tasks_of = [task for phase in phases for task in phase.tasks]
    return Foreign(
        *(feature.key, title, _state(tasks_of)),
        fields=filled(fields),
        read=1 + bool(given) + bool(branch) + len(inputs),
    )


def _step(phase: _Phase, key: str, feature: _Feature) -> Foreign:
    title = _words(_MVP.sub("", _PRIORITY.sub("", phase.title)))
    tests = [match[1] for row in phase.text if (match := _TEST.match(row))]
    criteria = fitting((test, False) for test in tests) if tests else None
    text = [row for row in phase.text if not (criteria and _TEST.match(row))]
    fields = {
        "type": "phase",
        **_marked(phase),
        "description": "\n\n".join(text),
        "criteria": criteria.all if criteria else (),
    }
    return Foreign(
        *(key, title or phase.title, _state(phase.tasks)),
        name=f"{feature.short}-phase-{phase.number.lower()}",
        parent=feature.key,
        fields=filled(fields),
        read=1 + len(phase.text) + bool(_PRIORITY.search(phase.title)),
    )


def _line(task: _Task, phase: _Phase, above: str, feature: _Feature) -> Foreign:
    waits = [one for match in _DEPENDS.finditer(task.text) for one in match[1].split(",")]
    title = _words(_DEPENDS.sub("", task.text))
    labels = [{"P": "parallel"}.get(mark, mark) for mark in task.marks]
    labels += _marked(phase).get("labels", [])
    fields = {**_marked(phase), "labels": labels, "description": "\n".join(task.more)}
    return Foreign(
        *(f"{feature.key}/{task.id}", title or task.text, _state([task])),
        name=f"{feature.short}-{task.id.lower()}",
        parent=above,
        depends_on=tuple(f"{feature.key}/{one.strip().upper()}" for one in waits if one.strip()),
        fields=filled(fields),
        read=2 + len(task.marks) + len(waits) + len(task.more),
    )


def _words(text: str) -> str:
    """A line in which something was left out."""
    return " ".join(text.split())


def _marked(phase: _Phase) -> dict[str, Any]:
    """What the heading of a phase says of all its tasks."""
    found: dict[str, Any] = {} if phase.priority is None else {"priority": phase.priority}
    return {**found, "labels": ["mvp"]} if _MVP.search(phase.title) else found


def _state(tasks: list[_Task]) -> State:
    return State.DONE if all(task.is_done for task in tasks) else State.TODO
