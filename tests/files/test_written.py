"""How text is written, case by case, and on which line a file goes wrong: what the properties of
`test_codec` promise of any text, here by name."""

from __future__ import annotations

import string
from typing import Any

import pytest

from tests.support.changes import a_task
from tkledger.core.policy import DEFAULT
from tkledger.core.policy_fields import TooNew
from tkledger.core.task_parts import Budget
from tkledger.files.codec import (
    MAX_BYTES,
    FormError,
    dump_policy,
    dump_task,
    load_policy,
    load_task,
    reformatted,
)

PLAIN = (
    *(
        string.ascii_letters,
        f"é {string.ascii_letters}",
        "_",
        "/",
        "/a/x",
        "a b c",
        "a:b",
        "a::b",
        "a#b",
        "a##",
        "a-b",
    ),
    *("a0123456789", "a./@+,;!?()'&=*%<>~^|\\$[]{}\"-", "nothing", "yesterday", "trueish", "nans"),
    *("é", "日本", "été", "a~", "a|", "x-", "a'", "ß a"),
)
QUOTED = {
    **{word: f'"{word}"' for word in ("y", "N", "yes", "No", "on", "OFF", "true", "False")},
    **{word: f'"{word}"' for word in ("null", "None", "NaN", "inf", "1", "0x1", "-1", "-", "- a")},
    **{
        word: f'"{word}"'
        for word in ("a: b", "a  b", "a #b", "a:", ":a", "#a", "?a", "!a", "'a'", "~")
    },
    **{word: f'"{word}"' for word in ("é: b", "é #b", "&a", "*a", "%a", "@a", "[a]", "{a}", ".a")},
    'a: "b"': '"a: \\"b\\""',
    "a: \\": '"a: \\\\"',
    "a\u00a0b": '"a\\u00a0b"',
    "a\u00adb": '"a\\u00adb"',
    "a\u200bb": '"a\\u200bb"',
    "\ufeffa": '"\\ufeffa"',
    "a\u3000b": '"a\\u3000b"',
    "a\u2028b": '"a\\u2028b"',
    "a\ufffbb": '"a\\ufffbb"',
    "é\u180eb": '"é\\u180eb"',
    "a\u061cb": '"a\\u061cb"',
    "a\u205fb": '"a\\u205fb"',
    "a\u206fb": '"a\\u206fb"',
}


@pytest.mark.parametrize(
    ("text", "written"),
    [*((one, one) for one in PLAIN), *QUOTED.items()],
    ids=ascii,
)
def test_one_line_of_text_is_written_plainly_if_every_reader_takes_it_for_text(
    text: str, written: str
) -> None:
    one = a_task(title=text, x={"k": text, "l": [text]})
    lines = f"title: {written}\nstate: todo\nx:\n  k: {written}\n  l:\n  - {written}\n"
    assert dump_task(one).decode() == f"id: a\n{lines}"
    assert load_task(dump_task(one)) == one


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\nb\n", "|\n  a\n  b\n"),
        ("a\n\nb\n", "|\n  a\n\n  b\n"),
        ("a: b\n- c\n", "|\n  a: b\n  - c\n"),
        ("a\n  b\n", "|\n  a\n    b\n"),
        ("é\nb \n", "|\n  é\n  b \n"),
        ("X\nX\n", "|\n  X\n  X\n"),
        ("a\n  \nb\n", "|\n  a\n    \n  b\n"),
        (" a\nb\n", '" a\\nb\\n"\n'),
        ("\na\n", '"\\na\\n"\n'),
        ("a\n  \n", '"a\\n  \\n"\n'),
        ("a\tb\nc\n", '"a\\tb\\nc\\n"\n'),
        ("a\u200b\nb\n", '"a\\u200b\\nb\\n"\n'),
    ],
    ids=ascii,
)
def test_several_lines_are_written_as_they_are_unless_something_would_not_be_seen(
    text: str, written: str
) -> None:
    one = a_task(description=text)
    assert (
        dump_task(one).decode() == f"id: a\ntitle: Title of a\nstate: todo\ndescription: {written}"
    )
    assert load_task(dump_task(one)) == one


