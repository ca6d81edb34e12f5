"""What a user sets for all repositories: saved filters, aliases, templates, and how output looks."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.project import Project
from tkledger.errors import Exit

Write = Callable[[str], Path]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes the file, in a folder of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def write(text: str) -> Path:
        path = tmp_path / "config" / "tk" / "config.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def ids(project: Project, *words: str) -> list[str]:
    return [one["id"] for one in project.ok(*words, "--json").json["tasks"]]


FILE = """\
# for all repositories
filters:
  urgent: "--priority 0 --sort -id"
  anns: --owner ann   # a comment at the end
  two: '--label "x y" --state todo'

aliases:
  st: status
  hers: list @anns
"""


def test_the_example_of_the_page_is_right(project: Project, config: Write) -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    config(page.split("```yaml\n")[1].split("```")[0])
    assert (
        ids(project, "list", "@mine") == ids(project, "mine") == ids(project, "list", "@soon") == []
    )
    project.ok(
        "new", "--template", "bug", "It fails", "--id", "t", "--due", "today", "--owner", "me"
    )
    assert ids(project, "mine") == ids(project, "tree", "@soon") == ["t"]
    assert 'title: "Bug: It fails"' in project.file("t")
    assert project.ok("st", "--json").json["open"] == 5


@pytest.fixture
def some(project: Project, config: Write) -> Project:
    """A project whose tasks differ, and a user with settings."""
    config(FILE)
    project.ok("edit", "b", "c", "--priority", "0")
    project.ok("edit", "c", "d", "--owner", "ann")
    project.ok("edit", "d", "--label", "x-y")
    return project


def test_a_saved_filter_is_a_word_of_every_view(some: Project) -> None:
    assert ids(some, "list", "@urgent") == ["c", "b"]
    assert ids(some, "ready", "@urgent", "--limit", "1") == ["c"]
    assert ids(some, "tree", "@urgent") == ["c", "b"]
    columns = some.ok("board", "@urgent", "--json").json["columns"]
    assert [one["id"] for one in columns["todo"]] == ["c", "b"]
    entries = some.ok("log", "@urgent", "--limit", "1", "--json").json["entries"]
    assert [one["task"] for one in entries] == ["c"]
    found = some.ok("search", "task", "@urgent", "--json").json["found"]
    assert {one["id"] for one in found} == {"b", "c"}
    assert ids(some, "list", "@two") == ["d"]


def test_saved_filters_and_options_narrow_each_other(some: Project) -> None:
    assert ids(some, "list", "@urgent", "@anns") == ["c"]
    assert ids(some, "list", "@anns", "--priority", "2") == ["d"]
    assert ids(some, "list", "@urgent", "--sort", "id") == ["b", "c"]  # the last one counts
    assert ids(some, "list", "@urgent", "--priority", "2") == ["d", "c", "b", "a"]  # one is enough
    assert ids(some, "tree", "c", "@anns") == ["c"]


def test_a_word_of_an_option_is_no_saved_filter(some: Project) -> None:
    assert ids(some, "list", "--grep", "@urgent") == []
    some.ok("note", "a", "@urgent")
    assert "@urgent" in some.file("a")
    assert ids(some, "list", "--grep", "@urgent") == ["a"]


def test_an_alias_is_another_name_of_a_command(some: Project) -> None:
    assert some.ok("st", "--json").json["open"] == 4
    assert ids(some, "hers", "--limit", "1") == ["c"]
    answer = some.tk("stt")
    assert (answer.status, "no such command: 'stt'" in answer.err) == (Exit.USAGE, True)


@pytest.mark.parametrize("command", ["list", "tree"])
def test_a_filter_that_was_not_saved_is_said(some: Project, command: str) -> None:
    answer = some.tk(command, "@open")
    assert answer.status == Exit.USAGE
    assert answer.err.startswith(
        "error: no such filter: '@open'; there are anns, two, urgent\n  remedy: write it in "
    )
    assert "config.yaml: filters: {open: --owner me}" in answer.err


@pytest.mark.parametrize(
    ("text", "command", "said"),
    [
        ("filters:\n  a: --colour\n", "list @a", "the saved filter a: unknown option --colour"),
        ("filters:\n  a: --limit x\n", "list @a", "the saved filter a: --limit: 'x' is not a"),
        (
            "filters:\n  a: '@b'\n  b: --all\n",
            "list @a",
            "the saved filter a: unexpected arguments",
        ),
        ('filters:\n  a: "--owner \'x"\n', "list @a", "filters.a: No closing quotation"),
        ("filters:\n  A: --all\n", "list @a", "line 1: filters: 'A' must be 1 to 63 of"),
        ("filters:\n  a: 1\n", "list @a", "the saved filter a: unexpected arguments: 1"),
        (f"filters:\n  a: {'x' * 501}\n", "list @a", "must be one line of at most 500"),
        (
            "filter:\n  a: --all\n",
            "list @a",
            "line 1: filter: is not a known field; did you mean filters?",
        ),
        ("aliases:\n  list: tree\n", "st", "list is a command"),
        ("aliases:\n  st: status\n  st: list\n", "st", "the key st is there twice"),
        ("aliases: &x\n  st: *x\n", "st", "anchors and aliases are not read"),
        ("- a\n", "list @a", "must be a map"),
        ("color: [\n", "list @a", "is not YAML"),
        ("x" * 70_000, "list @a", "is larger than 65536 bytes"),
        ("color: red\n", "list @a", "color: 'red' must be one of auto, never"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(
    project: Project, config: Write, text: str, command: str, said: str
) -> None:
    path = config(text)
    answer = project.tk(*command.split())
    assert answer.status in (Exit.USAGE, Exit.UNUSABLE)
    assert said in answer.err, answer.err
    assert str(path) in answer.err or said.startswith("the saved filter")
    assert project.ok("list").err == ""  # which does not ask for it


def test_the_file_is_not_asked_for_where_it_is_not_needed(project: Project, config: Write) -> None:
    path = config("not: one\n")
    path.chmod(0)
    for command in ("list", "tree", "status", "new T"):
        assert project.ok(*command.split()).err == ""


def test_without_a_file_nothing_is_saved(project: Project, config: Write) -> None:
    assert project.tk("list", "@a").err.startswith("error: no such filter: '@a'\n")
    config("# nothing yet\n\n")
    assert project.tk("list", "@a").err.startswith("error: no such filter: '@a'\n")


def test_it_is_below_home_by_default(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")  # which does not count
    path = tmp_path / ".config" / "tk" / "config.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("filters:\n  none: --state done\n")
    assert ids(project, "list", "@none") == []


TEMPLATES = """\
templates:
  bug:
    title: "Bug: {title} ({0}) %s $(id)"
    type: bug
    label: [triage]
    priority: 1
    message: |
      # Steps

      1. ...
    budget:
      steps: 5
  odd:
    colour: red
  bad:
    title: Fixed
  wrong:
    priority: high
