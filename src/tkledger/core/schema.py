"""The JSON Schema of the files under ``.tasks/``, made of the very functions that check their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import getclosurevars

from tkledger.core import policy_fields
from tkledger.core import task as task_file
from tkledger.core.field import DECIMAL, ID, MAX_INT, Field
from tkledger.core.lifecycle import State
from tkledger.core.typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def task_schema() -> Schema:
    """Of a task's file."""
    return _file("A task of a ledger", task_file.FIELDS, ("id", "title", "state"))


def policy_schema() -> Schema:
    """Of the policy's file."""
    return _file("The policy of a ledger", policy_fields.FIELDS, ())


def _file(title: str, fields: Sequence[Field], required: Sequence[str]) -> Schema:
    return {"$schema": DIALECT, "title": title, **_object(fields), "required": [*required]}


def _object(fields: Iterable[Field]) -> Schema:
    return {
        "type": "object",
        "properties": {one.name: _of(one.clean) for one in fields},
        "additionalProperties": False,
    }


_WORDS: Schema = {"type": ["string", "integer", "boolean"]}
"""Text: what YAML takes for a number or a boolean is text where the field is."""

_STATES: Schema = {"enum": [state.value for state in State]}

_PLAIN: Mapping[str, Schema] = {
    "text": _WORDS,
    "line": _WORDS,
    "line_that": _WORDS,
    "moment": {"type": "string"},
    "day": {"type": "string"},
    "entry": _WORDS,
    "flag": {"enum": [True, False, "true", "false"]},
    "free": {"type": "object"},
    "_later": {"type": "object"},
    "_state": _STATES,
    "ref_name": {**_WORDS, "maxLength": 200},
}


def _of(clean: Callable[[Any], Any]) -> Schema:
    """What a function that checks a value takes: its limits are in what it has kept. What has a form
    of its own, and is not among these, is left to tk.
    """
    kind = clean.__qualname__.partition(".")[0]
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if kind in ("task_id", "decimal"):
        return {**_WORDS, "pattern": _pattern(ID if kind == "task_id" else DECIMAL)}
    kept = getclosurevars(clean).nonlocals
    if kind == "whole":
        most = {"maximum": kept["most"]} if kept["most"] < MAX_INT else {}
        return {"type": "integer", "minimum": kept["least"], **most}
    if kind == "matching":
        return {**_WORDS, "pattern": _pattern(kept["whole"])}
    if kind == "choice":
        return {"enum": [*kept["options"]]}
    if kind in ("list_of", "set_of"):
        return {"type": "array", "items": _of(kept["item"])}
    if kind == "part_of":
        return _object(kept["fields"])
    if kind == "map_of":
        return {"type": "object", "additionalProperties": _of(kept["item"])}
    return {}


def _pattern(whole: Any) -> str:
    """A pattern of Python's that ends where the text ends, as other languages have it."""
    found: str = whole.source
    return "^(" + found.removesuffix(r"\Z") + ")$"
