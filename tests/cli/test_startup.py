"""What a command loads: start-up is most of its time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.project import Project

SHOW = """\
import os, sys
from tkledger import cli
status = cli.run(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
sys.exit(status)
"""

HEAVY = {"typer", "click", "rich", "git", "filelock", "yaml", "inspect", "dataclasses", "asyncio"}


def loaded(project: Project, *command: str) -> set[str]:
    """The top-level modules in memory at the end of a command."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *command], cwd=project.path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stderr.splitlines()[-1].split()}


@pytest.mark.parametrize(
    "command",
    [
        ["start", "a"],
        ["start", "a", "b", "--json", "--as", "somebody"],
        ["start", "a", "--dry-run"],
        ["start", "a", "--key", "once"],
        ["block", "a", "--reason", "user", "-m", "a question"],
        ["cancel", "a", "--resolution", "duplicate"],
    ],
    ids=" ".join,
)
def test_a_plain_move_loads_nothing_that_is_heavy(project: Project, command: list[str]) -> None:
    assert not loaded(project, *command) & HEAVY


@pytest.mark.parametrize("verb", ["submit", "done", "block"])
def test_the_other_moves_load_no_more(project: Project, verb: str) -> None:
    project.ok("start", "a")
    more = ["--reason", "other"] if verb == "block" else []
    assert not loaded(project, verb, "a", *more) & HEAVY


LOOKS = [
    "list --all",
    "ready",
    "board",
    "streams",
    "tree",
    "tree a",
    "log",
    "log a",
    "show a",
    "budget",
    "budget a",
    "search First",
    "list --grep First --since yesterday --fields id,priority",
]


@pytest.mark.parametrize("command", LOOKS)
@pytest.mark.parametrize("more", ["", "--json", "--at HEAD"])
def test_a_plain_look_loads_nothing_that_is_heavy(
    project: Project, command: str, more: str
) -> None:
    told = loaded(project, *command.split(), *more.split())
    assert not told & (
        HEAVY if "json" in more else HEAVY - {"rich"}
    )  # which knows how wide text is


OTHERS = [
    "new Title --label x --priority=1",
    "edit a --title T",
    "note a text",
    "concern a text",
    "decide a question --choice c --because b",
    "step a",
    "spend a --cost 1",
    "next",
    "why a",
    "verify",
    "explain TK201",
    "fmt",
    "sleep",
    "register --can python",
    "reserve a src",
    "reserve",
    "agents",
    "check sleep",
    "inbox",
    "send bob text",
    "config show",
    "config set depth 3",
    "check transition todo blocked",
]


@pytest.mark.parametrize("command", OTHERS)
def test_no_plain_command_loads_typer(project: Project, command: str) -> None:
    told = loaded(project, *command.split())
    assert not told & {"typer", "click", "git", "filelock", "argparse"}


def test_wrong_words_load_no_typer(project: Project) -> None:
    told = loaded_by(project, "from tkledger import cli; cli.run(['list', '--colour'])")
    assert "tkledger.verbs.wrong_words" in told
    assert "typer" not in told


def test_the_version_loads_next_to_nothing(project: Project) -> None:
    bare = loaded_by(project, "pass")
    more = loaded_by(project, "from tkledger import cli; cli.run(['--version'])") - bare
    ours = {name for name in more if name.startswith("tkledger")}
    assert ours == {"tkledger", "tkledger.cli", "tkledger.errors"}
    assert len(more - ours) < 40, more
    assert not more & {*HEAVY, "json", "subprocess", "argparse", "importlib.metadata"}


def loaded_by(project: Project, code: str) -> set[str]:
    """The modules that a program loads."""
    program = f"{code}\nimport sys\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project.path,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "command", ["list", "tree", "show a", "new Title", "edit a --title T", "verify --all", "fmt"]
)
def test_no_command_on_the_way_loads_gitpython(project: Project, command: str) -> None:
    assert not loaded(project, *command.split()) & {"git", "filelock"}