"""


def test_a_template_fills_the_fields_of_a_new_task(project: Project, config: Write) -> None:
    config(TEMPLATES)
    new = ("new", "--template", "bug", "It fails", "--id", "t")
    project.ok(*new, "--label", "ui", "--priority", "0")
    task = project.ok("show", "t", "--json").json["task"]
    assert {name: task[name] for name in ("title", "type", "labels", "priority", "budget")} == {
        **{"title": "Bug: It fails ({0}) %s $(id)", "type": "bug", "labels": ["triage", "ui"]},
        **{"priority": 0, "budget": {"steps": 5}},
    }
    assert task["description"] == "# Steps\n\n1. ...\n"


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("none", Exit.USAGE, "no such template: 'none'; there are bad, bug, odd, wrong"),
        ("odd", Exit.UNUSABLE, "templates.odd: new has no option colour"),
        ("bad", Exit.UNUSABLE, "templates.bad: title must hold {title}"),
        ("wrong", Exit.UNUSABLE, 'templates.wrong: priority cannot be "high"'),
    ],
)
def test_what_is_wrong_with_a_template_is_said(
    project: Project, config: Write, name: str, status: Exit, said: str
) -> None:
    config(TEMPLATES)
    head = project.head()
    answer = project.tk("new", "T", "--template", name)
    assert (answer.status, project.head()) == (status, head)
    assert said in answer.err


def test_a_batch_has_no_templates(project: Project, config: Write) -> None:
    config(TEMPLATES)
    answer = project.tk("batch", stdin='{"op": "new", "title": "T", "template": "bug"}')
    assert "new has no option template" in answer.err


def on_a_terminal(project: Project, *words: str, lines: int = 24, **env: str) -> str:
    """What tk sends to a terminal with so many lines."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 80, 0, 0))
    plain = {name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS")}
    done = subprocess.run(
        [sys.executable, "-m", "tkledger", *words],
        cwd=project.path,
        stdin=follower,
        stdout=follower,
        stderr=subprocess.PIPE,
        env={**plain, "TERM": "xterm-256color", **env},
    )
    os.close(follower)
    text = b""
    while True:
        try:
            part = os.read(leader, 65_536)
        except OSError:  # how Linux says that nothing is left
            break
        if not part:
            break
        text += part
    os.close(leader)
    assert done.returncode == 0, done.stderr
    return (text + done.stderr).decode().replace("\r\n", "\n")


def test_a_terminal_looks_as_its_user_likes(project: Project, config: Write) -> None:
    project.ok("start", "a")
    project.ok("new", "Part …", "--id", "part", "--parent", "a")
    assert "\x1b[" in on_a_terminal(project, "tree")
    config("color: never\nascii: true\n")
    assert on_a_terminal(project, "tree", "a") == (
        "> a P2 Task a  ----- 0/1 done  test\n`- o part P2 Part ~\n\no 1 todo | > 1 in_progress\n"
    )
    assert project.ok("tree", "a").out.startswith("◐ in_progress a P2")  # for programs as ever


def test_what_is_long_goes_through_the_pager(project: Project, config: Write) -> None:
    config("color: never\npager: sed -e 's/^/> /'\n")
    shown = on_a_terminal(project, "list", lines=4)
    assert [line[:2] for line in shown.splitlines()] == ["> "] * 9
    assert "> " not in on_a_terminal(project, "list", lines=20)
    config("color: never\npager: auto\n")
    assert on_a_terminal(project, "list", lines=4, PAGER="wc -l").strip() == "9"
    assert "○ todo" not in on_a_terminal(project, "list", "--json", lines=2, PAGER="wc -l")


def test_the_pager_is_that_of_git(project: Project) -> None:
    def shown(*words: str, lines: int = 4, **env: str) -> str:
        return on_a_terminal(project, *words, lines=lines, NO_COLOR="1", **env).strip()

    assert shown("list", PAGER="wc -l") == "9"
    assert shown("tree", PAGER="wc -l") == "6"
    assert shown("list", PAGER="wc -l", GIT_PAGER="sed -n 1p | tr a-z A-Z").startswith("ID ")
    project.git("config", "core.pager", "wc -w")
    assert int(shown("log", PAGER="wc -l")) > 9
    assert "Task d" in shown("list", PAGER="wc -l", GIT_PAGER="cat")
    assert "Task d" in shown("list", PAGER="wc -l", TERM="dumb")
    assert "Task d" in shown("list", lines=24)  # all of it fits


def test_a_pager_that_cannot_be_run_and_a_file_that_cannot_be_read_stop_nothing(
    project: Project, config: Write
) -> None:
    path = config("color: never\npager: /no/such/pager\n")
    shown = on_a_terminal(project, "list", lines=4)
    assert "Task d" in shown
    assert "warning: the pager '/no/such/pager' cannot be run" in shown
    path.write_text("colour: never\n")
    shown = on_a_terminal(project, "list")
    assert "Task d" in shown
    assert f"warning: {path}: line 1: colour: is not a known field" in shown


def test_several_actors_are_several_words(project: Project) -> None:
    refused = project.tk("config", "set", "roles.approve", "ada,ben", "cyd")
    assert refused.status == Exit.USAGE
    assert "ada,ben would be the name of one actor" in refused.err
    assert "remedy: tk config set roles.approve ada ben cyd\n" in refused.err
    project.ok("config", "set", "roles.approve", "ada", "ben", "cyd")
