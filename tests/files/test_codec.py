"""One way to write, one to read, and the exact reason for every no."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.changes import a_task
from tests.support.strategies import HAZARDS, free_maps, policy_values, raw_tasks, tasks, texts
from tkledger.core.field import FieldError
from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT, Policy, TooNew, policy
from tkledger.core.rules import form
from tkledger.core.task import (
    REASONS,
    Admission,
    Budget,
    Failure,
    Retry,
    Spent,
    Task,
    Wait,
    changed,
    task,
)
from tkledger.files import codec, yaml_errors
from tkledger.files.codec import (
    FormError,
    dump_policy,
    dump_task,
    load_policy,
    load_task,
    reformatted,
)

GOLDEN = Path(__file__).parents[1] / "data" / "golden"

TASKS = {
    "smallest": Task("a", "b", None, State.TODO),
    "everything": Task(
        id="tk-7f3ka",
        title="Parse the config file",
        type="feature",
        state=State.BLOCKED,
        priority=0,
        parent="tk-19c2m",
        origin="tk-0ab1c",
        depends_on=("tk-0a11p", "tk-0a12p"),
        labels=("2024", "area/cli", "good_first:issue"),
        owner="agent-3",
        creator="alice@example.org",
        attempt=2,
        branch="tk/tk-7f3ka",
        base="main",
        pr="2024",
        agent="agent-3@build",
        budget=Budget(
            steps=50,
            seconds=1800,
            tokens=9007199254740991,
            cost="12.50",
            depth=3,
            rework=2,
            scope="attempt",
        ),
        retry=Retry(3, "2026-01-31T12:00:00Z"),
        spent=Spent(steps=7, seconds=0, cost="0.000001"),
        admission=Admission(
            consumer="Whoever runs the tool",
            pain_point='"No" is read as false',
            expected_value="Half the time.\n\nAnd fewer questions.\n",
            validation_path="make test",
        ),
        wait=Wait("user", "The answer to:\n  - which key\n  - which value\n"),
        error=Failure("parse_error", 'line 3: "no" is a word'),
        description=(
            "First line: with a colon # and no comment\n"
            "\n"
            "  indented, 'quoted', \"twice\"\n"
            "- not a list\n"
            "---\n"
            "...\n"
            "<<<<<<< not a marker, since it is indented\n"
            "trailing blanks   \n"
            "ends here\n"
        ),
        concerns=("ops: who restarts it?", "design: a second parser", "ops: \u200b"),
        settled=("design: a second parser",),
        notes=(
            "one line",
            "a block\n  with an indented line\n\nand a gap\n",
            "one line of text\nand one whose end is hidden\u200b\n",
            "- a dash",
        ),
        x={
            "a": {
                "b": {"c": True, "d": -12, "e": "-12"},
                "list": ("plain", 1, False, "true", "block in\na list\n"),
            },
            "empty": "",
            "no": "no",
        },
    ),
    "letters": Task(
        id="tk-letters",
        title="\U0001f600 Gr\u00f6\u00dfe, \u00f1and\u00fa, \u65e5\u672c\u8a9e, "
        "\u05e2\u05d1\u05e8\u05d9\u05ea",
        type=None,
        state=State.BACKLOG,
        labels=("a",),
        owner="Zo\u00eb \u00dcnal",
        creator='\u00bd "\u00bfqu\u00e9?"',
        description="Ein Absatz \u2013 mit Strich \u2026 und \U0001f389\n\ufb01n, e\u0301, \u00a9\n",
        notes=(
            "\U0001f469\u200d\U0001f469\u200d\U0001f467",
            "\u202eevil",
            "\ufeffmark",
            "no\u00a0break",
            "nel\u2028ls\u2029ps",
            "soft\u00adhyphen",
        ),
    ),
    "words": Task(
        id="012",
        title="No",
        type=None,
        state=State.DONE,
        parent="nope",
        depends_on=("1", "2024-01-01", "no", "tk-1"),
        owner="yes",
        creator="null-pointer",
        resolution="no_pr",
        description="1:30",
        notes=(
            *("~", "=", "null", "NULL", "Nulls", "on", "Off", "y", "0x1f", "1e3", "+1", ".inf"),
            *(".5", "@at", "`tick", "%percent", "&anchor", "*alias", "!tag", "|", ">", "?"),
            "? key",
            "-",
            "---",
            "[a, b]",
            "{a: b}",
            "'single'",
            '"double"',
            "\\",
            "ends in a colon:",
            "a: b",
            "a:b",
            "a #b",
            "a#b",
            "a, b",
            'a\'b "c" d',
            "a\\b",
            "/etc/passwd",
            "tab\tbed",
            " leading blank",
            "trailing blank ",
            "two  blanks",
            "<<: merge",
            "a\n\n b \n \n",
            "\n first line empty\n",
        ),
    ),
}

POLICIES = {
    "default": DEFAULT,
    "everything": Policy(
        version=3,
        prefix="ab_1",
        squash="path",
        review="required",
        forbid=("blocked->todo", "todo->blocked"),
        depth=0,
        children=50,
        loops={"identity": "refuse", "respawn": "warn"},
        protected=("main", "release/1.0"),
        actors={
            "Alice: Example": "alice",
            "Bob": "no",
            "Zo\u00eb": "zoe",
            "a#b": "ab",
            "a@b.c": "alice",
            "no": "n",
        },
        accepted={"0123456789012345678901234567890123456789": "why: it was late"},
    ),
}

HEAD = b"id: a\ntitle: b\nstate: todo\n"

BOMB = b"x:\n  a: &a [z, z]\n  b: &b [*a, *a]\n  c: &c [*b, *b]\n"

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


def _tried(data: bytes, load: Callable[[bytes], Any] = load_task) -> Any:
    """What is in a file, or the FormError; any other exception is a fault."""
    try:
        return load(data)
    except FormError as error:
        return error


def _refusal(data: bytes) -> FormError:
    with pytest.raises(FormError) as caught:
        load_task(data)
    return caught.value


def _read_by_yaml(data: bytes) -> Any:
    """What yaml itself says is in a file, with every word as text."""
    return yaml.load(data.decode(), Loader=yaml.CBaseLoader)


def _as_text(value: Any) -> Any:
    """A task's values as such a reader sees them: words and structure."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, (list, tuple)) and not hasattr(value, "_asdict"):
        return [_as_text(item) for item in value]
    fields = value if isinstance(value, dict) else value._asdict()
    return {
        key: _as_text(item)
        for key, item in fields.items()
        if item is not None and item not in ((), {}) and not _is_unset(item)
    }


