"""A word is quoted for a POSIX shell as the standard library does it."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis import strategies as st

from tkledger.core.quoting import any_of, few, many, quoted


@given(st.text() | st.text("aZ9_@%+=:,./-' $\"\\é"))
def test_a_word_is_quoted_as_the_standard_library_does(text: str) -> None:
    assert quoted(text) == shlex.quote(text)


def test_what_is_left_out_is_counted_as_people_write_numbers() -> None:
    names = ["a"] * 1_240
    assert few(names, 2) == "a, a and 1,238 more"
    assert any_of(names, 2) == "a, a or 1,238 more"
    assert few(names[:2], 2) == "a, a"
    assert [many(n, "task") for n in (0, 1, 1_240)] == ["0 tasks", "1 task", "1,240 tasks"]
