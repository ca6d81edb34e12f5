"""The exact reason for which a file is refused, and what `fmt` makes of it."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from tests.support.changes import a_task
from tests.support.task_files import BOMB, HEAD, read_by_yaml, refusal
from tkledger.core import flaws
from tkledger.core.policy import Policy
from tkledger.core.policy_fields import TooNew
from tkledger.files import codec
from tkledger.files.codec import (
    FormError,
    dump_policy,
    dump_task,
    load_policy,
    load_task,
    reformatted,
)

# What follows HEAD, the code it is refused with, and the line that is to blame.
HAZARDOUS = {
    "anchor": (b"owner: &a b\n", "TK101", 4),
    "anchor on a map": (b"x: &a {b: c}\n", "TK101", 4),
    "alias": (b"owner: *a\n", "TK101", 4),
    "alias as key": (b"*a : b\n", "TK101", 4),
    "bomb": (BOMB, "TK101", 5),
    "merge key": (b"x:\n  <<: *a\n", "TK101", 5),
    "merge key of its own": (b"<<: {owner: b}\n", "TK103", 4),
    "merge key in x": (b"x:\n  <<: {owner: b}\n", "TK104", 4),
    "tag": (b"owner: !!str b\n", "TK101", 4),
    "tag that builds": (b"x: !!python/object/apply:os.system [ls]\n", "TK101", 4),
    "tag without a name": (b"owner: ! b\n", "TK101", 4),
    "tag as a whole": (b"owner: !<tag:yaml.org,2002:str> b\n", "TK101", 4),
    "key twice": (b"owner: a\nowner: b\n", "TK101", 5),
    "key twice, once quoted": (b'owner: a\n"owner": b\n', "TK101", 5),
    "key twice in x": (b"x:\n  a: 1\n  b: 2\n  a: 1\n", "TK101", 7),
    "key twice in a part": (b"budget:\n  steps: 1\n  steps: 1\n", "TK101", 6),
    "key that is a list": (b"? [a]\n: b\n", "TK101", 4),
    "no": (b"owner: no\n", "TK108", 4),
    "octal": (b"owner: 012\n", "TK108", 4),
    "sexagesimal": (b"owner: 1:30\n", "TK108", 4),
    "date": (b"owner: 2024-01-01\n", "TK108", 4),
    "whole number": (b"owner: 12\n", "TK108", 4),
    "float": (b"owner: 1.50\n", "TK108", 4),
    "null": (b"owner: null\n", "TK108", 4),
    "nothing": (b"owner:\n", "TK104", 4),
    "number that is quoted": (b'priority: "1"\n', "TK104", 4),
    "number in hexadecimal": (b"priority: 0x1\n", "TK104", 4),
    "number with a plus": (b"priority: +1\n", "TK104", 4),
    "number too great": (b"attempt: 9007199254740992\n", "TK104", 4),
    "number of a thousand digits": (b"attempt: " + b"9" * 1000 + b"\n", "TK104", 4),
    "tab after the colon": (b"owner:\tb\n", "TK108", 4),
    "tab as indentation": (b"x:\n\ta: b\n", "TK101", 5),
    "tab in text": (b"description: a\tb\n", "TK108", 4),
    "tab in a line": (b"owner: a\tb\n", "TK104", 4),
    "CRLF": (b"owner: b\r\n", "TK108", 4),
    "CR": (b"owner: b\rtype: c\n", "TK101", 4),
    "NUL": (b"owner: a\x00b\n", "TK101", 4),
    "escape": (b"owner: \x1b[31mb\n", "TK101", 4),
    "DEL": (b"owner: a\x7fb\n", "TK101", 4),
    "NEL": ("owner: a\u0085b\n".encode(), "TK101", 4),
    "U+2028": ("owner: a\u2028b\n".encode(), "TK101", 4),
    "U+2029": ("owner: a\u2029b\n".encode(), "TK101", 4),
    "BOM inside": ("owner: a\ufeffb\n".encode(), "TK101", 4),
    "U+FFFF": ("owner: a\uffffb\n".encode(), "TK101", 4),
    "NUL that is escaped": (b'owner: "a\\u0000b"\n', "TK104", 4),
    "half a pair": (b'owner: "\\ud800"\n', "TK101", 4),
    "half a pair as key": (b'"\\ud800": a\n', "TK101", 4),
    "no UTF-8": (b"owner: \xff\n", "TK101", 4),
    "UTF-8 cut short": (b"owner: \xe2\x80\n", "TK101", 4),
    "UTF-8 of a surrogate": (b"owner: \xed\xa0\x80\n", "TK101", 4),
    "UTF-8 longer than need be": (b"owner: \xc0\xaf\n", "TK101", 4),
    "UTF-16": ("owner: b\n".encode("utf-16"), "TK101", 4),
    "second document": (b"---\nid: b\n", "TK101", 4),
    "mark of a document": (b"---\n", "TK101", 4),
    "end of the document": (b"...\n", "TK108", 4),
    "second document after an end": (b"...\nid: b\n", "TK101", 5),
    "directive": (b"...\n%YAML 1.1\n---\n", "TK101", 5),
    "comment": (b"# why\n", "TK101", 4),
    "comment after a value": (b"owner: b # why\n", "TK101", 4),
    "comment after a key": (b"x: # why\n  a: b\n", "TK101", 4),
    "comment in a list": (b"labels:\n- a\n# why\n- b\n", "TK101", 6),
    "comment in brackets": (b"labels: [a, # why\n  b]\n", "TK101", 4),
    "comment at a block": (b"description: | # why\n  a\n  b\n", "TK101", 4),
    "comment after a block": (b"description: |\n  a\n  b\n# why\n", "TK101", 7),
    "comment at the end, without a newline": (b"owner: b\n#", "TK101", 5),
    "50 KB of brackets": (b"x: " + b"[" * 50_000 + b"\n", "TK101", 4),
    "50 KB of closed brackets": (b"x: " + b"[" * 25_000 + b"]" * 25_000, "TK101", 4),
    "50 KB of braces": (b"x: " + b"{a: " * 12_500 + b"\n", "TK101", 4),
    "50 KB of dashes": (b"x:\n" + b"- " * 25_000 + b"\n", "TK101", 5),
    "50 KB of question marks": (b"? " * 25_000 + b"\n", "TK101", 4),
    "50 KB of anchors": (b"x: " + b"&a " * 16_000 + b"\n", "TK101", 4),
    "50 KB of one key": (b"a" * 50_000 + b": 1\n", "TK101", 4),
    "6,000 keys": (b"".join(b"k%d: 1\n" % n for n in range(6_000)), "TK103", 4),
    "65 KB": (b"description: " + b"a" * 65_000 + b"\nowner: " + b"b" * 1_000, "TK109", 0),
    "65 KB once it is rewritten": ("description: '" + "\u00a0" * 20_000 + "'\n", "TK109", 0),
    "depth 5 of maps": (b"x:\n  a:\n    b:\n      c:\n        d: 1\n", "TK101", 8),
    "depth 5 with a list": (b"x:\n  a:\n    b:\n      c:\n      - 1\n", "TK101", 8),
    "list in a list": (b"x:\n  a:\n  - - 1\n", "TK104", 4),
    "map in a list": (b"x:\n  a:\n  - b: 1\n", "TK104", 4),
    "conflict": (b"<<<<<<< HEAD\nowner: a\n=======\nowner: b\n>>>>>>> x\n", "TK102", 4),
    "conflict, last marker left": (b">>>>>>> x\n", "TK102", 4),
    "conflict, middle marker left": (b"=======\n", "TK102", 4),
    "conflict, base marker left": (b"||||||| merged common ancestors\n", "TK102", 4),
    "conflict with CRLF": (b"<<<<<<< HEAD\r\nowner: a\r\n", "TK102", 4),
    "unknown key": (b"colour: red\n", "TK103", 4),
    "unknown key in a part": (b"budget:\n  stepz: 1\n", "TK103", 5),
    "unknown key, quoted": (b'"colour": red\n', "TK103", 4),
    "bad value": (b"priority: 9\n", "TK104", 4),
    "bad value in a part": (b"budget:\n  steps: 1\n  cost: -1\n", "TK104", 6),
    "no map": (b"budget: 3\n", "TK104", 4),
    "no list": (b"labels: a\n", "TK104", 4),
    "empty key": (b"'': a\n", "TK103", 4),
    "unclosed quote": (b"owner: 'b\n", "TK101", 5),
    "reserved letter": (b"owner: @b\n", "TK101", 4),
    "number after two blanks": (b"priority:  1\n", "TK108", 4),
    "boolean after two blanks": (b"x:\n  a:  true\n", "TK108", 5),
    "single quotes": (b"owner: 'b'\n", "TK108", 4),
    "needless quotes": (b'owner: "b"\n', "TK108", 4),
    "needless escape": (b'owner: "\\u00e9 \\u0062:"\n', "TK108", 4),
    "braces": (b"x: {a: b}\n", "TK108", 4),
    "brackets": (b"labels: [a]\n", "TK108", 4),
    "indented list": (b"labels:\n  - a\n", "TK108", 5),
    "other indentation": (b"x:\n    a: b\n", "TK108", 5),
    "folded text": (b"description: >\n  a\n  b\n", "TK108", 4),
    "block of one line": (b"description: |\n  a\n", "TK108", 4),
    "block that keeps its end": (b"description: |+\n  a\n  b\n", "TK108", 4),
    "block without its end": (b"description: |-\n  a\n  b\n", "TK108", 4),
    "block with its indentation": (b"description: |2\n  a\n  b\n", "TK108", 4),
    "text over two lines": (b"owner: a\n  b\n", "TK108", 4),
    "empty line at the end": (b"\n", "TK108", 0),
    "empty line between": (b"\nowner: b\n", "TK108", 4),
    "trailing blank": (b"owner: b \n", "TK108", 4),
    "blank before the colon": (b"owner : b\n", "TK108", 4),
    "two blanks after the colon": (b"owner:  b\n", "TK108", 4),
    "no newline at the end": (b"owner: b", "TK108", 0),
    "fields in another order": (b"type: bug\n", "TK108", 3),
    "labels in another order": (b"labels:\n- b\n- a\n", "TK108", 5),
    "label twice": (b"labels:\n- a\n- a\n", "TK108", 6),
    "x in another order": (b"x:\n  b: 1\n  a: 1\n", "TK108", 5),
    "x is empty": (b"x: {}\n", "TK108", 4),
    "reserved word as key": (b"x:\n  no: 1\n", "TK108", 5),
    "dollars as a number": (b"budget:\n  cost: 5\n", "TK108", 5),
    "dollars as a float": (b"budget:\n  cost: 0.25\n", "TK108", 5),
}
WHOLE_FILES = {
    "nothing": (b"", "TK101"),
    "a newline": (b"\n", "TK101"),
    "blanks": (b"  \n", "TK101"),
    "a comment": (b"# nothing\n", "TK101"),
    "a word": (b"a\n", "TK101"),
    "50 KB of brackets": (b"[" * 50_000, "TK101"),
    "50 KB of letters": (b"a" * 50_000, "TK101"),
    "a list": (b"- a\n", "TK101"),
    "null": (b"null\n", "TK101"),
    "an empty map": (b"{}\n", "TK104"),
    "a BOM": (b"\xef\xbb\xbf" + HEAD, "TK101"),
    "UTF-16": (HEAD.decode().encode("utf-16"), "TK101"),
    "a NUL": (b"\x00", "TK101"),
    "JSON": (b'{"id": "a", "title": "b", "state": "todo"}\n', "TK108"),
    "a document with its mark": (b"---\n" + HEAD, "TK101"),
    "YAML with its directive": (b"%YAML 1.1\n---\n" + HEAD, "TK101"),
    "an anchor on the whole": (b"&a\n" + HEAD, "TK101"),
    "a tag on the whole": (b"!!map\n" + HEAD, "TK101"),
    "CRLF throughout": (HEAD.replace(b"\n", b"\r\n"), "TK108"),
    "no id": (b"title: b\nstate: todo\n", "TK104"),
    "no state": (b"id: a\ntitle: b\n", "TK104"),
}


@pytest.mark.parametrize("name", HAZARDOUS)
def test_what_can_be_read_in_two_ways_is_refused(name: str) -> None:
    tail, code, line = HAZARDOUS[name]
    tail = tail if isinstance(tail, bytes) else tail.encode()
    error = refusal(HEAD + tail)
    assert (error.code, error.line) == (code, line), error
    assert (error.meant is not None) == (code == flaws.NOT_CANONICAL)


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_what_is_no_task_is_refused(name: str) -> None:
    data, code = WHOLE_FILES[name]
    assert refusal(data).code == code


@pytest.mark.parametrize("text", ["[", "a", "- ", "a: ", "\n", " \n", '"'])
@pytest.mark.parametrize("end", ["", "\n"])
def test_to_refuse_a_file_takes_time_by_its_length(text: str, end: str) -> None:
    def takes(length: int) -> float:
        data = text.encode() * (length // len(text)) + end.encode()
        began = process_time()
        refusal(data)
        return process_time() - began

    short = min(takes(6_000) for _ in range(3))
    assert min(takes(60_000) for _ in range(3)) < 40 * (short + 0.0001)


@pytest.mark.parametrize("name", [name for name in HAZARDOUS if HAZARDOUS[name][1] == "TK108"])
def test_rewriting_makes_an_accepted_file_that_says_the_same(name: str) -> None:
    data = HEAD + HAZARDOUS[name][0]  # type: ignore[operator]
    written = reformatted(data)
    assert dump_task(load_task(written)) == written
    assert reformatted(written) == written
    if name not in ("CRLF", "label twice", "x is empty"):
        ours, theirs = read_by_yaml(written), read_by_yaml(data)
        theirs = {key: _as_set(key, value) for key, value in theirs.items()}
        assert {key: _as_set(key, value) for key, value in ours.items()} == theirs


def _as_set(key: str, value: Any) -> Any:
    if key == "labels":
        return sorted(set(value))
    return value.rstrip("\n") if key == "description" else value


@pytest.mark.parametrize("name", [name for name in HAZARDOUS if HAZARDOUS[name][1] != "TK108"])
def test_rewriting_refuses_what_it_cannot_tell(name: str) -> None:
    tail, code, _ = HAZARDOUS[name]
    with pytest.raises(FormError) as caught:
        reformatted(HEAD + (tail if isinstance(tail, bytes) else tail.encode()))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "written",
    [
        "# a\n",
        "owner: b # a\n",
        "owner: 'b' # a\n",
        "labels: # a\n- b\n",
        "labels:\n- b # a\n",
        "x: {b: c} # a\n",
        "description: >- # a\n  b\n",
        "description: |\n  b\n# a",
    ],
)
def test_a_comment_is_never_dropped_without_a_word(written: str) -> None:
    with pytest.raises(FormError, match="comments are not kept"):
        reformatted(HEAD + written.encode())


@pytest.mark.parametrize(
    "text", ["a #b", "#a", "a\n# b\n", "# a\nb\n", "a#", "C#, F#", "x: # y", "|#\n"]
)
def test_a_number_sign_in_text_is_no_comment(text: str) -> None:
    one = a_task(description=text, notes=[text], x={"a": text})
    assert load_task(dump_task(one)) == one
    assert reformatted(dump_task(one) + b"\n") == dump_task(one)


def test_a_file_of_exactly_64_kib_is_read() -> None:
    room = codec.MAX_BYTES - len(HEAD) - len(b"description: \n")
    assert load_task(HEAD + b"description: " + b"a" * room + b"\n").description == "a" * room
    assert refusal(HEAD + b"description: " + b"a" * (room + 1) + b"\n").code == flaws.TOO_LARGE


def test_whole_numbers_are_exact_to_the_greatest() -> None:
    budget = b"budget:\n  tokens: 9007199254740991\n"
    assert load_task(HEAD + budget).budget.tokens == 2**53 - 1


@pytest.mark.parametrize("name", ["format", "law"])
def test_a_newer_ledger_asks_for_a_newer_tk_even_if_it_is_all_greek(name: str) -> None:
    text = "version: 1\nformat: 1\nlaw: 1\nnovelty: [&a b]\n".replace("[&a b]", "[b]")
    with pytest.raises(TooNew, match=rf"the ledger's {name} is 3, this tk knows 2"):
        load_policy(text.replace(f"{name}: 1", f"{name}: 3").encode())
    with pytest.raises(FormError):
        load_policy(text.encode())


def test_a_policy_is_rewritten_too() -> None:
    loose = b"# no\nversion: 1\n"
    with pytest.raises(FormError, match="comments are not kept"):
        reformatted(loose, is_policy=True)
    assert reformatted(b"{version: 2}\n", is_policy=True) == dump_policy(Policy(version=2))