def _is_unset(part: Any) -> bool:
    return hasattr(part, "_asdict") and not any(value is not None for value in part)


# -- writing and reading back -------------------------------------------------------------------


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_written_as_in_the_golden_file(name: str) -> None:
    golden = (GOLDEN / f"{name}.yaml").read_bytes()
    assert dump_task(TASKS[name]).decode() == golden.decode()
    assert load_task(golden) == TASKS[name]


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_written_as_in_the_golden_file(name: str) -> None:
    golden = (GOLDEN / "policies" / f"{name}.yaml").read_bytes()
    assert dump_policy(POLICIES[name]).decode() == golden.decode()
    assert load_policy(golden) == POLICIES[name]


def test_every_golden_file_is_tested() -> None:
    assert {path.stem for path in GOLDEN.glob("*.yaml")} == set(TASKS)
    assert {path.stem for path in GOLDEN.glob("policies/*")} == set(POLICIES)


@settings(max_examples=300)
@given(tasks())
def test_a_task_written_and_read_is_the_same(one: Task) -> None:
    assert load_task(dump_task(one)) == one


@given(policy_values)
def test_a_policy_written_and_read_is_the_same(one: Policy) -> None:
    assert load_policy(dump_policy(one)) == one


@settings(max_examples=300)
@given(tasks())
def test_yaml_reads_what_is_written_as_it_is_meant(one: Task) -> None:
    assert _read_by_yaml(dump_task(one)) == _as_text(one)


@given(policy_values)
def test_yaml_reads_a_policy_as_it_is_meant(one: Policy) -> None:
    read = _read_by_yaml(dump_policy(one))
    assert read["version"] == str(one.version)
    assert read.get("actors", {}) == one.actors
    assert read.get("accepted", {}) == one.accepted


@pytest.mark.parametrize("word", HAZARDS, ids=ascii)
def test_a_word_that_yaml_minds_comes_back_as_it_went(word: str) -> None:
    one = a_task(title=word, notes=[word], x={"a": word, "l": [word]})
    assert load_task(dump_task(one)) == one
    assert yaml.safe_load(dump_task(one)) == {
        **{"id": "a", "state": "todo"},
        **{"title": word, "notes": [word], "x": {"a": word, "l": [word]}},
    }


@settings(max_examples=200)
@given(texts)
def test_no_text_is_read_as_something_else_by_a_careless_reader(text: str) -> None:
    one = a_task(notes=[text], x={"a": text})
    read = yaml.safe_load(dump_task(one))
    assert read["notes"] == list(one.notes)
    assert read["x"] == one.x


@given(tasks())
def test_what_is_written_can_be_seen(one: Task) -> None:
    written = dump_task(one).decode()
    assert written.endswith("\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\xa0\u200b-\u200f\u2028-\u202e\ufeff]", written)


