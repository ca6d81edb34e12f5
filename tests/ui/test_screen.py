"""`tk ui`, driven by keys over real ledgers, while other processes change them."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.project import TK, Project
from tests.support.screen import Driver, drive
from tkledger.errors import Exit
from tkledger.ui.board import Board
from tkledger.ui.keys import WITHIN, groups
from tkledger.ui.lists import LogPane, TaskList, Tasks, TaskTree

pytestmark = pytest.mark.usefixtures("still")


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits of one time, so that a screen is the same whenever it is drawn."""
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
        monkeypatch.setenv(name, "2026-01-31T12:00:00Z")


def test_a_task_is_started_and_done_by_keys_and_that_is_undone(project: Project) -> None:
    async def script(ui: Driver) -> None:
        assert "s start" in ui.text
        asked = await ui.press("s")
        assert "start a  Task a" in asked
        text = await ui.press("escape")
        assert "─ list" in text
        assert project.state("a") == "todo"
        text = await ui.press("s", "enter")
        assert "a: todo -> in_progress" in text
        assert project.state("a") == "in_progress"
        assert "S submit  d done" in text
        await ui.press("d")
        await ui.type("it works")
        text = await ui.press("enter")
        assert "a: in_progress -> done" in text
        assert "list · 3 open" in text
        assert "it works" in project.file("a")
        asked = await ui.press("u")
        assert "take back" in asked
        assert "tk: done a Task a" in asked
        text = await ui.press("enter")
        assert "undone: tk: done a Task a" in text
        assert "─ list · 4 open" in text
        assert project.state("a") == "in_progress"

    drive(project, script, size=(80, 24))
    project.ok("verify", "--all")
    actors = project.git("log", "-1", "--format=%(trailers:key=Tk-Actor,valueonly)").split()
    assert actors == ["ada"]


def test_a_move_that_is_not_legal_is_refused_with_its_remedy(project: Project) -> None:
    project.ok("edit", "a", "--depends-on", "b")

    async def script(ui: Driver) -> None:
        text = await ui.press("d")
        assert "error[TK201] a: todo -> done is not a transition" in text
        assert "remedy: tk start a" in text
        text = await ui.press("s")
        assert "b is not done" in text
        text = await ui.press("j", "R")
        assert "TK301" not in text, "what was said is over with the next key"
        assert "error[TK201] b" in text

    drive(project, script)
    assert project.state("a") == project.state("b") == "todo"


def test_what_is_asked_for_has_to_be_said(project: Project) -> None:
    async def script(ui: Driver) -> None:
        assert "what does it wait for?" in await ui.press("b")
        assert "what does it wait for?" in await ui.press("enter"), "it is still asked"
        await ui.type("legal's word")
        text = await ui.press("enter")
        assert "a: todo -> blocked" in text
        await ui.press("n")
        await ui.type("asked them")
        await ui.press("enter")

    drive(project, script)
    assert "detail: legal's word" in project.file("a")
    assert "asked them" in project.file("a")


def test_the_log_of_a_task_that_is_followed_has_what_a_key_did(project: Project) -> None:
    async def script(ui: Driver) -> None:
        assert "log · a" in await ui.press("l")
        log = ui.app.query_one(LogPane)
        assert log.count() == 1
        text = await ui.press("s", "enter")
        assert "log · a" in text
        assert log.count() == 2

    drive(project, script, size=(160, 30))


def test_the_log_stays_where_it_is_read_when_others_change_the_ledger(project: Project) -> None:
    some = [{"op": "new", "id": f"n{number:02}", "title": "One of many"} for number in range(60)]
    project.ok("batch", stdin="".join(json.dumps(one) + "\n" for one in some))

    async def script(ui: Driver) -> None:
        log = ui.app.query_one(LogPane)
        await ui.press("5", "pagedown", *"jjkk")  # not the last line: what is said takes one
        before, row = log.selected(), log.cursor - log.top
        assert before is not None
        assert log.top > 0
        assert project.process("start", "b", "--as", "bob").status == Exit.OK
        await ui.until(lambda: "bob: start b" in ui.text)
        await ui.settled()
        assert log.selected() == before
        assert log.cursor - log.top == row, "on the same line of the screen"
        await ui.press("g")
        assert project.process("start", "c", "--as", "eve").status == Exit.OK
        await ui.until(lambda: "eve: start c" in ui.text)
        await ui.settled()
        newest = log.selected()
        assert newest is not None
        assert (newest.task, log.top) == ("c", 0), "who is at the top sees what is new"
        log.show_from(5)  # as the mouse's wheel does
        assert project.process("start", "d", "--as", "dan").status == Exit.OK
        await ui.until(lambda: "dan: start d" in ui.text)
        await ui.settled()
        assert (log.selected(), log.top) == (newest, 6)
        await ui.press("l")
        assert log.cursor == log.top == 0, "another log begins at its top"

    drive(project, script, size=(160, 30))


