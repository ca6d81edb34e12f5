"""The parser reads a command line as typer does, made of the same table; wrong words it tells itself."""

from __future__ import annotations

import ast
import re
import shlex
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import tkledger
from tkledger.cli import COLOUR_THEMSELVES, function, parser, run, typer_app
from tkledger.core import exec_kernel
from tkledger.errors import Exit, TkError
from tkledger.verbs import parameters as p
from tkledger.verbs.commands import COMMANDS, inner
from tkledger.verbs.manual import PAGES, page
from tkledger.verbs.operations import fields
from tkledger.verbs.parameter import Command, Parameter
from tkledger.verbs.verb import VERBS

CALLED = [command for command in COMMANDS.values() if not inner(command.name)]


def values(line: list[str]) -> dict[str, Any] | None:
    """The values of a command line, by the parser; None for wrong words."""
    try:
        call = parser.parse(line)
    except TkError as error:
        return None if error.exit is Exit.USAGE else {"": error}
    return call.values if call else {"": "help"}


APP = typer_app.build()


def by_typer(line: list[str]) -> dict[str, Any] | None:
    """The same by typer, without what was not given."""
    try:
        given = APP(line, prog_name="tk", standalone_mode=False)
    except Exception as error:
        return None if hasattr(error, "format_message") else {"": error}
    found = {
        name: value
        for name, value in given.items()
        if value not in (None, ()) and value is not False
    }
    return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}


def _given(one: Parameter) -> list[list[str]]:
    """Ways to give a parameter, and some that are wrong."""
    value = (
        one.choices[-1]
        if one.choices
        else "7"
        if one.kind in (int, float)
        else "x y"[: 1 if one.listed else 3]
    )
    if not one.words:
        return [[value], *([[value, "z"]] if one.many else []), [], ["--", value], ["--", "-x"]]
    found = []
    for word in one.words:
        if one.kind is bool:
            found += [[word], [word, word], [f"{word}=x"]]
            continue
        glue = "=" if word.startswith("--") else ""
        found += [[word, value], [f"{word}{glue}{value}"], [word, value, word, value]]
        if one.bare is None:
            found += [[word]]
        if one.bare is None and not one.noun:  # typer leaves nouns to the command
            found += [[word, odd] for odd in ("", "-", "-x", "--")]
    return found


def _lines(command: Command) -> list[list[str]]:
    """Command lines with one parameter given in all ways, and the required ones in a plain way."""
    name = command.name.split()
    need = [one for one in command.takes if one.required]
    plain = {one: _given(one)[0] for one in need}
    found = []
    for one in command.takes:
        others = [word for other in need if other is not one for word in plain[other]]
        for words in _given(one):
            found += [[*name, *others, *words]]
            found += [[*name, *words, *others]] if "--" not in words else []
    found += [[*name], [*name, "--colour"], [*name, "-x"], [*name, *("x" * 9)]]
    return found


@pytest.mark.parametrize("command", CALLED, ids=lambda one: one.name)
def test_the_parser_reads_what_typer_reads(command: Command) -> None:
    for line in _lines(command):
        assert values(line) == by_typer(line), line


@pytest.mark.parametrize("command", CALLED, ids=lambda one: one.name)
def test_the_examples_are_words_of_their_command(command: Command) -> None:
    examples = page(command.name).examples
    assert examples
    for example in examples:
        tk, *words = shlex.split(example)
        assert tk == "tk"
        call = parser.parse(words)
        assert call is not None
        assert call.command == command


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda one: one.name)
def test_the_help_is_one_short_line(command: Command) -> None:
    assert len(command.help) < 60
    assert command.help.endswith(".")
    assert not command.help.endswith("...")


