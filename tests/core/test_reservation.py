"""Reservations as values: what is written is read, which paths there are, where two sets of them meet."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tkledger.core.reservation import (
    MAX_EVENT,
    MAX_PATH,
    MAX_PATHS,
    Reservation,
    both,
    covers,
    path,
    paths,
    read,
    written,
)


@pytest.mark.parametrize(
    "one", [Reservation("a", "ann", ("src/parser", "x y")), Reservation("a", "Änne 🎉")]
)
def test_what_is_written_is_read(one: Reservation) -> None:
    assert read("", 0, written(one)) == one


GOOD = {"tk": "reserved", "task": "a", "by": "ann", "paths": ["src"]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {**GOOD, "tk": "asleep"},
        {**GOOD, "task": "no id"},
        {**GOOD, "by": ""},
        {**GOOD, "paths": "src"},
        {**GOOD, "paths": ["../x"]},
        {**GOOD, "paths": ["x" * (MAX_PATH + 1)]},
        {**GOOD, "paths": [f"x{number}" for number in range(MAX_PATHS + 1)]},
    ],
)
def test_what_is_not_a_reservation_is_none(body: object) -> None:
    assert read("", 0, f"tk: x\n\n{json.dumps(GOOD)}\n") is not None
    assert read("", 0, f"tk: x\n\n{json.dumps(body)}\n") is None


@given(st.text())
def test_any_message_is_a_reservation_or_none(text: str) -> None:
    found = read("", 0, f"tk: x\n\n{text}")
    assert found is None or read("", 0, written(found)) == found


def test_the_largest_is_read_if_its_letters_are_plain() -> None:
    most = tuple(sorted(f"{number:0{MAX_PATH}}" for number in range(MAX_PATHS)))
    assert len(written(Reservation("a", "ann", most)).encode()) < MAX_EVENT - 1_000


@pytest.mark.parametrize(
    ("raw", "clean"),
    [("src/", "src"), ("./src//a", "src/a"), (".", "."), ("a/../b", "b"), ("a b", "a b")],
)
def test_a_path(raw: str, clean: str) -> None:
    assert path(raw) == clean


@pytest.mark.parametrize("raw", ["", "/etc", "..", "../x", "a/../../x", "a\\b", "a\nb", "x" * 201])
def test_what_is_not_a_path(raw: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        path(raw)


def test_paths_are_a_set() -> None:
    assert paths(["b", "a/", "b"]) == ("a", "b")


@pytest.mark.parametrize(
    ("ours", "theirs", "met"),
    [
        (["src"], ["src/a", "docs"], ["src/a"]),
        (["src/a"], ["src"], ["src/a"]),
        (["src/a"], ["src/ab", "src/b"], []),
        (["."], ["x", "y/z"], ["x", "y/z"]),
        (["a", "b"], ["b", "c"], ["b"]),
        ([], ["."], []),
    ],
)
def test_where_two_sets_meet(ours: list[str], theirs: list[str], met: list[str]) -> None:
    assert both(ours, theirs) == both(theirs, ours) == met


SEGMENTS = st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map("/".join)


@given(st.sets(SEGMENTS), st.sets(SEGMENTS), SEGMENTS)
def test_they_meet_where_both_cover_a_file(ours: set[str], theirs: set[str], name: str) -> None:
    file = f"{name}/file"
    by_both = all(any(covers(one, file) for one in some) for some in (ours, theirs))
    assert by_both == any(covers(one, file) for one in both(ours, theirs))
