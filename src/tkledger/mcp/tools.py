"""Commands as tools: which there are, what each takes as JSON Schema, and the command line of a call.

All of it comes from the table of commands. No tool takes an actor or a folder: the server has one of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tkledger.core.typing import Any
from tkledger.errors import TkError, usage_error
from tkledger.verbs.commands import COMMANDS, inner
from tkledger.verbs.manual import PAGES
from tkledger.verbs.other_words import is_safe
from tkledger.verbs.parameter import Command, Parameter
from tkledger.verbs.parameters import ACTOR, COLOR, JSON, OUTPUT, PATH

DEFAULT = (
    *("prime", "next", "list", "ready", "search", "show", "why", "diff", "log"),
    *("new", "edit", "note", "start", "submit", "done", "approve", "reject"),
    *("block", "resume", "cancel", "spend", "send", "inbox", "sync"),
)
"""The tools that a server offers unless others are asked for."""

ALL = "all"
"""What asks for every tool."""

NEVER = (
    *("mcp", "ui", "demo", "init", "run", "config edit", "watch", "batch", "gates trust"),
    *("attach", "cat", "page", "hooks install", "hooks uninstall"),
)
"""Commands that run other programs, ask a person, read files that were not named, answer with a file or never
end; and setting up.
"""

_FIXED = {PATH.name, JSON.name, COLOR.name, ACTOR.name, OUTPUT.name}
"""What a call cannot say: who acts, where, in which form, and into which file of this machine."""

_TYPES = {int: "integer", float: "number", bool: "boolean"}


def chosen(names: Iterable[str]) -> dict[str, Command]:
    """The commands to offer, by the names of their tools: the default ones, those named, or `ALL`.

    Raises TkError, USAGE, for a name that is none.
    """
    possible = {
        tool_name(name): one
        for name, one in COMMANDS.items()
        if not inner(name) and name not in NEVER
    }
    wanted = [word.replace(" ", "_") for word in names] or [tool_name(name) for name in DEFAULT]
    if ALL in wanted:
        return possible
    for name in wanted:
        if name not in possible:
            raise usage_error("no-such-tool", f"{name!r} is not a tool", "tk mcp --tools all")
    return {name: possible[name] for name in dict.fromkeys(wanted)}


def tool_name(command: str) -> str:
    """The name of a command's tool: of a command in a group both words."""
    return command.replace(" ", "_")


def description(command: Command) -> str:
    """What the help says of a command."""
    text = PAGES[command.name].text if command.name in PAGES else ""
    return f"{command.help} {text}".strip()


def only_reads(command: Command) -> bool:
    """Whether a command changes nothing, whatever it is given."""
    name = command.name
    return name in _READ or (is_safe(name) and name not in _WRITE)


_READ = ("prime", "status", "hooks status")
"""Commands that take an actor only to know whose view it is, or look at a server."""

_WRITE = ("anchor", "doctor")
"""Commands that read unless an option makes them sign or repair."""


def schema(command: Command) -> dict[str, Any]:
    """What a tool takes, as JSON Schema."""
    taken = _taken(command)
    return {
        "type": "object",
        "properties": {one.name: _property(one) for one in taken},
        "required": [one.name for one in taken if one.required],
        "additionalProperties": False,
    }


def _taken(command: Command) -> list[Parameter]:
    return [one for one in command.takes if one.name not in _FIXED]


def _property(one: Parameter) -> dict[str, Any]:
    kind = _TYPES.get(one.kind, "string")
    value: dict[str, Any] = {"type": kind}
    if one.choices and one.noun and not one.means:
        value["enum"] = [*one.choices]
    elif kind == "string":
        value["maxLength"] = _MOST
    if one.least is not None:
        value["minimum"] = one.least
    if one.most is not None:
        value["maximum"] = one.most
    if one.bare is not None and kind != "boolean":
        value = {"anyOf": [value, {"type": "boolean"}]}
    if one.many:
        value = {"type": "array", "items": value}
    return {**value, "description": one.help}


_MOST = 20_000
"""Letters in a text: in any script one word of a command line has room for them."""


def words(command: Command, given: Mapping[str, Any]) -> list[str]:
    """The words of a command line, after ``tk``, that carry out a call.

    Raises TkError, USAGE, for what the tool does not take. Values are each a word of their own or behind
    an equals sign, so none is taken for an option.
    """
    taken = {one.name: one for one in _taken(command)}
    for name in given:
        if name not in taken:
            some = ", ".join(taken)
            raise _wrong(command, f"{name!r} is not a parameter of it; it takes {some}")
    for name, one in taken.items():
        if one.required and given.get(name) in (None, "", []):
            raise _wrong(command, f"{name!r} is missing")
    options, arguments = [], []
    for name, one in taken.items():
        values = _values(command, one, given.get(name))
        if one.words:
            options += [_option(one, value) for value in values]
        else:
            arguments += [str(value) for value in values]
    return [*command.name.split(), JSON.words[-1], *options, "--", *arguments]


def _values(command: Command, one: Parameter, value: Any) -> Sequence[Any]:
    """What was given for a parameter, each value by itself; nothing for what was left out."""
    if value is None or (value is False and one.kind is bool):
        return ()
    values = value if isinstance(value, list) and one.many else [value]
    for each in values:
        if not isinstance(each, _kinds(one)) or (
            isinstance(each, bool) and one.kind is not bool and one.bare is None
        ):
            raise _wrong(command, f"{one.name!r} is not of the type that it takes")
        if isinstance(each, str) and ("\0" in each or len(each) > _MOST):
            raise _wrong(command, f"{one.name!r} has a NUL, or more than {_MOST:,} letters")
    return [each for each in values if each is not False]


def _kinds(one: Parameter) -> tuple[type, ...]:
    kinds: dict[type, tuple[type, ...]] = {int: (int,), float: (int, float), bool: (bool,)}
    return (*kinds.get(one.kind, (str,)), *((bool,) if one.bare is not None else ()))


def _option(one: Parameter, value: Any) -> str:
    return one.words[-1] if value is True else f"{one.words[-1]}={value}"


def _wrong(command: Command, fact: str) -> TkError:
    name = tool_name(command.name)
    return usage_error("bad-arguments", f"{name}: {fact}", "see the schema of the tool")