def test_each_pane_takes_the_first_picture_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str | None] = []
    for pane in (TaskList, TaskTree, Board):
        monkeypatch.setattr(pane, "take", _counting(pane.take, taken))

    async def script(ui: Driver) -> None:
        assert sorted(filter(None, taken)) == ["board", "list", "tree"]
        assert "log · all" in await ui.press("5")
        await ui.press("1", "e")
        assert sorted(filter(None, taken)) == sorted(["board", "list", "tree"] * 2)

    drive(project, script)


def _counting(take: Any, taken: list[str | None]) -> Any:
    def counted(self: Tasks, *words: Any) -> None:
        taken.append(self.id)
        take(self, *words)

    return counted


def test_the_keys_of_a_pane_are_those_of_the_table(project: Project) -> None:
    some = [{"op": "new", "id": f"n{number:02}", "title": "One of many"} for number in range(96)]
    project.ok("batch", stdin="".join(json.dumps(one) + "\n" for one in some))

    async def script(ui: Driver) -> None:
        shown = ui.app.query_one(TaskList)
        page = shown.room - 1
        wanted = {"down": 51, "up": 49, "^D": 50 + page, "^U": 50 - page, "top": 0, "end": 99}
        tried = set()
        for one in WITHIN[:2] + WITHIN[4:]:
            for key in one.keys.split(","):
                shown.select(50)
                await ui.press(key)
                word = one.shown if one.shown in wanted else one.help.split()[-1]
                assert shown.cursor == wanted[word], key
                tried.add(word)
        assert tried == {*wanted}

    drive(project, script)


def test_what_another_process_does_is_shown(project: Project) -> None:
    async def script(ui: Driver) -> None:
        assert project.process("start", "b", "--as", "bob").status == Exit.OK
        text = await ui.until(lambda: "bob: start b" in ui.text)
        assert "◐ b" in text
        assert "bob" in ui.line("◐ b")
        other = project.worktree("side")
        assert other.process("start", "c", "--as", "eve").status == Exit.OK
        text = await ui.until(lambda: "◐ c" in ui.text)
        assert "on side" in ui.line("◐ c")

    drive(project, script, size=(160, 30))


def test_a_filter_takes_the_words_of_commands(project: Project) -> None:
    project.ok("edit", "b", "--label", "api")
    project.ok("note", "c", "about the cache")

    async def script(ui: Driver) -> None:
        await ui.press("slash")
        text = await ui.type("task d")
        assert "list · 1 of 4 open" in text, "it is narrowed while one types"
        await ui.press("escape")
        assert "list · 4 open" in ui.text
        await ui.press("slash")
        await ui.type("CACHE")
        text = await ui.press("enter")
        assert "list · 1 of 4 open" in text
        assert "/CACHE" in text
        assert "○ c" in text
        await ui.press("escape", "slash")
        await ui.type("--label api --sort -id")
        text = await ui.press("enter")
        assert ("○ b" in text, "○ a" in text) == (True, False)
        await ui.press("escape", "slash")
        await ui.type("--wrong")
        text = await ui.press("enter")
        assert "error: unknown option --wrong" in text
        await ui.press("escape", "slash")
        await ui.type("--as eve")
        text = await ui.press("enter")
        assert "error: the filter takes words and options that choose tasks" in text

    drive(project, script)


