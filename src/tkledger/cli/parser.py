"""Reads a command line by the table of commands, and the values that are on standard input.

It prints nothing and carries nothing out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence

from tkledger.core.typing import Any, NamedTuple
from tkledger.errors import TkError, usage_error
from tkledger.verbs.commands import COMMANDS, inner
from tkledger.verbs.filters import CHOICE, GREP
from tkledger.verbs.parameter import Command, Parameter, split
from tkledger.verbs.parameters import COMMAND, JSON

HELP = ("--help", "-h")
HELP_WORD = "help"

_ARMOR = "-----BEGIN "
"""How the text of a key of gpg begins, which must not be read as an option."""

ALONE = HELP
"""What ``tk`` takes without a command, apart from its version."""

STATUS = "status"
"""The command that ``tk`` alone is."""


class Call(NamedTuple):
    """A command, and the values that its function gets by their names."""

    command: Command
    values: dict[str, Any]


Saved = Callable[[str], Sequence[str]]
"""The words of a filter that its user saved under a name; raises TkError if there is none of that name."""


def parse(argv: Sequence[str], saved: Saved | None = None) -> Call | None:
    """What a command line asks for; None if it is help. Raises TkError for wrong words.

    A value that was not given is absent, unless it has a default. Of an option that is given twice
    the last counts, unless it may be repeated. A word ``@NAME`` of a command that takes filters stands for
    the words of a ``saved`` one, as if they came first.
    """
    command, rest = _command(argv)
    if command is None:
        return None
    try:
        values = _values(command, rest, saved)
        return None if values is None else Call(command, _complete(command, values))
    except ValueError as error:
        raise usage_error("usage", str(error), f"tk {command.name} --help") from None


def is_unknown(argv: Sequence[str]) -> bool:
    """Whether a command line begins with a word that is not a command."""
    return bool(argv) and not argv[0].startswith("-") and argv[0] not in (*COMMANDS, HELP_WORD)


def without_help(argv: Sequence[str]) -> Sequence[str]:
    """A command line as if ``tk help list`` were ``tk list --help``."""
    return [*argv[1:], HELP[0]] if argv[:1] == [HELP_WORD] else argv


def wants_json(argv: Iterable[str]) -> bool:
    """Whether an answer, be it an error, is JSON."""
    return any(word in JSON.words for word in argv)


def _command(argv: Sequence[str]) -> tuple[Command | None, Sequence[str]]:
    """The command that is called and the words after it; None for help."""
    argv = without_help(argv)
    name = argv[0] if argv else HELP[0]
    if name in ALONE:
        return None, ()
    if name.startswith("-") and not any(word in COMMANDS for word in argv):
        return COMMANDS[STATUS], argv  # tk alone, with options
    if name not in COMMANDS:
        raise _no_command(argv)
    subcommands = inner(name)
    if not subcommands:
        return COMMANDS[name], argv[1:]
    word = argv[1] if len(argv) > 1 else HELP[0]
    if word in HELP:
        return None, ()
    if f"{name} {word}" not in subcommands:
        from tkledger.verbs import other_words

        if hint := other_words.hint(argv):
            raise usage_error("usage", hint.fact, hint.line)
        known = ", ".join(one.partition(" ")[2] for one in subcommands)
        raise usage_error(
            "usage",
            f"no such command: {f'{name} {word}'!r}; there are {known}",
            f"tk {name} --help",
        )
    return COMMANDS[f"{name} {word}"], argv[2:]


def _no_command(argv: Sequence[str]) -> TkError:
    """The error for a word that is not a command: what it is here, if that is known."""
    from tkledger.verbs import other_words

    name = argv[0]
    command = next((word for word in argv if word in COMMANDS), None)
    if name.startswith("-") and command:
        fact = f"options come after the command, {name} came before"
        return usage_error("order", fact, f"tk {command} {name} ...")
    if hint := other_words.hint(argv):
        return usage_error("no-such-command", hint.fact, hint.line)
    remedy = other_words.likeness(argv) or "tk --help"
    return usage_error("no-such-command", f"no such command: {name!r}", remedy)


def _values(
    command: Command, rest: Sequence[str], saved: Saved | None = None
) -> dict[str, Any] | None:
    """The values by their names; None if help is asked for. Raises ValueError for wrong words."""
    options = {word: one for one in command.takes for word in one.words}
    values: dict[str, Any] = {}
    arguments: list[str] = []
    words = list(reversed(rest))
    while words:
        word = words.pop()
        if word == "--":
            arguments += reversed(words)
            break
        if not word.startswith("-") or word == "-" or word.startswith(_ARMOR):
            arguments.append(word)
        elif word in HELP:
            return None
        else:
            name, text = split(word)
            if name not in options:
                from tkledger.verbs.wrong_words import unknown_option

                hint = unknown_option(command, rest, len(rest) - len(words) - 1, arguments)
                raise usage_error("usage", hint.fact, hint.line)
            option = options[name]
            if option.kind is bool and text is not None:
                raise ValueError(f"{name} takes no value")
            for value in _value(option, name, text, words):
                _keep(values, option, value)
    if saved and GREP in command.takes:
        values = _with_saved(command, values, arguments, saved)
        arguments = [word for word in arguments if not word.startswith(AT_SIGN)]
    if left := _place(command, values, arguments):
        from tkledger.verbs.wrong_words import too_many

        if found := too_many(command, rest, arguments):
            raise usage_error("usage", found.fact, found.line)
        raise ValueError(f"unexpected arguments: {' '.join(left)[:60]}")
    return values


AT_SIGN = "@"
"""How the name of a saved filter begins."""


def _with_saved(
    command: Command, values: dict[str, Any], arguments: Sequence[str], saved: Saved
) -> dict[str, Any]:
    """The values with those of the saved filters that are among the arguments before them; of these what the
    command takes: a log has no order.
    """
    takes = {one.name for one in command.takes}
    every = command._replace(takes=tuple(dict.fromkeys((*command.takes, *CHOICE))))
    for word in arguments:
        if word.startswith(AT_SIGN):
            name = word.removeprefix(AT_SIGN)
            words = saved(name)
            try:
                found = _values(every, words) or {}
            except (ValueError, TkError) as error:
                raise ValueError(f"the saved filter {name}: {error}") from None
            more = {key: value for key, value in found.items() if key in takes}
            both = [key for key in more if key in values and isinstance(more[key], list)]
            values = {**more, **values, **{key: [*more[key], *values[key]] for key in both}}
    return values


def _value(option: Parameter, name: str, text: str | None, words: list[str]) -> list[Any]:
    """The values of an option; if they are in the next word, it is taken off ``words``."""
    if option.kind is bool:
        return [True]
    if text is not None:
        return _read(option, text)
    if option.bare is not None and not (words and _may_be_value(option, words[-1])):
        return [option.bare]
    if not words:
        raise ValueError(f"{name} needs a value: {name} {option.metavar}")
    return _read(option, words.pop())


def _may_be_value(option: Parameter, word: str) -> bool:
    """Whether the word after an option is its value, where it may be left out."""
    if option.kind is str:
        return not word.startswith("-")
    return word.replace(".", "", 1).isdecimal()


def _read(one: Parameter, text: str) -> list[Any]:
    """The values that are meant by a text."""
    return [_checked(one, value, text) for value in one.meant(text)]


def _checked(one: Parameter, value: str, text: str) -> Any:
    """A value of its kind; a choice that has a noun is one of those there are."""
    if one.kind in (int, float):
        return _number(one, value)
    if one.noun and value not in one.choices:
        kind, fact = f"no-such-{one.noun}", f"no such {one.noun}: {text!r}"
        raise usage_error(kind, fact, f"one of {', '.join(one.choices)}")
    return value


def _number(one: Parameter, text: str) -> int | float:
    try:
        number: int | float = one.kind(text)
    except ValueError:
        raise ValueError(f"{one.label}: {text[:60]!r} is not a number") from None
    if one.least is not None and number < one.least:
        raise ValueError(f"{one.label}: {text} is less than {one.least}")
    if one.most is not None and number > one.most:
        raise ValueError(f"{one.label}: {text} is more than {one.most}")
    return number


def _keep(values: dict[str, Any], one: Parameter, value: Any) -> None:
    if one.many:
        values.setdefault(one.name, []).append(value)
    else:
        values[one.name] = value


def _place(command: Command, values: dict[str, Any], words: list[str]) -> list[str]:
    """Give the words that are not options to the arguments, in their order; those that are left."""
    for one in command.takes:
        if not one.words:
            taken = words if one.many else words[:1]
            words = words[len(taken) :]
            for word in taken:
                for value in _read(one, word):
                    _keep(values, one, value)
    return words


def _complete(command: Command, values: dict[str, Any]) -> dict[str, Any]:
    """The values with their defaults, if all that is required is there.

    Standard input can be read once, so only one value is ``-``.
    """
    given = [one for one in command.takes if one is not COMMAND and _is_input(values.get(one.name))]
    if len(given) > 1:
        names = " and ".join(one.label for one in given)
        raise ValueError(f"only one of {names} can be -, which is standard input")
    for one in command.takes:
        if one.name not in values:
            if one.required:
                what = f"option {one.label}" if one.words else f"argument {one.usage}"
                raise ValueError(f"missing {what}")
            if one.default is not None:
                values[one.name] = one.default
    return values


def _is_input(value: Any) -> bool:
    return value == "-" or (isinstance(value, list) and "-" in value)


def read_text(text: str | None) -> str | None:
    """The text of an option; ``-`` is standard input."""
    return _standard_input() if text == "-" else text


def read_ids(ids: Iterable[str]) -> list[str]:
    """Ids in their order, each once; ``-`` is standard input, one or more a line."""
    found: list[str] = []
    for word in ids:
        found += _standard_input().split() if word == "-" else [word]
    if not found:
        raise usage_error("no-id", "which task?", "tk list")
    return list(dict.fromkeys(found))


def _standard_input() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        said = f"byte {error.start + 1} of standard input is not {error.encoding}"
        raise usage_error("bad-input", said, "iconv -t utf-8") from None
