"""How the screen looks, at several sizes, in colour or without; and that a key costs nothing but drawing."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.color import ColorType
from rich.style import Style

from tests.support.golden import hold
from tests.support.project import Project
from tests.support.screen import Driver, drive
from tests.support.templates import Templates
from tkledger.git import process
from tkledger.git.cat_file import CatFile, Found
from tkledger.ui.panes import Manner

WHEN, LATER = "2026-01-31T12:00:00Z", 1_769_860_800 + 3 * 86_400
TASKS: tuple[dict[str, Any], ...] = (
    {"id": "shop", "title": "Open the new shop", "priority": 0, "message": "Before the summer."},
    {"id": "pay", "title": "Take payments", "parent": "shop", "priority": 1},
    {"id": "card", "title": "Charge a card", "parent": "pay", "owner": "ada", "label": ["money"]},
    {"id": "refund", "title": "Give money back", "parent": "pay", "depends_on": ["card"]},
    {"id": "search", "title": "חיפוש בחנות, from right to left", "parent": "shop"},
    {
        "id": "phone",
        "title": "修复登录页面 and much more that is said in a long title",
        "owner": "bob",
    },
    {"id": "evil", "title": "[bold]no markup[/] \u202egnp.exe", "priority": 4},
)


@pytest.fixture
def shop(templates: Templates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A ledger of a few tasks in most states, with commits of one time."""

    def make(template: Path) -> None:
        os.environ.update(GIT_AUTHOR_DATE=WHEN, GIT_COMMITTER_DATE=WHEN)
        made = Project.create(template)
        made.ok("init", "--no-hooks")
        made.ok("batch", stdin="".join(json.dumps({"op": "new", **one}) + "\n" for one in TASKS))
        made.ok("start", "card", "--as", "ada")
        made.ok("block", "phone", "-m", "the designer's answer", "--as", "bob")
        made.ok("done", "card", "--as", "ada")
        made.ok("start", "refund", "--as", "eve")

    template = templates.of(make)
    monkeypatch.setattr(time, "time", lambda: LATER)  # ages are the same whenever this runs
    return Project.copy(template, tmp_path / "shop")


def test_every_view_at_several_sizes(shop: Project) -> None:
    parts: list[str] = []

    async def script(ui: Driver) -> None:
        async def keep(what: str, width: int, height: int, *keys: str) -> None:
            await ui.resize(width, height)
            await ui.press(*keys)
            text = ui.outline if len(ui.app.screen_stack) == 1 else ui.text
            assert all(cell_len(line) <= width for line in text.split("\n")), (what, width)
            parts.append(f"== {what}, {width} x {height}\n{text}\n")

        for name, key in (("list", "1"), ("tree", "2"), ("board", "3")):
            for width, height in ((120, 24), (80, 24), (40, 20)):
                await keep(name, width, height, key)
        await keep("one task", 80, 24, "1", "enter")
        await keep("one pane, few lines", 60, 12, "escape")
        await keep("a move", 80, 24, "b")
        await keep("the log of all", 80, 24, "escape", "5")
        await keep("the past", 100, 16, "1", "left_square_bracket")
        await keep("a refusal", 60, 20, "0", "A")
        await keep("no task", 60, 20, "slash", *"nothing", "enter")

    drive(shop, script, actor="eve")
    hold("\n".join(parts), "screen.txt")