@pytest.mark.parametrize("key", [key for key in HAZARDS if key.strip() == key], ids=ascii)
def test_a_key_that_yaml_minds_comes_back_as_it_went(key: str) -> None:
    one = policy({"actors": {key: "alice"}})
    assert load_policy(dump_policy(one)) == one
    assert yaml.safe_load(dump_policy(one))["actors"] == {key: "alice"}


SCALARS = {
    "title": texts.filter(lambda text: "\n" not in text and "\t" not in text).map(str.strip),
    "type": st.sampled_from(["bug", "feature", "no"]),
    "state": st.sampled_from([state.value for state in State]),
    "priority": st.integers(0, 4),
    "parent": st.sampled_from(["p", "no", "012"]),
    "owner": st.sampled_from([word for word in HAZARDS if word.strip() == word]),
    "attempt": st.integers(1, 9),
    "resolution": st.sampled_from(["completed", "no_pr", "dropped"]),
}


@settings(max_examples=200)
@given(raw_tasks(), st.sampled_from(sorted(SCALARS)), st.data())
def test_one_changed_field_is_one_changed_line(
    raw: dict[str, Any], name: str, data: st.DataObject
) -> None:
    old, new = (data.draw(SCALARS[name].filter(lambda value: value != "")) for _ in range(2))
    before = dump_task(task({**raw, name: old})).decode().split("\n")
    after = dump_task(task({**raw, name: new})).decode().split("\n")
    changed_lines = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert len(changed_lines) == (str(old) != str(new))
    assert all(line.startswith(f"{name}: ") for pair in changed_lines for line in pair)


def test_a_state_change_by_hand_is_one_line() -> None:
    golden = (GOLDEN / "smallest.yaml").read_bytes()
    by_hand = golden.replace(b"state: todo", b"state: in_progress")
    assert by_hand == dump_task(changed(TASKS["smallest"], state="in_progress"))


# -- saying no ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HAZARDOUS)
def test_what_can_be_read_in_two_ways_is_refused(name: str) -> None:
    tail, code, line = HAZARDOUS[name]
    tail = tail if isinstance(tail, bytes) else tail.encode()
    error = _refusal(HEAD + tail)
    assert (error.code, error.line) == (code, line), error
    assert (error.meant is not None) == (code == form.NOT_CANONICAL)


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_what_is_no_task_is_refused(name: str) -> None:
    data, code = WHOLE_FILES[name]
    assert _refusal(data).code == code


@pytest.mark.parametrize("name", [name for name in HAZARDOUS if HAZARDOUS[name][1] == "TK108"])
def test_rewriting_makes_an_accepted_file_that_says_the_same(name: str) -> None:
    data = HEAD + HAZARDOUS[name][0]  # type: ignore[operator]
    written = reformatted(data)
    assert dump_task(load_task(written)) == written
    assert reformatted(written) == written
    if name not in ("CRLF", "label twice", "x is empty"):
        ours, theirs = _read_by_yaml(written), _read_by_yaml(data)
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
    assert _refusal(HEAD + b"description: " + b"a" * (room + 1) + b"\n").code == form.TOO_LARGE


def test_whole_numbers_are_exact_to_the_greatest() -> None:
    budget = b"budget:\n  tokens: 9007199254740991\n"
    assert load_task(HEAD + budget).budget.tokens == 2**53 - 1


@pytest.mark.parametrize("name", ["format", "law"])
def test_a_newer_ledger_asks_for_a_newer_tk_even_if_it_is_all_greek(name: str) -> None:
    text = "version: 1\nformat: 1\nlaw: 1\nnovelty: [&a b]\n".replace("[&a b]", "[b]")
    with pytest.raises(TooNew, match=rf"the ledger's {name} is 2, this tk knows 1"):
        load_policy(text.replace(f"{name}: 1", f"{name}: 2").encode())
    with pytest.raises(FormError):
        load_policy(text.encode())


def test_a_policy_is_rewritten_too() -> None:
    loose = b"# no\nversion: 1\n"
    with pytest.raises(FormError, match="comments are not kept"):
        reformatted(loose, is_policy=True)
    assert reformatted(b"{version: 2}\n", is_policy=True) == dump_policy(Policy(version=2))


# -- whatever comes -----------------------------------------------------------------------------

lines_of_files = st.one_of(
    st.sampled_from(["id: a", "title: b", "state: todo", "x:", "  a:", "    b:", "      c: 1"]),
    st.sampled_from(["labels:", "- a", "notes:", "- |", "  text", "description: |", "", "  ", " "]),
    st.sampled_from(["budget:", "  steps: 1", "  cost: 5", "priority: 3", "...", "---", "\t", "#"]),
    st.sampled_from([f"owner: {word}" for word in HAZARDS]),
    st.sampled_from([f"{word}: a" for word in HAZARDS]),
    st.sampled_from(["? a", ": b", "[", "]", "{", "}", "&a", "*a", "!!str", "'", '"', "<<: *a"]),
)


