"""How `tk inbox` looks, as exact text."""

from __future__ import annotations

from typing import Any

from tkledger.core.messages import Letter, Message, Reply
from tkledger.views.inbox import inbox

AT = 1_700_000_000
FIRST = Message(
    "1" * 40, "ada", "bob", "The parser is done.\nPlease look at it.\n", AT, 7_200, "parse"
)
SECOND = Message("2" * 40, "eve\x1b[2J", "bob", "\tred \u202e words", AT, 60)
LETTERS = [
    Letter(FIRST, False, (Reply((FIRST.id,), "bob", False, "no time\ntoday"),)),
    Letter(SECOND, False, ()),
]


def test_letters_in_their_order(piped: Any) -> None:
    assert piped(inbox(LETTERS, AT + 3_600)) == (
        "1111111111  2023-11-14T22:13Z  from ada  parse  for 1h more\n"
        "  The parser is done.\n"
        "  Please look at it.\n"
        "  refused by bob: no time today\n"
        "2222222222  2023-11-14T22:13Z  from eve\\u001b[2J  expired\n"
        "      red \\u202e words\n"
    )


def test_a_narrow_terminal_breaks_the_text(terminal: Any) -> None:
    assert terminal(inbox(LETTERS[:1], AT), 24) == (
        "1111111111  2023-11-14T…\n"
        "  The parser is done.\n"
        "  Please look at it.\n"
        "  refused by bob: no ti…"
    )


def test_no_letters_are_no_lines(piped: Any) -> None:
    assert piped(inbox([], AT)) == ""