def test_signs_of_ascii_and_no_colours(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    async def plain(ui: Driver) -> None:
        letters = {*"".join(one["title"] for one in TASKS), *"\u2068\u2069"}
        for key in ("1", "2", "3", "question_mark"):
            text = await ui.press(key)
            assert not {letter for letter in text if not letter.isascii()} - letters, text
            assert _colours(ui) <= {ColorType.DEFAULT}

    drive(shop, plain, manner=Manner(coloured=False, ascii=True))
    monkeypatch.setenv("NO_COLOR", "1")

    async def uncoloured(ui: Driver) -> None:
        assert _colours(ui) <= {ColorType.DEFAULT}
        cursor = [style for style in _styles(ui) if style.reverse]
        assert cursor, "what is selected is seen without colours"

    drive(shop, uncoloured)


def _colours(ui: Driver) -> set[ColorType]:
    """Which kinds of colours are on the screen: the terminal's own, or others."""
    used = [color for one in _styles(ui) for color in (one.color, one.bgcolor) if color]
    return {one.type for one in used}


def _styles(ui: Driver) -> list[Style]:
    strips = ui.app.screen._compositor.render_strips()
    return [segment.style for strip in strips for segment in strip if segment.style]


def test_the_colours_are_those_of_the_terminal(shop: Project) -> None:
    async def script(ui: Driver) -> None:
        for key in ("1", "2", "3"):
            await ui.press(key)
            assert ColorType.STANDARD in _colours(ui)
            assert _colours(ui) <= {ColorType.DEFAULT, ColorType.STANDARD}
            await ui.press("escape")

    drive(shop, script)


# -- what it costs -----------------------------------------------------------------------------


class Counted:
    """The objects that are read and the processes that are started, by thread."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def add(self, what: str) -> None:
        self.found.append((threading.get_ident(), what))

    @property
    def here(self) -> list[str]:
        return [what for thread, what in self.found if thread == threading.get_ident()]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    made = Counted()
    spawn, ask = process.spawn, CatFile.read_many

    def spawned(args: Sequence[str], *others: Any, **more: Any) -> process.Process:
        made.add(f"git {args[0]}")
        return spawn(args, *others, **more)

    def read(self: CatFile, wanted: Sequence[str], limit: int | None) -> Iterator[Found | None]:
        for one in wanted:
            made.add(one)
        return ask(self, wanted, limit)

    monkeypatch.setattr(process, "spawn", spawned)
    monkeypatch.setattr(CatFile, "read_many", read)
    return made


@pytest.fixture
def large(templates: Templates, tmp_path: Path) -> Project:
    """A ledger of 300 tasks in groups of ten, whose refs have not changed for long."""

    def make(template: Path) -> None:
        made = Project.create(template)
        made.ok("init", "--no-hooks")
        lines = [{"op": "new", "id": f"t{n}", "title": f"Task {n}"} for n in range(300)]
        for number, line in enumerate(lines):
            if number % 10:
                line["parent"] = f"t{number // 10 * 10}"
        made.ok("batch", stdin="".join(json.dumps(line) + "\n" for line in lines))

    made = Project.copy(templates.of(make), tmp_path / "large")
    for folder, _, _ in os.walk(made.path / ".git"):
        os.utime(folder, (1_700_000_000, 1_700_000_000))
    os.utime(made.path / ".git" / "HEAD", (1_700_000_000, 1_700_000_000))
    return made


KEYS = (
    *("j", "down", "k", "up", "ctrl+d", "pagedown", "ctrl+u", "G", "g", "2", "j", "enter", "left"),
    *(
        "right",
        "3",
        "right",
        "j",
        "j",
        "left",
        "tab",
        "j",
        "tab",
        "j",
        "4",
        "j",
        "z",
        "z",
        "escape",
    ),
    *("1", "slash", *"task 77", "escape", "question_mark", "j", "q"),
)


def test_a_key_reads_no_object_and_starts_no_process(large: Project, counted: Counted) -> None:
    async def script(ui: Driver) -> None:
        counted.found.clear()
        for key in KEYS:
            await ui.press("space" if key == " " else key)
        await ui.resize(60, 20)
        assert counted.here == []
        assert counted.found, "tasks that stayed selected were read, by the other thread"

    drive(large, script)


def test_nothing_is_read_until_a_ref_moves_and_then_what_changed(
    large: Project, counted: Counted
) -> None:
    async def script(ui: Driver) -> None:
        polls = 0
        look = ui.app._source.may_have_news

        def counting() -> bool:
            nonlocal polls
            polls += 1
            return look()

        ui.app._source.may_have_news = counting  # type: ignore[method-assign]
        counted.found.clear()
        await ui.until(lambda: polls >= 3)
        assert counted.found == []
        assert large.process("start", "t70", "--as", "bob").status == 0
        await ui.until(lambda: "bob: start t70" in ui.text)
        read = [what for _, what in counted.found if not what.startswith("git ")]
        assert 0 < len(read) < 60, read

    drive(large, script)


# -- each pane by its keys -----------------------------------------------------------------------


def test_each_pane_is_gone_through_by_keys(shop: Project) -> None:
    async def script(ui: Driver) -> None:
        app = ui.app

        def selected() -> str | None:
            return app.tasks.selected_id()

        await ui.press("G", "k")
        assert selected() == "search"
        await ui.press("2")
        assert selected() == "search", "another view has the same task selected"
        await ui.press("g", "left")
        assert "refund" not in ui.text.split("─ shop")[0], "what is folded hides what is below"
        text = await ui.press("enter")
        assert "▾ ○ shop" in text
        await ui.press("j", "j")
        assert selected() == "refund"
        await ui.press("left")
        assert selected() == "pay", "what has nothing to fold leads to what is above"
        await ui.press("3", "right")
        assert selected() == "refund"
        await ui.press("right", "right")
        assert selected() == "card"
        text = await ui.press("l")
        assert "log · card" in text
        await ui.press("tab")
        assert app.focused is not None
        assert app.focused.id == "detail"
        await ui.press("tab", "j")
        assert app.focused.id == "log"
        await ui.press("l")
        text = await ui.press("G", "enter")
        assert app.focused.id == "board"
        assert selected() == "card", "an entry of the log leads to its task"
        await ui.press("4", "z")
        assert "─ board" not in ui.text
        text = await ui.press("escape")
        assert "─ board" in text
        await ui.press("1")
        assert "list · 6 open" in ui.text
        text = await ui.press("e")
        assert "list · 7 tasks" in text
        assert "● card" in text
        text = await ui.press("N")
        await ui.type("Sell it abroad")
        text = await ui.press("enter")
        assert "Sell it abroad" in text
        found = app.picture.overview.task(selected() or "")
        assert found is not None
        assert found.title == "Sell it abroad", "what was created is selected"

    drive(shop, script, size=(130, 40))
    shop.ok("verify", "--all")
