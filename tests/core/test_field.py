"""What each kind of field takes, and what it refuses with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tkledger.core import field
from tkledger.core.field import Field, FieldError, is_id, read
from tkledger.core.task_parts import BUDGET, Budget

TAKES = [
    (field.task_id, "a", "a"),
    (field.task_id, "0", "0"),
    (field.task_id, 7, "7"),
    (field.task_id, "tk-7f3ka", "tk-7f3ka"),
    (field.task_id, "a" * 63, "a" * 63),
    (field.task_id, "com0", "com0"),
    (field.task_id, "com10", "com10"),
    (field.ref_name, "a" * 200, "a" * 200),
    (field.ref_name, "tk/a-b_c.d", "tk/a-b_c.d"),
    (field.ref_name, "a@b{c", "a@b{c"),
    (field.moment, "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
    (field.task_id, "console", "console"),
    (field.line, "one line", "one line"),
    (field.line, 2024, "2024"),
    (field.line, True, "true"),
    (field.line, False, "false"),
    (field.flag, True, True),
    (field.flag, "true", True),
    (field.line, "ends\n", "ends"),
    (field.line, "\U0001f600 \u05d0\u200f", "\U0001f600 \u05d0\u200f"),
    (field.text, "one", "one"),
    (field.text, "one\n\n\n", "one"),
    (field.text, "one\ntwo", "one\ntwo\n"),
    (field.text, "one\ntwo\n\n", "one\ntwo\n"),
    (field.text, "a\tb", "a\tb"),
    (field.text, "X\nX\n", "X\nX\n"),
    (field.text, "XX", "XX"),
    (field.whole(0, 4), 0, 0),
    (field.whole(0, 4), 4, 4),
    (field.whole(-5), -5, -5),
    (field.whole(1), field.MAX_INT, field.MAX_INT),
    (field.decimal, "0.25", "0.25"),
    (field.decimal, "0.250000", "0.250000"),
    (field.decimal, 12, "12"),
    (field.decimal, "999999999999.999999", "999999999999.999999"),
    (field.matching("[a-z]+", "small letters"), "abc", "abc"),
    (field.choice(("yes", "no")), "no", "no"),
    (field.choice(("true", "false")), True, "true"),
    (field.set_of(field.line), ["b", "a", "b"], ("a", "b")),
    (field.list_of(field.text), ["b", "a", "b"], ("b", "a", "b")),
    (field.list_of(field.line), [], ()),
    (field.map_of(field.line, field.line), {"b": "1", "a": 2}, {"a": "2", "b": "1"}),
    (field.free, {"b": 1, "a": {"c": {"d": False}}}, {"a": {"c": {"d": False}}, "b": 1}),
    (field.free, {"a": {"b": ["c", 1, True]}}, {"a": {"b": ("c", 1, True)}}),
    (field.free, {"a": ""}, {"a": ""}),
    (field.free, {"no": -field.MAX_INT}, {"no": -field.MAX_INT}),
]

REFUSES = [
    (field.task_id, "", "must not be empty"),
    (field.task_id, "A", "is not an id"),
    (field.task_id, "a.b", "is not an id"),
    (field.task_id, "a/b", "is not an id"),
    (field.task_id, "-a", "is not an id"),
    (field.task_id, "_a", "is not an id"),
    (field.task_id, "a" * 64, "is not an id"),
    (field.task_id, "con", "not a device name"),
    (field.task_id, "lpt9", "not a device name"),
    (field.task_id, "com1", "not a device name"),
    (field.flag, "yes", "must be true or false"),
    (field.flag, 1, "must be true or false"),
    (field.task_id, "config", "not config"),
    (field.task_id, "\u0430", "is not an id"),  # a Cyrillic a
    (field.task_id, "\u0661", "is not an id"),  # an Arabic digit
    (field.task_id, ["a"], "must be text"),
    (field.line, "", "must not be empty"),
    (field.line, "\n", "must not be empty"),
    (field.line, "a\nb", "must be one line"),
    (field.line, "a\tb", "must not hold a tab"),
    (field.line, " a", "must not begin or end with a blank"),
    (field.line, "a\u3000", "must not begin or end with a blank"),
    (field.line, "a\rb", "control characters"),
    (field.line, "a\x00b", "control characters"),
    (field.line, "a\x85b", "control characters"),
    (field.line, "a\ud800b", "control characters"),
    (field.line, "a\uffffb", "control characters"),
    (field.line, {"a": 1}, "must be text"),
    (field.line, 1.5, "must be text"),
    (field.text, "\n\n", "must not be empty"),
    (field.text, "a\x1bb", "control characters"),
    (field.whole(0, 4), 5, "a whole number from 0 to 4"),
    (field.whole(0, 4), -1, "a whole number from 0 to 4"),
    (field.whole(0, 4), "2", "a whole number"),
    (field.whole(0, 4), True, "a whole number"),
    (field.whole(0, 4), 2.0, "a whole number"),
    (field.whole(1), 0, "of at least 1"),
    (field.whole(1), field.MAX_INT + 1, "of at least 1"),
    (field.decimal, "-1", "an amount such as"),
    (field.decimal, -1, "an amount such as"),
    (field.decimal, "1.0000001", "at most six decimals"),
    (field.decimal, "01", "an amount such as"),
    (field.decimal, "1e3", "an amount such as"),
    (field.decimal, ".5", "an amount such as"),
    (field.decimal, "1.", "an amount such as"),
    (field.decimal, "1\n", "an amount such as"),
    (field.decimal, "\u0661", "an amount such as"),
    (field.decimal, "1" * 13, "an amount such as"),
    (field.decimal, 0.25, "an amount such as"),
    (field.decimal, True, "an amount such as"),
    (field.matching("[a-z]+", "small letters"), "abc1", "must be small letters"),
    (field.matching("a|b", "a or b"), "bb", "must be a or b"),
    (field.choice(("yes", "no")), "maybe", "must be one of yes, no"),
    (field.choice(("yes", "no")), "Yes", "must be one of yes, no"),
    (field.set_of(field.line), "a", "must be a list"),
    (field.set_of(field.line), {"a": 1}, "must be a list"),
    (field.set_of(field.line), 1, "must be a list"),
    (field.set_of(field.line), [["a"]], "must be text"),
    (field.list_of(field.text), [""], "must not be empty"),
    (field.map_of(field.line, field.line), ["a"], "must be a map"),
    (field.map_of(field.line, field.line), {"a": "b\nc"}, "must be one line"),
    (field.map_of(field.line, field.line), {"a\nb": "c"}, "must be one line"),
    (field.free, ["a"], "must be a map"),
    (field.free, "a", "must be a map"),
    (field.free, {"a b": 1}, "a key of letters"),
    (field.free, {"-": 1}, "a key of letters"),
    (field.free, {"1": 1}, "a key of letters"),
    (field.free, {"a": {}}, "an empty map"),
    (field.free, {"a": []}, "at least one"),
    (field.free, {"a": [[1]]}, "lists hold text and numbers"),
    (field.free, {"a": [{"b": 1}]}, "lists hold text and numbers"),
    (field.free, {"a": {"b": {"c": {"d": 1}}}}, "three deep at most"),
    (field.free, {"a": {"b": {"c": [1]}}}, "three deep at most"),
    (field.free, {"a": None}, "must be text, a whole number or a boolean"),
    (field.free, {"a": 1.5}, "must be text, a whole number or a boolean"),
    (field.free, {"a": "\x00"}, "must be text, a whole number or a boolean"),
    (field.free, {"a": field.MAX_INT + 1}, "a whole number"),
]

NO_NAME = "is not a branch name (git help check-ref-format)"
NO_ID = "is not an id (a-z, 0-9, _ and -, at most 63; not a device name, not config)"
SENTENCES = [
    (field.task_id, "A", f"'A' {NO_ID}"),
    (field.line, "a\nb", "must be one line"),
    (field.line, "a\tb", "must not hold a tab"),
    (field.line, " a", "must not begin or end with a blank"),
    (field.text, 1.5, "must be text"),
    (field.text, "\x00", "must not hold control characters: U+0000 in line 1, column 1"),
    (field.text, "\n\x00", "must not hold control characters: U+0000 in line 2, column 1"),
    (field.text, "a\nbc\x1bd\x00", "must not hold control characters: U+001B in line 2, column 3"),
    (field.text, "", "must not be empty (leave the field out)"),
    (field.whole(0, 4), 5, "must be a whole number from 0 to 4"),
    (field.whole(1), 0, "must be a whole number of at least 1"),
    (field.flag, "yes", "must be true or false"),
    (field.decimal, "x", "must be an amount such as 0.25, at most six decimals"),
    (field.moment, "now", "must be a time such as 2026-01-31T12:00:00Z"),
    (field.matching("[a-z]+", "small letters"), "B", "'B' must be small letters"),
    *((field.ref_name, name, f"{name!r} {NO_NAME}") for name in ("a..b", "a" * 201, "-a", "a.lock")),
    *((field.ref_name, name, f"{name!r} {NO_NAME}") for name in ("a b", "/a", "a/", "a.", "@", "a@{b")),
    *((field.ref_name, name, f"{name!r} {NO_NAME}") for name in ("a~", "a^", "a:", "a?", "a*", "a[", "a//b")),
    *((field.ref_name, name, f"{name!r} {NO_NAME}") for name in (".a", "a/.b", "a.lock/b", "a\\b")),
    (field.choice(("yes", "no")), "x", "'x' must be one of yes, no"),
    (field.list_of(field.text), "x", "must be a list, one item a line"),
    (field.part_of(Budget, BUDGET), "x", "must be a map of fields"),
    (field.map_of(field.line, field.line), "x", "must be a map"),
    (field.free, "x", "must be a map"),
    (field.free, {"-": 1}, "'-' must be a key of letters, digits and _ . -"),
    (field.free, {"a": {}}, "must not hold an empty map"),
    (field.free, {"a": []}, "lists hold text and numbers, at least one"),
    (field.free, {"a": {"b": {"c": {"d": 1}}}}, "maps go three deep at most"),
    (field.free, {"a": {"b": {"c": [1]}}}, "lists and maps go three deep at most"),
    (field.free, {"a": None}, "must be text, a whole number or a boolean"),
]  # fmt: skip


@pytest.mark.parametrize(("clean", "raw", "sentence"), SENTENCES)
def test_a_refusal_is_this_sentence(clean: Callable[[Any], Any], raw: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        clean(raw)
    assert str(caught.value) == sentence


def test_a_map_of_one_s_own_may_be_three_deep() -> None:
    for deep in ({"a": {"b": {"c": 1}}}, {"a": {"b": [1]}}, {"a": {"b": 1}}, {"a" * 63: 1}):
        assert field.free(deep) == {
            key: ({"b": (1,)} if one == {"b": [1]} else one) for key, one in deep.items()
        }
    assert list(field.free({"b": 1, "a": 1})) == ["a", "b"]


def test_an_error_names_the_field_down_to_the_leaf() -> None:
    fields = (*FIELDS, Field("budget", field.part_of(Budget, BUDGET)))
    for raw, key, message, unknown in (
        (
            {"budget": {"stpes": 1}},
            "budget.stpes",
            "is not a known field; did you mean steps?",
            True,
        ),
        ({"budget": {"steps": -1}}, "budget.steps", "must be a whole number of at least 0", False),
        ({"title": ""}, "title", "must not be empty (leave the field out)", False),
        ({"zzz": 1}, "zzz", "is not a known field; known are title, depends_on, budget", True),
    ):
        with pytest.raises(FieldError) as caught:
            read(fields, raw)
        found = caught.value
        assert (found.key, found.message, found.unknown) == (key, message, unknown)
        assert str(found) == f"{key}: {message}"
    assert read(fields, {"budget": Budget(steps=1)}) == {"budget": Budget(steps=1)}


def test_which_fields_a_later_format_brought() -> None:
    fields = (Field("steps", field.whole(0), since=2), Field("cost", field.decimal, since=3))
    assert field.newer(fields, Budget(steps=1, cost="1"), 1) == ["steps", "cost"]
    assert field.newer(fields, Budget(steps=1, cost="1"), 2) == ["cost"]
    assert field.newer(fields, Budget(cost="1"), 2) == ["cost"]
    assert field.newer(fields, Budget(steps=1), 2) == []


def test_which_values_a_later_format_brought() -> None:
    fields = (
        Field("scope", field.line, values_since={"once": 2, "twice": 3}),
        Field("steps", field.whole(0), since=2),
    )
    table: tuple[tuple[Budget, int, list[str]], ...] = (
        (Budget(scope="once", steps=1), 1, ["scope once", "steps"]),
        (Budget(scope="twice", steps=1), 2, ["scope twice"]),
        (Budget(scope="once", steps=1), 2, []),
        (Budget(scope="always"), 1, []),
        (Budget(steps=1), 1, ["steps"]),
    )
    for value, format, names in table:
        assert field.newer(fields, value, format) == names


def _shown(value: Any) -> str:
    """How a cell of the tables is called: a field's kind by its function."""
    return value.__qualname__.split(".")[0] if callable(value) else ascii(value)[:40]


