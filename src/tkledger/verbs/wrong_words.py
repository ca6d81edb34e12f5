"""What to say of an option that a command does not have, or of a word too many, and the line that was meant.

It is loaded only for those; nothing is carried out.
"""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.core.field import is_id
from tkledger.core.layout import FOLDER, path_of
from tkledger.core.lifecycle import State
from tkledger.verbs import filters as f
from tkledger.verbs import option_names
from tkledger.verbs import parameters as p
from tkledger.verbs.commands import COMMANDS
from tkledger.verbs.other_words import PROSE, Hint, filled, hint, is_safe, line_of
from tkledger.verbs.parameter import Command, Parameter, split

_MOVES = {
    State.IN_PROGRESS: "tk start ID",
    State.IN_REVIEW: "tk submit ID",
    State.DONE: "tk done ID",
    State.BLOCKED: "tk block ID --reason other",
    State.CANCELLED: "tk cancel ID",
}
"""The move that a state is asked for by; which leads to another one, `tk why` says."""


def unknown_option(
    command: Command, words: Sequence[str], at: int, arguments: Sequence[str]
) -> Hint:
    """What to say of ``words[at]``, an option that ``command`` does not have; ``arguments`` came before it."""
    name, text = split(words[at])
    fact = f"unknown option {name}"
    run = arguments[0 if p.NEXT.label in words else 1 :]
    if p.COMMAND in command.takes and run:
        start = words.index(run[0], words.index(arguments[0]) + len(arguments) - len(run))
        line = _line(command.name, [*words[:start], "--", *words[start:]])
        return Hint(f"{fact}; what is to be run comes after --", line)
    found = None if _is_letter_of_git(command, name) else option_names.here(command, name)
    if found:
        return _here(command, words, fact, found)
    value = text if text is not None else "".join(words[at + 1 : at + 2])
    others = option_names.in_terms_of(command, [*words[:at], *words[at + 1 :]]) or ()
    return (
        _move(command, fact, name, value, arguments or words[at + 2 - (text is not None) :])
        or _of_git(command, words, at, arguments)
        or _of_another(command, words, name, arguments)
        or _look(command, others, fact, name, arguments)
        or Hint(fact, f"tk {command.name} --help")
    )


def too_many(command: Command, words: Sequence[str], arguments: Sequence[str]) -> Hint | None:
    """What to say of words that a command has no place for, if they are a text without quotes."""
    places = [one for one in command.takes if not one.words]
    if not places or places[-1].metavar not in PROSE:
        return None
    options = list(words)
    for one in arguments:
        options.remove(one)
    before = len(places) - 1
    typed = [*arguments[:before], " ".join(arguments[before:]), *options]
    return Hint(f"{places[-1].metavar} of several words is quoted", _line(command.name, typed))


def _line(name: str, words: Sequence[str]) -> str:
    return line_of(["tk", *name.split(), *words]) or f"tk {name} --help"


def _here(command: Command, words: Sequence[str], fact: str, found: Parameter) -> Hint:
    if not found.words:
        usage = " ".join(one.usage for one in command.takes if not one.words)
        said = f"{fact}; here it is an argument: tk {command.name} {usage}"
        return Hint(said, f"tk {command.name} --help")
    line = option_names.in_terms_of(command, words)
    said = f"{fact}; here it is {found.label}"
    return Hint(said, _line(command.name, ["--help"] if line is None else line))


def _move(
    command: Command, fact: str, name: str, value: str, arguments: Sequence[str]
) -> Hint | None:
    """A state is changed by a move."""
    if option_names.wanted(name) is not f.STATES or is_safe(command.name):
        return None
    if not any(one.is_task and not one.words for one in command.takes):
        return None
    states = [one for one in f.STATES.meant(value) if one in f.STATES.choices]
    if not states:
        return None
    line = _MOVES.get(State(states[0]), "tk why ID")
    return Hint(f"{fact}; a task changes its state by moves only", filled(line, arguments))


def _of_another(
    command: Command, words: Sequence[str], name: str, arguments: Sequence[str]
) -> Hint | None:
    """The fields of a task are changed by edit, and tasks are found by list."""
    safe = is_safe(command.name)
    other = COMMANDS["list" if safe else "edit"]
    if command is other or bool(arguments) is safe:
        return None
    meant = option_names.here(other, name)
    line = option_names.in_terms_of(other, words)
    if meant is None or meant.name == p.MESSAGE.name or line is None:
        return None
    return Hint(f"{name} is an option of tk {other.name}, not here", _line(other.name, line))


def _look(
    command: Command, others: Sequence[str], fact: str, name: str, arguments: Sequence[str]
) -> Hint | None:
    """A state, or another look at the same, that was asked for as an option."""
    word = name.lstrip("-")
    if not is_safe(command.name):
        return None
    if f.STATES in command.takes and {*f.STATES.meant(word)} <= {*f.STATES.choices}:
        return Hint(fact, _line(command.name, [f.STATES.label, word, *others]))
    if word in COMMANDS:
        takes = any(not one.words for one in COMMANDS[word].takes)
        return Hint(fact, _line(word, arguments if takes else ())) if is_safe(word) else None
    found = hint([word, *arguments])
    first, _, rest = found.line.partition(" ") if found else ("", "", "")
    name = rest.split(" ")[0]
    return Hint(fact, found.line) if found and first == "tk" and _looks(name) else None


def _looks(name: str) -> bool:
    return name in COMMANDS and is_safe(name)


def _is_letter_of_git(command: Command, name: str) -> bool:
    """Whether an option of one letter is rather git's, which has a log, too."""
    return command.name == "log" and not name.startswith("--")


def _of_git(
    command: Command, words: Sequence[str], at: int, arguments: Sequence[str]
) -> Hint | None:
    """Git has a log and a diff with options of its own."""
    fact = f"unknown option {words[at]}; options of git's are for git"
    if p.GIT_WORDS in command.takes:
        return Hint(fact, _line(command.name, [*words[:at], "--", *words[at:]]))
    if command.name != "log":
        return None
    path = path_of(arguments[0]) if arguments and is_id(arguments[0]) else FOLDER
    return Hint(fact, line_of(["git", "log", words[at], "--", path]) or "tk log --help")
