"""Each command that writes is killed at each of its effects: what it wrote is there or not, and work goes on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.killing import goes_on, killed_everywhere
from tests.support.project import Project

pytestmark = pytest.mark.skipif(
    not os.path.isdir("/proc"), reason="waits for orphans by the process table"
)

Command = tuple[str, ...]
STARTED: Command = ("start", "a")
ASKED: Command = ("wait", "a", "--ask", "which?", "--choice", "eu", "--choice", "us")
FAILED: Command = ("block", "a", "--reason", "failed", "-m", "it broke")

# what went before, and what is killed
COMMITS: dict[str, tuple[tuple[Command, ...], Command]] = {
    "edit": ((), ("edit", "a", "--priority", "1", "--label", "x")),
    "decide": ((), ("decide", "a", "Which?", "--choice", "this", "--because", "it fits")),
    "concern": ((), ("concern", "a", "too slow")),
    "criteria": ((), ("criteria", "a", "--add", "it is fast")),
    "checklist": ((), ("checklist", "a", "--add", "first")),
    "batch": ((), ("batch", "FILE")),
    "block": ((STARTED,), FAILED),
    "requeue": ((STARTED, FAILED), ("requeue", "a")),
    "resume": ((STARTED, FAILED), ("resume", "a")),
    "retry": ((STARTED, FAILED), ("retry", "a", "--gap", "no test")),
    "submit": ((STARTED,), ("submit", "a")),
    "approve": ((STARTED, ("submit", "a")), ("approve", "a")),
    "reject": ((STARTED, ("submit", "a")), ("reject", "a", "-m", "no test")),
    "done": ((STARTED,), ("done", "a")),
    "cancel": ((("edit", "b", "--parent", "a"),), ("cancel", "a", "--children", "cascade")),
    "wait": ((STARTED,), ASKED),
    "answer": ((STARTED, ASKED), ("answer", "a", "eu")),
    "signal": (
        (("wait", "a", "--event", "built"), ("wait", "c", "--event", "built")),
        ("signal", "built"),
    ),
    "pause": ((STARTED,), ("pause", "a")),
    "delete": ((), ("delete", "a")),
    "rename": ((("new", "Task e", "--id", "e"),), ("rename", "e", "f")),
    "config": ((), ("config", "set", "retry", "3")),
    "step": ((STARTED,), ("step", "a", "-m", "thought")),
    "spend": ((STARTED,), ("spend", "a", "--tokens-in", "5")),
}
REFS: dict[str, tuple[tuple[Command, ...], Command, Command]] = {
    "send": ((), ("send", "bob", "hello"), ("inbox", "--as", "bob")),
    "register": ((), ("register", "bob", "--can", "test"), ("agents",)),
    "sleep": ((), ("sleep", "bob"), ("agents",)),
    "wake": ((("sleep", "bob"),), ("wake", "bob"), ("agents",)),
    "reserve": ((STARTED,), ("reserve", "a", "src"), ("reserve",)),
    "renew": ((STARTED,), ("renew", "a"), ("show", "a")),
    "release": ((STARTED,), ("release", "a"), ("show", "a")),
    "snapshot": ((), ("snapshot", "one"), ("snapshot",)),
    "attach": ((), ("attach", "a", "FILE"), ("artifacts", "a")),
}
SHORT = ("answer", "attach")


def prepared(project: Project, before: tuple[Command, ...], command: Command) -> Command:
    """The command, in a project where others went before; FILE is one beside it."""
    file = project.path.parent / "batch.jsonl"
    file.write_text('{"op": "note", "id": "a", "message": "x"}\n{"op": "start", "id": "b"}\n')
    for one in before:
        project.ok(*one)
    return tuple(str(file) if word == "FILE" else word for word in command)


def ways(names: object) -> list[object]:
    marks = pytest.mark.long
    assert isinstance(names, dict)
    return [
        *(pytest.param(name, 1, marks=marks, id=name) for name in names),
        *(pytest.param(name, 16, id=f"{name}, some") for name in names if name in SHORT),
    ]


@pytest.mark.parametrize(("name", "step"), ways(COMMITS))
def test_a_killed_commit_is_there_or_not(
    project: Project, tmp_path: Path, name: str, step: int
) -> None:
    command = prepared(project, *COMMITS[name])
    whole = Project.copy(project.path, tmp_path / "whole")
    whole.ok(*command)
    known = {project.count(): "before", whole.count(): "after"}
    seen = []
    for one in killed_everywhere(project, tmp_path, "kill", *command, step=step, least=12):
        seen.append(known[one.count()])
        goes_on(one)
    assert set(seen) <= {"before", "after"}
    assert seen == sorted(seen, reverse=True), "from one point on it is there"


@pytest.mark.parametrize(("name", "step"), ways(REFS))
def test_a_killed_record_is_there_or_not(
    project: Project, tmp_path: Path, name: str, step: int
) -> None:
    before, command, look = REFS[name]
    command = prepared(project, before, command)
    for one in killed_everywhere(project, tmp_path, "kill", *command, step=step, least=3):
        assert one.tk(*look).status in (0, 6), name
        again = one.tk(*command)
        assert again.status in (0, 1, 2, 3, 5, 6), again.said
        goes_on(one)
