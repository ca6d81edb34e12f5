"""A word is quoted for a POSIX shell as the standard library does it."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis import strategies as st

from tkledger.core.quoting import quoted


@given(st.text() | st.text("aZ9_@%+=:,./-' $\"\\é"))
def test_a_word_is_quoted_as_the_standard_library_does(text: str) -> None:
    assert quoted(text) == shlex.quote(text)
