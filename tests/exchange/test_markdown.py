"""Foreign text in Markdown is text and nothing else, as a parser of Markdown reads it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tkledger.exchange.markdown import plain_text, quotation

READ = MarkdownIt("commonmark").enable(["strikethrough", "table"])
LETTERS = "ab1 \\`*_~[]()<>{}#+-=!|&$@.:;\"'/\u2060é"
one_line = st.text(LETTERS, max_size=30).map(str.strip)


def shown(tokens: list[Token]) -> str:
    """The text of inline tokens, which are text and nothing else."""
    assert {one.type for one in tokens} <= {"text", "softbreak"}, tokens
    return "".join(one.content if one.type == "text" else "\n" for one in tokens)


def squeezed(text: str) -> str:
    """Text without the signs that keep a chat from reading a mention."""
    return text.replace("\u2060", "")


@given(one_line)
@example("_a_ __b__ a_b")
@example("[a]: <b>")
def test_within_a_line_text_is_text(text: str) -> None:
    begin, inline, end = READ.parse(f"a {plain_text(text)} z")
    assert (begin.type, end.type) == ("paragraph_open", "paragraph_close")
    assert squeezed(shown(inline.children or [])) == squeezed(f"a {text} z")


@given(st.lists(one_line.filter(squeezed), min_size=1, max_size=4))
@example(["# head", "- item", "+ item", "1. one", "2) two", "> deep", "---", "===", "```", "~~~"])
@example(["a", "==="])
def test_a_quotation_is_one_paragraph_of_text(rows: list[str]) -> None:
    found = READ.parse(f"before\n\n{quotation(chr(10).join(rows))}\n\nafter")
    kinds = [one.type for one in found[3:-3]]
    paragraph = ["paragraph_open", "inline", "paragraph_close"]
    assert kinds == ["blockquote_open", *paragraph, "blockquote_close"]
    assert squeezed(shown(found[5].children or [])) == squeezed("\n".join(rows))


@given(one_line)
def test_nobody_is_mentioned(text: str) -> None:
    assert not re.search(r"(?<!\w)[@#!]\w", READ.render(plain_text(text)).replace("&#", ""))


@pytest.mark.parametrize("text", ["", "\n", "a\n\nb"])
def test_empty_lines_stay_in_the_quotation(text: str) -> None:
    assert all(line.startswith(">") for line in quotation(text).split("\n") if text.strip())
