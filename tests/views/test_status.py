from __future__ import annotations

from typing import Any

from tkledger.views.status import Block, Row, overview

BLOCKS = (
    Block("in progress", [Row("tk-a", "Parse", "3h 2m, on tk/tk-a", 1)]),
    Block(
        "sent back",
        [Row("tk-docs", "Write about each field", "bob, 2h: the example does not run at all", 2)],
    ),
    Block("ready", [Row("tk-b", "修复解析器", "", 0)], "and 4 more: tk ready"),
    Block("messages", [Row("2432083b5d", "two\nlines \x1b[2J", "eve, 1m")]),
    Block("hooks", [Row("", "6 of git's hooks are not installed: tk hooks install")]),
)


def test_a_wide_terminal_has_a_line_for_each_and_a_long_note_below(terminal: Any) -> None:
    assert terminal(overview("ada on main: 7 open tasks", BLOCKS, ["That is all."]), 70) == (
        "ada on main: 7 open tasks\n"
        "\n"
        "in progress  tk-a        P1  Parse  3h 2m, on tk/tk-a\n"
        "sent back    tk-docs     P2  Write about each field\n"
        "                             bob, 2h: the example does not run at all\n"
        "ready        tk-b        P0  修复解析器\n"
        "             and 4 more: tk ready\n"
        "messages     2432083b5d  two lines \\u001b[2J  eve, 1m\n"
        "hooks        6 of git's hooks are not installed: tk hooks install\n"
        "\n"
        "That is all."
    )


def test_a_narrow_terminal_has_the_names_above(terminal: Any) -> None:
    text = terminal(overview("ada on main: 7 open tasks", BLOCKS[1:3], []), 40)
    assert text == (
        "ada on main: 7 open tasks\n"
        "\n"
        "sent back\n"
        "  tk-docs  P2  Write about each field\n"
        "    bob, 2h: the example does not run at\n"
        "    all\n"
        "\n"
        "ready\n"
        "  tk-b  P0  修复解析器\n"
        "  and 4 more: tk ready"
    )
    for width in (8, 20, 40, 63, 64, 80):
        lines = terminal(overview("ada", BLOCKS, []), width).splitlines()
        assert max(map(len, lines)) <= max(width, 16), width


def test_a_pipe_gets_all_of_it(piped: Any) -> None:
    row = Row("tk-c", "long " * 60 + "end", "why " * 60 + "end", 3)
    (_, _, line) = piped(overview("ada", [Block("to review", [row])], [])).splitlines()
    assert line == f"to review    tk-c  P3  {row.title}  {row.note}"
