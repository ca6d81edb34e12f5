"""Who asks for colours gets them, wherever output goes; nobody else does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tkledger
from tests.cli.test_diff import work
from tests.support.project import Project
from tkledger.core.lifecycle import State
from tkledger.verbs import parameters as p
from tkledger.verbs.commands import COMMANDS, JUDGE, LOOK, inner
from tkledger.views import style


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "60")


ASKED = [  # the environment, the words, whether there are colours through a pipe
    ({}, "", False),
    ({}, "--color auto", False),
    ({}, "--color always", True),
    ({"FORCE_COLOR": "1"}, "", True),
    ({"FORCE_COLOR": "1"}, "--color auto", True),
    ({"FORCE_COLOR": "1"}, "--color never", False),
    ({"FORCE_COLOR": "0"}, "", False),
    ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "", False),
    ({"NO_COLOR": "1"}, "--color always", True),
    ({"FORCE_COLOR": "1"}, "--json", False),
]


@pytest.mark.parametrize(("env", "words", "coloured"), ASKED)
def test_colours_are_for_a_pipe_that_asks(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    env: dict[str, str],
    words: str,
    coloured: bool,
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    shown = project.ok("list", *words.split()).out
    assert ("\x1b[" in shown) is coloured
    if coloured:  # it looks as on a terminal of that width
        assert "\x1b[1m○ todo 4\x1b[0m\n" in shown


def test_a_diff_has_the_colours_of_git(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    work(project, "a", "two\n", "step")
    assert "\x1b[32m+" in project.ok("diff", "a", "--color", "always").out
    assert "\x1b[" not in project.ok("diff", "a").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[32m+" in project.ok("diff", "a").out
    assert "\x1b[" not in project.ok("diff", "a", "--color=never").out
    project.ok("start", "b")
    assert "\x1b[" in project.ok("diff", "--since", "HEAD~1", "--color", "always").out


def test_every_command_that_looks_or_judges_can_be_asked() -> None:
    without = [
        one.name
        for one in COMMANDS.values()
        if one.group in (LOOK, JUDGE) and not inner(one.name) and p.COLOR not in one.takes
    ]
    assert without == ["accept"]  # it changes the ledger


def test_no_view_has_a_colour_of_its_own() -> None:
    hues = {"red", "green", "yellow", "blue", "magenta", "cyan", "white", "black"}
    root = Path(tkledger.__file__).parent
    found = [
        f"{path.name}: {node.value}"
        for path in sorted({*root.rglob("*.py")} - {root / "views" / "style.py"})
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if hues & {*node.value.removeprefix("bright_").split()} and len(node.value.split()) < 3
    ]
    assert found == []


def test_a_colour_has_one_meaning() -> None:
    hues = {
        **{state: look.colour for state, look in style.LOOKS.items()},
        **{name: getattr(style, name) for name in ("ID", "PERSON", "BAD", "GOOD")},
    }
    meanings: dict[str, set[object]] = {}
    for what, hue in hues.items():
        if hue not in ("", style.DIM):
            meanings.setdefault(hue, set()).add(what)
    same = [what for what in meanings.values() if len(what) > 1]
    assert same == [{State.BLOCKED, "BAD"}, {State.DONE, "GOOD"}]
    assert {style.urgency(value)[1] for value in range(5)} <= {style.STRONG, style.DIM, ""}
    assert not {"white", "black", "bright_white", "bright_yellow"} & {*meanings}