@pytest.mark.parametrize(
    ("x", "written"),
    [
        ({"k": 7, "m": -7, "t": True, "f": False}, "  f: false\n  k: 7\n  m: -7\n  t: true\n"),
        ({"l": [1, True, False, "1", "true"]}, '  l:\n  - 1\n  - true\n  - false\n  - "1"\n  - "true"\n'),
        ({"a": {"b": {"c": "d"}}}, "  a:\n    b:\n      c: d\n"),
        ({"a": {"l": ["x\ny\n", "z"]}}, "  a:\n    l:\n    - |\n      x\n      y\n    - z\n"),
        ({"a": {"t": "x\n\ny\n"}, "b": 1}, "  a:\n    t: |\n      x\n\n      y\n  b: 1\n"),
        ({"a": "x\n", "b": "x\ny"}, '  a: |\n    x\n  b: "x\\ny"\n'),
        ({"a": "\n", "b": "x\n\n", "c": "\nx"}, '  a: "\\n"\n  b: "x\\n\\n"\n  c: "\\nx"\n'),
        ({"yes": "a", "No": "b", "a.b-c": "d"}, '  "No": b\n  a.b-c: d\n  "yes": a\n'),
    ],
)  # fmt: skip
def test_values_of_one_s_own_are_written_by_their_kind(x: dict[str, Any], written: str) -> None:
    one = a_task(x=x)
    assert dump_task(one).decode() == f"id: a\ntitle: Title of a\nstate: todo\nx:\n{written}"
    assert load_task(dump_task(one)) == one


def test_a_policy_is_written_with_what_differs_and_always_its_version_format_and_law() -> None:
    basis = "version: 1\nformat: 2\nlaw: 2\n"
    assert dump_policy(DEFAULT).decode() == basis
    more = DEFAULT._replace(depth=3, forbid=("todo->cancelled",), actors={"a b": "c", "yes": "d"})
    more = more._replace(budget=Budget(steps=3), budgets={"bug": Budget(cost="0.5")})
    assert dump_policy(more).decode() == (
        f"{basis}forbid:\n- todo->cancelled\ndepth: 3\nbudget:\n  steps: 3\n"
        'budgets:\n  bug:\n    cost: "0.5"\nactors:\n  "a b": c\n  "yes": d\n'
    )
    assert load_policy(dump_policy(more)) == more


HEAD = "id: a\ntitle: T\nstate: todo\n"


@pytest.mark.parametrize(
    ("text", "code", "line", "words"),
    [
        (f"{HEAD}<<<<<<< x\n", "TK102", 4, "holds the markers of a merge conflict"),
        (f"{HEAD}=======\n", "TK102", 4, "holds the markers of a merge conflict"),
        (f"{HEAD}>>>>>>> x\n", "TK102", 4, "holds the markers of a merge conflict"),
        (f"{HEAD}||||||| x\n", "TK102", 4, "holds the markers of a merge conflict"),
        (f"<<<<<<<\n{HEAD}", "TK102", 1, "holds the markers of a merge conflict"),
        (f"\n<<<<<<<\n{HEAD}", "TK102", 2, "holds the markers of a merge conflict"),
        (f"version https://git-lfs.github.com/spec/v1\n{HEAD}", "TK101", 0,
         "is a pointer of Git LFS in place of the file"),
        ("id: a\ntitle: a\x07\nstate: todo\n", "TK101", 2, "holds the character U+0007"),
        ("id: a\ntitle: a\u2028b\nstate: todo\n", "TK101", 2, "holds the character U+2028"),
        ("\ufeffid: a\n", "TK101", 1, "holds the character U+FEFF"),
        ("\n\x7fid: a\n", "TK101", 2, "holds the character U+007F"),
        ("id: a\r\ntitle: T\r\nstate: todo\r\nowner: \x7f\r\n", "TK101", 4,
         "holds the character U+007F"),
        ("id: a\ntitle: T\n", "TK104", 0, "state: is missing"),
        ("id: a\ntitle: T\nstate: gone\n", "TK104", 3,
         "state: 'gone' must be one of backlog, todo, in_progress, in_review, blocked, done, cancelled"),
        (f"{HEAD}onwer: x\n", "TK103", 4, "onwer: is not a known field; did you mean owner?"),
        (f"{HEAD}budget:\n  stpes: 1\n", "TK103", 5,
         "budget.stpes: is not a known field; did you mean steps?"),
        ("id: a\ntitle: 'T'\nstate: todo\n", "TK108", 2, "is not in the form tk writes"),
        (f"{HEAD}\n", "TK108", 0, "is not in the form tk writes"),
        (f"{HEAD}# why\n", "TK101", 4, ""),
    ],
)  # fmt: skip
def test_a_refused_file_is_told_of_with_its_line(
    text: str, code: str, line: int, words: str
) -> None:
    with pytest.raises(FormError) as error:
        load_task(text.encode())
    assert (error.value.code, error.value.line) == (code, line)
    where = f"line {line}: " if line else ""
    assert not words or str(error.value) == where + words


