"""A change as a map, such as ``{"op": "start", "id": "a1"}``: what a batch has in a line, and a program gives."""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.core.typing import Any
from tkledger.verbs.commands import COMMANDS
from tkledger.verbs.parameter import Parameter
from tkledger.verbs.parameters import COMMITS, ID, IDS, TEMPLATE
from tkledger.verbs.verb import VERBS, Options


def operation(raw: Any) -> tuple[str, Options]:
    """A verb and its options out of a map; raises ValueError with what is wrong."""
    if not isinstance(raw, Mapping) or raw.get("op") not in VERBS:
        raise ValueError(f"needs an op, one of {', '.join(VERBS)}")
    verb: str = raw["op"]
    options = {str(name).replace("-", "_"): value for name, value in raw.items() if name != "op"}
    known = fields(verb)
    for name, value in options.items():
        if name not in known:
            raise ValueError(f"{verb} has no option {name}; it has {', '.join(known)}")
        if not _fits(known[name], value):
            from json import dumps  # as long as all of it, and rare

            raise ValueError(f"{name} cannot be {dumps(value, default=repr)[:60]}")
    return verb, options


def fields(verb: str) -> Mapping[str, Parameter]:
    """What a verb takes by name, as ``tk batch`` names it: one task, and no option of the run."""
    command = COMMANDS[verb]
    run = {one.name for one in (*COMMITS, TEMPLATE)}
    names = {"id": ID} | {one.name: one for one in (*command.takes, *command.also)}
    return {name: one for name, one in names.items() if name not in run and name != IDS.name}


def _fits(one: Parameter, value: Any) -> bool:
    """Whether a value has the shape its parameter takes; what it may be is for the task to say."""
    if one.many:
        items = [value] if isinstance(value, str) else value
        return isinstance(items, list) and all(isinstance(item, (str, one.kind)) for item in items)
    return isinstance(value, (str, dict) if one.kind is dict else one.kind)
