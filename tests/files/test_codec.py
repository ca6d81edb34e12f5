"""One way to write a task or a policy, and one to read it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task
from tests.support.strategies import HAZARDS, policy_values, raw_tasks, tasks, texts
from tests.support.task_files import POLICIES, TASKS, as_text, read_by_yaml
from tkledger.core.lifecycle import State
from tkledger.core.policy import Policy
from tkledger.core.policy_fields import policy
from tkledger.core.task import Task, changed, task
from tkledger.files.codec import (
    dump_policy,
    dump_task,
    load_policy,
    load_task,
)

GOLDEN = Path(__file__).parents[1] / "data" / "golden"


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


@given(tasks())
def test_a_task_written_and_read_is_the_same(one: Task) -> None:
    assert load_task(dump_task(one)) == one


@given(policy_values)
def test_a_policy_written_and_read_is_the_same(one: Policy) -> None:
    assert load_policy(dump_policy(one)) == one


@given(tasks())
def test_yaml_reads_what_is_written_as_it_is_meant(one: Task) -> None:
    assert read_by_yaml(dump_task(one)) == as_text(one)


@given(policy_values)
def test_yaml_reads_a_policy_as_it_is_meant(one: Policy) -> None:
    read = read_by_yaml(dump_policy(one))
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
