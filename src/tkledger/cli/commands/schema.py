"""``tk schema``: the JSON Schema of the files, for editors and programs."""

from __future__ import annotations

from tkledger.cli.answer import Answer, Verbatim
from tkledger.core.schema import policy_schema, task_schema
from tkledger.errors import usage_error
from tkledger.verbs.parameters import FILE_KIND


def schema(kind: str = "task", path: str = ".") -> Answer:
    """Print the JSON Schema of a task's file, or of the policy's."""
    if kind not in FILE_KIND.choices:
        fact = f"{kind!r} is not one of {', '.join(FILE_KIND.choices)}"
        raise usage_error("bad-kind", fact, "tk schema task")
    from json import dumps

    found = task_schema() if kind == "task" else policy_schema()
    return Answer(lambda: {"kind": kind, "file": found}, lambda: [Verbatim(dumps(found, indent=2))])
