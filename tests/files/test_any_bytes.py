"""Whatever a file holds, it is read as YAML reads it, or refused."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task
from tests.support.strategies import HAZARDS, free_maps, raw_tasks, tasks
from tests.support.task_files import HEAD, as_text, read_by_yaml, tried
from tkledger.core import flaws, written
from tkledger.core.field import FieldError
from tkledger.core.policy import Policy
from tkledger.core.policy_fields import TooNew
from tkledger.core.task import Task, task
from tkledger.core.task_parts import REASONS
from tkledger.files import codec, yaml_errors
from tkledger.files.codec import (
    FormError,
    dump_policy,
    dump_task,
    load_policy,
    load_task,
    reformatted,
)

lines_of_files = st.one_of(
    st.sampled_from(["id: a", "title: b", "state: todo", "x:", "  a:", "    b:", "      c: 1"]),
    st.sampled_from(["labels:", "- a", "notes:", "- |", "  text", "description: |", "", "  ", " "]),
    st.sampled_from(["budget:", "  steps: 1", "  cost: 5", "priority: 3", "...", "---", "\t", "#"]),
    st.sampled_from([f"owner: {word}" for word in HAZARDS]),
    st.sampled_from([f"{word}: a" for word in HAZARDS]),
    st.sampled_from(["? a", ": b", "[", "]", "{", "}", "&a", "*a", "!!str", "'", '"', "<<: *a"]),
)


@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.lists(lines_of_files, max_size=12).map(lambda lines: "\n".join(lines).encode())
    | st.lists(lines_of_files, max_size=8).map(lambda lines: HEAD + "\n".join(lines).encode())
)
def test_any_bytes_are_a_task_or_a_form_error(data: bytes) -> None:
    for found, dump in ((tried(data), dump_task), (tried(data, _load_policy), dump_policy)):
        if isinstance(found, FormError):
            assert re.fullmatch(r"TK10[1-9]", found.code)
            assert str(found).encode()  # can be shown, whatever was in the file
        else:
            assert dump(found) == data


def _load_policy(data: bytes) -> Policy | FormError:
    try:
        return load_policy(data)
    except TooNew as error:
        return FormError(flaws.UNREADABLE, str(error))


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


@given(raw_tasks(), st.randoms(use_true_random=False))
def test_a_mutated_file_is_refused_or_read_as_yaml_reads_it(
    raw: dict[str, Any], random: Any
) -> None:
    data = _mutations(dump_task(task(raw)), random)
    one = tried(data)
    if isinstance(one, FormError):
        if one.meant is not None:
            again = reformatted(data)
            assert load_task(again) == one.meant
            assert reformatted(again) == again
        return
    assert dump_task(one) == data
    values, _ = yaml_errors.read(data.decode(), codec.MAX_DEPTH, codec._plain)
    assert task(values) == one
    assert read_by_yaml(data) == as_text(one)


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
    text = HEAD.decode() + "".join(written.entries([("x", x)]))
    levels = 1 + depth + isinstance(leaf, list)
    found = tried(text.encode())
    fits = levels <= codec.MAX_DEPTH
    assert isinstance(found, Task) == fits
    with nullcontext() if fits else pytest.raises(yaml_errors.Unreadable, match="deeper"):
        yaml_errors.read(text, codec.MAX_DEPTH, codec._plain)
    with nullcontext() if fits else pytest.raises(FieldError, match="three deep at most"):
        a_task(x=x)
    if not fits:
        assert found.code == flaws.UNREADABLE


@given(free_maps)
def test_what_the_field_x_takes_is_never_too_deep_to_write(x: dict[str, Any]) -> None:
    yaml_errors.read(dump_task(a_task(x=x)).decode(), codec.MAX_DEPTH, codec._plain)


@pytest.mark.parametrize("reason", REASONS)
def test_parts_are_written_with_what_is_set_only(reason: str) -> None:
    written = dump_task(a_task(state="blocked", wait={"reason": reason}))
    assert written.endswith(b"state: blocked\nwait:\n  reason: %s\n" % reason.encode())