@pytest.mark.parametrize("command", CALLED, ids=lambda one: one.name)
def test_a_command_has_a_function_for_its_values(command: Command) -> None:
    import inspect

    takes = inspect.signature(function(command)).parameters.values()
    assert all(one.kind is not one.POSITIONAL_ONLY for one in takes)
    names = {one.name for one in takes if one.kind is not one.VAR_KEYWORD}
    others = any(one.kind is one.VAR_KEYWORD for one in takes)
    to_print = {p.JSON} if command.name in COLOUR_THEMSELVES else {p.JSON, p.COLOR}
    told = {one.name for one in command.takes if one not in to_print}
    bound = {"verb"} if command.group == "Move" else set()
    assert names - bound <= told
    assert others or names - bound == told
    always = {one.name for one in command.takes if one.required or one.default is not None}
    needed = {one.name for one in takes if one.default is one.empty} & names
    assert needed - bound <= always


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("next --wait", {"wait": 31_536_000}),
        ("next --wait --claim", {"wait": 31_536_000, "claim": True}),
        ("next --wait 5 --claim", {"wait": 5, "claim": True}),
        ("next --wait=0.5", {"wait": 0.5}),
        ("next --wait -1", None),
        ("list -n5 --label a --label=b", {"limit": 5, "label": ["a", "b"]}),
        ("list -n 0", None),
        ("list --priority 1.5", None),
        ("start - a -- -b", {"ids": ["-", "a", "-b"]}),
        (
            "run --next -- make -j",
            {"next_": True, "words": ["make", "-j"], "jobs": 1, "retries": 0},
        ),
    ],
)
def test_forms_of_a_line(line: str, found: dict[str, Any] | None) -> None:
    assert values(line.split()) == found


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("list --shade", "unknown option --shade"),
        ("list --json=yes", "--json takes no value"),
        ("list -n", "-n needs a value: -n N"),
        ("list -n x", "--limit: 'x' is not a number"),
        ("list -n 0", "--limit: 0 is less than 1"),
        ("list a b", "unexpected arguments: a b"),
        ("start", "missing argument ID..."),
        ("retry a", "missing option --gap"),
        (
            "config tell",
            "no such command: 'config tell'; there are show, explain, set, edit, approve",
        ),
    ],
)
def test_wrong_words_are_told_with_the_help_that_helps(line: str, fact: str) -> None:
    with pytest.raises(TkError) as told:
        parser.parse(line.split())
    assert (told.value.kind, told.value.message) == ("usage", fact)
    command = "config" if line.startswith("config") else line.split()[0]
    assert told.value.remedy == f"tk {command} --help"


@pytest.mark.parametrize("line", ["", "--help", "-h", "config", "config -h", "list --json --help"])
def test_help_is_left_to_typer(line: str) -> None:
    assert parser.parse(line.split()) is None


@pytest.mark.parametrize(
    "line", ["list --help --colour", "config set -h -x", "config -h no", "-h x"]
)
def test_help_is_given_whatever_else_is_said(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line.split()) == Exit.OK
    name = line.partition(" -")[0] if line[0] != "-" else ""
    assert capsys.readouterr().out.startswith(f"Usage: tk {name}".rstrip())


def test_help_after_two_dashes_is_a_word() -> None:
    assert values(["note", "a", "--", "--help"]) == {"id": "a", "message": "--help"}


def test_every_verb_is_a_command_of_the_table() -> None:
    assert {command.verb for command in CALLED} - {""} == set(VERBS)
    for verb in VERBS:
        assert "id" in fields(verb)
        assert not {"path", "as_json", "actor", "dry_run", "key", "ids"} & set(fields(verb))
    assert {"branch", "base"} <= set(fields("start"))


def test_what_an_option_says_of_its_default_is_so() -> None:
    assert p.MAX_STEPS.help.startswith(f"{exec_kernel.MAX_STEPS} ")
    assert p.MAX_DURATION.help.startswith(f"{exec_kernel.MAX_SECONDS} ")
    assert p.MAX_DEPTH.help.startswith(f"{exec_kernel.MAX_DEPTH} ")


def test_no_option_is_spelled_twice() -> None:
    """Options are words of the table of parameters; who needs one asks there."""
    words = {word for command in CALLED for one in command.takes for word in one.words}
    root = Path(tkledger.__file__).parent
    found: Counter[str] = Counter()
    speak_git = {"git", "doors"}  # whose words are options of git
    for room in {folder.name for folder in root.iterdir() if folder.is_dir()} - speak_git:
        for path in (root / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    parts = node.value.split(" ")
                    if parts and all(re.fullmatch(r"--?[a-zA-Z][\w-]*", part) for part in parts):
                        found.update(set(parts) & words)
    of_others = {"--add", "-p"}  # of update-index, and of ps
    assert {word for word, times in found.items() if times > 1} == of_others
    assert set(found) == words


def test_every_page_is_of_a_command() -> None:
    assert {*PAGES} == {command.name for command in CALLED}