@settings(max_examples=400)
@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.lists(lines_of_files, max_size=12).map(lambda lines: "\n".join(lines).encode())
    | st.lists(lines_of_files, max_size=8).map(lambda lines: HEAD + "\n".join(lines).encode())
)
def test_any_bytes_are_a_task_or_a_form_error(data: bytes) -> None:
    for found, dump in ((_tried(data), dump_task), (_tried(data, _load_policy), dump_policy)):
        if isinstance(found, FormError):
            assert re.fullmatch(r"TK10[1-9]", found.code)
            assert str(found).encode()  # can be shown, whatever was in the file
        else:
            assert dump(found) == data


def _load_policy(data: bytes) -> Policy | FormError:
    try:
        return load_policy(data)
    except TooNew as error:
        return FormError(form.UNREADABLE, str(error))


def _mutations(data: bytes, random: Any) -> bytes:
    """A canonical file after a few small accidents."""
    lines = data.split(b"\n")
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(lines))
        match random.randrange(8):
            case 0:
                lines.insert(at, lines[random.randrange(len(lines))])
            case 1:
                del lines[at : at + 1]
            case 2:
                lines[at] = b"  " + lines[at]
            case 3:
                lines[at] = lines[at][2:]
            case 4:
                lines[at] += random.choice([b" ", b":", b" #", b"|", b'"', b"\\", b"\t", b"\xa0"])
            case 5:
                lines[at] = lines[at].replace(b'"', random.choice([b"", b"'"]))
            case 6:
                cut = random.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + random.choice([b" ", b"-", b"\n"]) + lines[at][cut:]
            case _:
                lines[at] = re.sub(
                    rb": .*", random.choice([b": 1", b": |", b":", b": -"]), lines[at]
                )
        lines = lines or [b""]
    return b"\n".join(lines)


@settings(max_examples=400)
@given(raw_tasks(), st.randoms(use_true_random=False))
def test_a_mutated_file_is_refused_or_read_as_yaml_reads_it(
    raw: dict[str, Any], random: Any
) -> None:
    data = _mutations(dump_task(task(raw)), random)
    one = _tried(data)
    if isinstance(one, FormError):
        if one.meant is not None:
            again = reformatted(data)
            assert load_task(again) == one.meant
            assert reformatted(again) == again
        return
    assert dump_task(one) == data
    values, _ = yaml_errors.read(data.decode(), codec.MAX_DEPTH, codec._plain)
    assert task(values) == one
    assert _read_by_yaml(data) == _as_text(one)


@settings(max_examples=200)
@given(tasks())
def test_the_small_parser_and_yaml_read_the_same_values(one: Task) -> None:
    text = dump_task(one).decode()
    values, places = yaml_errors.read(text, codec.MAX_DEPTH, codec._plain)
    assert values == codec._parsed(text)
    lines = text.split("\n")
    assert all(lines[places[key] - 1].startswith(f"{key}:") for key in values)


def _nested(depth: int, leaf: Any) -> Any:
    return leaf if not depth else {"a": _nested(depth - 1, leaf)}


@pytest.mark.parametrize("leaf", ["1", [1]], ids=["map", "list"])
@pytest.mark.parametrize("depth", range(1, 7))
def test_both_readers_and_the_field_agree_how_deep_x_may_go(depth: int, leaf: Any) -> None:
    x = _nested(depth, leaf)
    text = HEAD.decode() + "".join(codec._entries([("x", x)], ""))
    levels = 1 + depth + isinstance(leaf, list)
    found = _tried(text.encode())
    fits = levels <= codec.MAX_DEPTH
    assert isinstance(found, Task) == fits
    with nullcontext() if fits else pytest.raises(yaml_errors.Unreadable, match="deeper"):
        yaml_errors.read(text, codec.MAX_DEPTH, codec._plain)
    with nullcontext() if fits else pytest.raises(FieldError, match="three deep at most"):
        a_task(x=x)
    if not fits:
        assert found.code == form.UNREADABLE


@given(free_maps)
def test_what_the_field_x_takes_is_never_too_deep_to_write(x: dict[str, Any]) -> None:
    yaml_errors.read(dump_task(a_task(x=x)).decode(), codec.MAX_DEPTH, codec._plain)


@pytest.mark.parametrize("reason", REASONS)
def test_parts_are_written_with_what_is_set_only(reason: str) -> None:
    written = dump_task(a_task(state="blocked", wait={"reason": reason}))
    assert written.endswith(b"state: blocked\nwait:\n  reason: %s\n" % reason.encode())