FIELDS = (Field("title", field.line), Field("depends_on", field.set_of(field.task_id)))


@pytest.mark.parametrize(("clean", "raw", "kept"), TAKES, ids=_shown)
def test_a_field_takes(clean: Callable[[Any], Any], raw: Any, kept: Any) -> None:
    assert clean(raw) == kept
    assert type(clean(raw)) is type(kept)


@pytest.mark.parametrize(("clean", "raw", "kept"), TAKES, ids=_shown)
def test_what_a_field_kept_it_takes_again(clean: Callable[[Any], Any], raw: Any, kept: Any) -> None:
    assert clean(kept) == kept


@pytest.mark.parametrize(("clean", "raw", "sentence"), REFUSES, ids=_shown)
def test_a_field_refuses(clean: Callable[[Any], Any], raw: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        clean(raw)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("device", sorted(field.DEVICES))
def test_names_that_windows_keeps_are_no_ids(device: str) -> None:
    assert not is_id(device)
    assert is_id(f"{device}-1")


def test_an_id_ends_where_the_text_ends() -> None:
    assert not is_id("a\n")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("titel", "did you mean title?"),
        ("dependson", "did you mean depends_on?"),
        ("Title", "did you mean title?"),
        ("zzz", "known are title, depends_on"),
        ("", "known are title, depends_on"),
        (7, "known are title, depends_on"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(key: Any, hint: str) -> None:
    with pytest.raises(FieldError) as caught:
        read(FIELDS, {key: "x"})
    assert caught.value.unknown
    assert caught.value.key == str(key)
    assert hint in caught.value.message


@pytest.mark.parametrize("raw", ["a", 1, None, ["title"], True])
def test_what_is_no_map_has_no_fields(raw: Any) -> None:
    with pytest.raises(FieldError, match="must be a map of fields"):
        read(FIELDS, raw)


@pytest.mark.parametrize("empty", [None, [], {}, ()])
def test_an_empty_value_is_a_field_left_out(empty: Any) -> None:
    assert read(FIELDS, {"title": empty}) == {}


@pytest.mark.parametrize("value", [False, 0, ""])
def test_a_value_that_only_looks_empty_is_not_left_out(value: Any) -> None:
    with pytest.raises(FieldError, match=r"^flag: "):
        read((Field("flag", field.whole(1)),), {"flag": value})


def test_a_whole_number_is_written_in_one_way_and_kept_exact_everywhere() -> None:
    assert field.MAX_INT == 9_007_199_254_740_991
    for written in ("0", "7", "-5", "1234567890123456"):
        assert field.WHOLE.match(written)
    for other in ("01", "-0", "+1", "7a", "7\n", "", "12345678901234567"):
        assert not field.WHOLE.match(other)


def test_a_field_is_of_the_first_format_and_one_side_is_chosen() -> None:
    plain = Field("steps", field.whole(0))
    assert (plain.merge, plain.since, plain.values_since) == (field.Merge.ONE, 1, {})


def test_a_field_that_is_off_is_left_out() -> None:
    assert field.flag(False) is field.flag("false") is None


def test_what_follows_an_empty_value_is_read_and_the_whole_is_a_map() -> None:
    fields = (Field("a", field.whole(0)), Field("b", field.whole(0)))
    assert read(fields, {"a": None, "b": 1}) == {"b": 1}
    with pytest.raises(FieldError) as caught:
        read(fields, [])
    assert (caught.value.key, caught.value.message) == ("file", "must be a map of fields")
