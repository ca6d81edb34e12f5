"""What the answers of the command line look like: names, shapes, exit statuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.support.project import Answer
from tkledger.errors import Exit

Tk = Callable[..., Any]
Git = Callable[..., str]
OID = re.compile(r"[0-9a-f]{40}\Z")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")

READING = ["config show", "list", "ready", "show", "tree", "board", "log", "why", "verify"]


def moved(tk: Tk, *argv: str, **options: str) -> list[tuple[str, str | None, str | None]]:
    """What a writing command says of the tasks: id, from, to."""
    answer = tk(*argv, "--json", **options)
    assert answer.status is Exit.OK, answer
    said = answer.json
    assert list(said) == ["schema", "tasks", "commit"]
    assert OID.match(said["commit"])
    for task in said["tasks"]:
        assert set(task) <= {"id", "from", "to"}
    return [(task["id"], task.get("from"), task.get("to")) for task in said["tasks"]]


def refused(answer: Any, *codes: str) -> None:
    """A refusal by rules, in JSON."""
    assert answer.status is Exit.REJECTED
    assert [one["code"] for one in answer.json["violations"]] == list(codes)
    for one in answer.json["violations"]:
        assert set(one) <= {"code", "name", "task", "message", "remedy", "commit"}
        assert {"code", "name", "task", "message", "remedy"} <= set(one)


def failed(answer: Any, status: Exit, kind: str) -> dict[str, str]:
    """Any other failure, in JSON."""
    assert answer.status is status, answer
    error: dict[str, str] = answer.json["error"]
    assert list(answer.json) == ["schema", "error"]
    assert error["kind"] == kind
    assert set(error) == {"kind", "message", "remedy"}
    assert error["remedy"]
    return error


def state_of(tk: Tk, task: str) -> str:
    return str(tk("show", task, "--json").json["task"]["state"])


def lines(*objects: Any) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


def told(answer: Answer, says: str, *, as_json: bool) -> None:
    """A sentence and a remedy, in the place where they belong."""
    assert "Traceback" not in answer.err
    if as_json:
        assert len(answer.out.splitlines()) == 1, answer.out[:300]
        found = answer.json
        assert found["schema"] == "tk/1"
        if answer.status == Exit.REJECTED:
            first = found["violations"][0]
            assert {"code", "name", "task", "message", "remedy"} <= first.keys()
        else:
            first = found["error"]
            assert first.keys() == {"kind", "message", "remedy"}
        assert says in json.dumps(first, ensure_ascii=False)
    else:
        assert answer.out == ""
        assert answer.err.startswith("error"), answer.err
        assert "\n  remedy: " in answer.err
        assert says in answer.err
        assert "\x1b" not in answer.err