def test_in_the_past_nothing_is_moved_and_that_is_said(project: Project) -> None:
    project.ok("start", "a", "--as", "ada")
    project.ok("done", "a", "--as", "ada")
    before = project.head()

    async def script(ui: Driver) -> None:
        text = await ui.press("left_square_bracket")
        assert "PAST, nothing can be moved" in text
        assert "tk: start a Task a" in text
        assert "◐ a" in text
        assert "S submit" not in text
        text = await ui.press("d")
        assert "error: nothing can be moved in the past" in text
        text = await ui.press("left_square_bracket")
        assert "○ a" in text
        text = await ui.press("right_square_bracket")
        assert "◐ a" in text
        text = await ui.press("right_square_bracket")
        assert "PAST" not in text
        await ui.press("at")
        await ui.type("HEAD~1")
        text = await ui.press("enter")
        assert "PAST" in text
        assert "◐ a" in text
        text = await ui.press("u")
        assert "nothing can be moved" in text
        text = await ui.press("0")
        assert "PAST" not in text
        await ui.press("at")
        await ui.type("no-such-day")
        text = await ui.press("enter")
        assert "error: " in text

    drive(project, script)
    assert project.head() == before


def test_titles_are_shown_as_they_are_and_steer_nothing(project: Project) -> None:
    evil = "[bold red]x[/] [link=a]y \u202egnp.exe \u2066z"
    project.ok("batch", stdin=json.dumps({"op": "new", "id": "evil", "title": evil}) + "\n")

    async def script(ui: Driver) -> None:
        text = await ui.press("G")
        shown = "[bold red]x[/] [link=a]y \\u202egnp.exe \\u2066z"
        for view in ("1", "2", "3"):
            text = await ui.press(view)
            assert "[bold red]x[/] [link=a]y" in text
            assert text.isprintable() or "\u202e" not in text
        assert shown in text.replace("\n", " ") or "\\u202egnp" in text
        asked = await ui.press("s")
        assert "[bold red]x[/] [link=a]y" in asked
        assert "\u202e" not in asked
        await ui.press("escape")

    drive(project, script)


def test_without_the_package_or_a_terminal_it_says_what_to_do(
    project: Project, tmp_path: Path
) -> None:
    answer = project.process("ui")
    assert (answer.status, "tk ui needs a terminal" in answer.err) == (Exit.UNUSABLE, True)
    (tmp_path / "textual").mkdir()
    (tmp_path / "textual" / "__init__.py").write_text("raise ModuleNotFoundError(name='textual')\n")
    answer = project.process("ui", env={"PYTHONPATH": str(tmp_path)})
    assert answer.status == Exit.UNUSABLE
    assert "remedy: pip install 'tkledger[tui]'" in answer.err


@pytest.mark.parametrize(
    ("words", "coloured"), [("--color always", True), ("--color never", False)]
)
def test_the_command_shows_a_screen_and_ends_by_a_key(
    project: Project, monkeypatch: pytest.MonkeyPatch, words: str, coloured: bool
) -> None:
    if coloured:  # what is typed counts more
        monkeypatch.setenv("NO_COLOR", "1")
    else:
        monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(project.path)
        os.execv(sys.executable, [*TK, "ui", "--as", "ada", *words.split()])
    seen = b""
    while b"Task a" not in seen:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, seen
        seen += os.read(terminal, 1 << 16)
    os.write(terminal, b"q")
    with open(terminal, "rb", buffering=0) as rest:
        try:
            while more := rest.read(1 << 16):
                seen += more
        except OSError:  # the other side is closed
            pass
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == Exit.OK
    assert bool(re.search(rb"\x1b\[[0-9;]*3[1-6][;m]", seen)) is coloured


def test_the_page_and_the_help_have_every_key(project: Project) -> None:
    page = (Path(__file__).parents[2] / "docs" / "ui.md").read_text(encoding="utf-8")
    rows = [row for _, some in groups() for row in some]
    for shown, words in rows:
        assert f"| `{shown}` | {words} |\n" in page

    async def script(ui: Driver) -> None:
        text = await ui.press("question_mark")
        for shown, words in rows:
            assert f"  {shown}" in text
            assert words in text
        assert "Esc leads back" in text
        assert "list · 4 open" in await ui.press("q")
        await ui.press("question_mark")
        assert "Esc leads back" not in await ui.press("enter")

    drive(project, script, size=(100, 60))