def test_bytes_that_are_not_utf_8_are_told_of_with_their_line() -> None:
    for before in (b"", b"\n", b"id: a\n", b"id: a\ntitle: T\n"):
        with pytest.raises(FormError) as error:
            load_task(before + b"x\xff\n")
        count = before.count(b"\n") + 1
        assert str(error.value) == f"line {count}: is not UTF-8"


def test_a_file_is_64_kib_at_most_also_in_the_form_in_which_tk_would_write_it() -> None:
    size = MAX_BYTES - len(dump_task(a_task(title="x"))) + 1
    assert len(dump_task(a_task(title="x" * size))) == MAX_BYTES == 65536
    assert load_task(dump_task(a_task(title="x" * size))).title == "x" * size
    with pytest.raises(FormError, match=f"is larger than {MAX_BYTES} bytes$") as error:
        load_task(dump_task(a_task(title="x" * (size + 1))))
    assert error.value.code == "TK109"
    for more, fits in ((0, True), (1, False)):
        written = f"'id': a\ntitle: {'x' * (size + more)}\nstate: todo\n".encode()
        short = written.replace(b"'id'", b"id").replace(b"id: a\n", b"") + b"id: a\n"
        if fits:
            assert load_task(reformatted(short)).id == "a"
        else:
            with pytest.raises(FormError, match=f"larger than {MAX_BYTES} bytes"):
                reformatted(short)
    grows = HEAD + "description: '" + "\u00a0" * 20_000 + "'\n"
    with pytest.raises(FormError, match=r"^is larger than 65536 bytes in the form tk writes$"):
        load_task(grows.encode())


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "id: a", HEAD[:-1], f"{HEAD}x:\n", f"{HEAD}x:\n  a:\n", f"{HEAD}labels:\n-\n",
        f"{HEAD}x:\n  a: 1\n  a: 1\n", f"{HEAD}x:\n   a: 1\n", f"{HEAD}labels:\n  - a\n",
        f"{HEAD}owner:  x\n", f"{HEAD}owner: x \n", f"{HEAD}priority: 01\n", f"{HEAD}owner: 'x'\n",
        f'{HEAD}owner: "x"\n', f"{HEAD}owner: |\n  x\n", f'"id": a\n{HEAD[6:]}', "state: todo\ntitle: T\nid: a\n",
        f"{HEAD}x:\n  a:\n    b:\n      c:\n        d: 1\n", f"{HEAD}labels: []\n", f"{HEAD}  owner: x\n",
        f'{HEAD}owner: "x\n', f"{HEAD}- a\n", f"{HEAD}id: a\n", f"{HEAD}owner:x\n",
    ],
    ids=ascii,
)  # fmt: skip
def test_nothing_else_is_taken_for_the_form(text: str) -> None:
    with pytest.raises(FormError):
        load_task(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "law: 3\nlaw: 3\n", "law: 3\n  depth: 1\n", "law: 3\n- a\n", 'law: 3\nprefix: "\\q"\n',
        "law: 3\na:\n  b:\n    c:\n      d:\n        e: 1\n", "law: 3\na\n",
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_file_at_all_asks_for_no_newer_tk(text: str) -> None:
    with pytest.raises(FormError) as error:
        load_policy(text.encode())
    assert error.value.code == "TK101"


def test_a_newer_law_is_named_as_it_is_written() -> None:
    with pytest.raises(TooNew, match=r"the ledger's law is 30, this tk knows 2$"):
        load_policy(b"version: 1\nformat: 2\nlaw: 30")
