"""The JSON Schema takes every file that tk takes, and marks what people get wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.support.strategies import policy_values, raw_tasks
from tkledger.api.json import policy_json, task_json
from tkledger.core.policy import Policy
from tkledger.core.schema import policy_schema, task_schema
from tkledger.core.task import task

TASK = Draft202012Validator(task_schema())
POLICY = Draft202012Validator(policy_schema())


def test_they_are_schemas() -> None:
    for one in (task_schema(), policy_schema()):
        Draft202012Validator.check_schema(json.loads(json.dumps(one)))


@given(raw_tasks())
def test_every_task_is_valid(raw: dict[str, Any]) -> None:
    TASK.validate(json.loads(json.dumps(task_json(task(raw)))))


@given(policy_values)
def test_every_policy_is_valid(found: Policy) -> None:
    POLICY.validate(json.loads(json.dumps(policy_json(found))))


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "doing"},
        {"priority": 5},
        {"priority": "high"},
        {"lables": ["ui"]},
        {"labels": "ui"},
        {"labels": ["two words"]},
        {"parent": "No Id"},
        {"depends_on": [{"id": "b"}]},
        {"budget": {"stepps": 5}},
        {"budget": {"steps": "many"}},
        {"retry": {"max": 0}},
        {"title": None},
        {"resolution": "finished"},
        {"due": 7},
        {"spec": {"goal": ["x"]}},
        {"criteria": [{"text": "x"}]},
    ],
)
def test_a_wrong_value_is_marked(wrong: dict[str, Any]) -> None:
    right = {"id": "a", "title": "T", "state": "todo"}
    assert TASK.is_valid(right)
    assert not TASK.is_valid({**right, **wrong})
    assert not TASK.is_valid({"id": "a", "state": "todo"})


@pytest.mark.parametrize(
    "wrong", [{"review": "maybe"}, {"depth": -1}, {"roles": {"lead": "ann"}}, {"revew": "required"}]
)
def test_a_wrong_policy_is_marked(wrong: dict[str, Any]) -> None:
    assert POLICY.is_valid({"version": 1})
    assert not POLICY.is_valid(wrong)
