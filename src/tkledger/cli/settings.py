"""What a user set for all repositories: saved filters, other names of commands, templates, and how output looks.

It is not a policy: nothing in it changes what may be done. Its file is read only if it is there and asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from tkledger.core.field import Field, choice, flag, line, map_of, matching, read
from tkledger.core.quoting import quoted
from tkledger.core.task_parts import NAME
from tkledger.core.typing import Any, NamedTuple
from tkledger.errors import TkError, unusable, usage_error
from tkledger.verbs.commands import COMMANDS

NEVER = "never"
"""No colours; no pager."""

MOST = 200
"""How many filters, aliases or templates there are at most."""

_WORDS = matching(r".{1,500}", "one line of at most 500 characters")


class Settings(NamedTuple):
    """The fields of the file.

    filters, aliases: words by name; templates: options of ``tk new`` by name
    color: auto, or never; pager: auto as git has it, never, or the command; ascii: whether signs are of ASCII on a
    terminal
    """

    aliases: Mapping[str, str] = {}
    ascii: bool = False
    color: str = "auto"
    filters: Mapping[str, str] = {}
    pager: str = "auto"
    templates: Mapping[str, Mapping[str, Any]] = {}


def _few(item: Callable[[Any], Any], name: Callable[[Any], str]) -> Callable[[Any], Any]:
    whole = map_of(item, name)

    def clean(raw: Any) -> Any:
        if isinstance(raw, Mapping) and len(raw) > MOST:
            raise ValueError(f"must be at most {MOST}")
        return whole(raw)

    return clean


def _alias(raw: Any) -> str:
    name = NAME(raw)
    if name in COMMANDS:
        raise ValueError(f"{name} is a command")
    return name


def _template(raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping) or not raw:
        raise ValueError("must be a map of options of tk new")
    return dict(raw)


_FIELDS = (
    Field("aliases", _few(_WORDS, _alias)),
    Field("ascii", flag),
    Field("color", choice(("auto", NEVER))),
    Field("filters", _few(_WORDS, NAME)),
    Field("pager", line),
    Field("templates", _few(_template, NAME)),
)


def path() -> str:
    """Where the file is, whether or not it exists."""
    folder = os.environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(folder):  # as the XDG Base Directory Specification has it
        folder = os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(folder, "tk", "config.yaml")


def settings() -> Settings:
    """What the file says; the defaults without one. Raises TkError if it cannot be used."""
    where = path()
    try:
        with open(where, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise unusable(
            "bad-settings", f"{where}: {error.strerror}", f"ls -l {quoted(where)}"
        ) from None
    from tkledger.files import codec  # most users have no file

    try:
        found: Settings = codec.load_settings(data, lambda raw: Settings(**read(_FIELDS, raw)))
    except codec.FormError as error:
        known = ", ".join(Settings._fields)
        raise unusable(
            "bad-settings", f"{where}: {error}", f"correct it; it may have {known}"
        ) from None
    return found


MOST_BYTES = 64 * 1024


def display(warn: Callable[[str], None]) -> Settings:
    """How output is to look; as without a file if it cannot be used, which is only said."""
    try:
        return settings()
    except TkError as error:
        warn(f"warning: {error.message}")
        return Settings()


def filter_words(name: str) -> Sequence[str]:
    """The words of a saved filter. Raises TkError if there is none of that name."""
    known = settings().filters
    if name not in known:
        there = f"; there are {', '.join(known)}" if known else ""
        fact = f"no such filter: {f'@{name}'!r}{there}"
        raise usage_error(
            "no-such-filter", fact, f"write it in {path()}: filters: {{{name}: --owner me}}"
        )
    return _split(f"filters.{name}", known[name])


def with_alias(argv: Sequence[str]) -> Sequence[str]:
    """A command line with its first word replaced, if that is another name of a command."""
    words = settings().aliases.get(argv[0]) if os.path.exists(path()) else None
    return argv if words is None else [*_split(f"aliases.{argv[0]}", words), *argv[1:]]


def template(name: str) -> Mapping[str, Any]:
    """The options of a template. Raises TkError if there is none of that name."""
    known = settings().templates
    if name not in known:
        there = f"; there are {', '.join(known)}" if known else ""
        raise usage_error(
            "no-such-template", f"no such template: {name!r}{there}", f"write it in {path()}"
        )
    return known[name]


def _split(name: str, text: str) -> list[str]:
    import shlex

    try:
        return shlex.split(text)
    except ValueError as error:
        raise unusable(
            "bad-settings", f"{path()}: {name}: {error}", "close the quotation"
        ) from None
