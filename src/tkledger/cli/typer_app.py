"""Puts the commands together for typer: all of them for help, else only the one that is called."""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperGroup

from tkledger import __version__
from tkledger.cli import COMMANDS, options
from tkledger.errors import Exit, TkError, usage

ABOUT = """A task ledger that lives in the Git repository it is about.

Tasks are files under .tasks/, every move is a validated commit. Begin with: tk init, tk new TITLE,
tk start ID, tk done ID, tk tree. Options come after the command. Exit statuses: 0 done, 1 refused
by a rule, 2 wrong words, 3 unusable repository, task or file, 4 busy, 5 claimed, 6 nothing to do.
"""

_CONTENTS = [[], *([name] for name, command in COMMANDS.items() if command.function == "app")]
"""The words that only lead to other commands: alone they ask for help, which is no mistake."""


_UNBOUNDED = {("next", "--wait"): "31536000"}
"""What an option means whose value is left out, which typer knows nothing of: a year."""


def _completed(argv: list[str]) -> list[str]:
    """The command line with the values that were left out."""
    words: list[str] = []
    for word, following in zip(argv, [*argv[1:], ""]):
        words.append(word)
        value = _UNBOUNDED.get((argv[0], word))
        if value and not following.replace(".", "", 1).isdecimal():
            words.append(value)
    return words


def run(argv: list[str]) -> int:
    """Let typer carry out a command line."""
    argv = _completed(argv)
    if argv in _CONTENTS:
        argv = [*argv, "--help"]
    name = argv[0]
    if name not in COMMANDS and "_TK_COMPLETE" not in os.environ:
        _require_option(argv)
    only = name if name in COMMANDS and "_TK_COMPLETE" not in os.environ else None
    try:
        status = build(only)(argv, prog_name="tk", standalone_mode=False)
    except Exception as error:
        _translated(error)
        raise
    except SystemExit as left:  # what typer makes of a reader that has gone
        if isinstance(left.__context__, BrokenPipeError):
            raise left.__context__ from None
        raise
    return int(status or 0)


class _InOrder(TyperGroup):
    """Typer lists groups after commands; the table of contents has an order of its own."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name in COMMANDS if name in self.commands]


def _require_option(argv: list[str]) -> None:
    """Typer knows the options of ``tk`` itself; any other first word is a mistake."""
    name = argv[0]
    if name in ("--help", "--version", "--install-completion", "--show-completion"):
        return
    command = next((word for word in argv if word in COMMANDS), None)
    if name.startswith("-") and command:
        raise usage(
            "order",
            f"options come after the command, {name} came before",
            f"tk {command} {name} ...",
        )
    near = get_close_matches(name, COMMANDS, 1)
    raise usage(
        "no-such-command",
        f"there is no command {name!r}",
        f"tk {near[0]}" if near else "tk --help",
    )


def _translated(error: Exception) -> None:
    """Raise typer's own errors in the words of this command line."""
    if isinstance(error, typer.Exit):
        raise _Left(error.exit_code) from None
    if isinstance(error, typer.Abort):
        raise KeyboardInterrupt from None
    wording = getattr(error, "format_message", None)
    if wording is not None:  # click's UsageError, wherever typer keeps it
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "tk"
        words = wording().strip().rstrip(".")
        raise TkError(
            Exit.USAGE, "usage", words[:1].lower() + words[1:], f"{path} --help"
        ) from None


class _Left(SystemExit):
    """Typer wants to leave with a status."""


def build(only: str | None = None) -> typer.Typer:
    """The typer application with one command, or with all of them."""
    app = typer.Typer(
        add_completion=True,
        cls=_InOrder,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help=ABOUT,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_version_option)
    for name, command in COMMANDS.items():
        if only in (None, name):
            body = command.load()
            # those that are read without typer, too, name their options and leave them to it
            vars(sys.modules[f"tkledger.cli.commands.{command.module}"]).setdefault("o", options)
            if isinstance(body, typer.Typer):
                app.add_typer(body, name=name, rich_help_panel=command.group)
            else:
                app.command(name, rich_help_panel=command.group)(body)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"tk {__version__}", file=sys.stdout)
        raise typer.Exit


def _version_option(
    version: bool = typer.Option(
        False,
        "--version",
        callback=_print_version,
        is_eager=True,
        help="Show the version and exit.",
    ),
) -> None:
    pass


_version_option.__doc__ = ABOUT
