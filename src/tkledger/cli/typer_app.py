"""The help of the command line, and what the shell completes; it is made of the table of commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import typer
from typer._completion_classes import completion_init
from typer._completion_shared import get_completion_script
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from tkledger.cli import COMPLETE, VERSION
from tkledger.cli.parser import ALONE, HELP, without_help
from tkledger.core.typing import Any
from tkledger.verbs.commands import COMMANDS, inner
from tkledger.verbs.parameter import Parameter

ABOUT = """A task ledger that lives in the Git repository it is about.

Tasks are files under .tasks/, every move is a validated commit. Begin with: tk init, tk new TITLE,
tk start ID, tk done ID, tk tree; tk alone says what needs you. Options come after the command. Exit
statuses: 0 done, 1 refused by a rule, 2 usage error, 3 unusable repository, task or file, 4 busy, 5
claimed, 6 nothing to do, 127 the command of tk run cannot be run.
"""

_WIDEST = max(len(name) for name in COMMANDS if " " not in name)

_SETTINGS: Any = {"help_option_names": list(HELP)}


def run(argv: list[str]) -> int:
    """Print the help that is asked for, or answer the shell."""
    try:
        return int(build()(_asked(argv), prog_name="tk", standalone_mode=False) or 0)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except SystemExit as left:  # what typer makes of a reader that has gone
        if isinstance(left.__context__, BrokenPipeError):
            raise left.__context__ from None
        raise


def _asked(argv: list[str]) -> list[str]:
    """The words that ask for the help of a command, whatever else is in the line."""
    argv = list(without_help(argv))
    if not argv or argv[0] in ALONE:
        return argv[:1] or [HELP[0]]
    words = argv[:2] if " ".join(argv[:2]) in COMMANDS else argv[:1]
    return [*words, HELP[0]]


def completion_script(shell: str) -> str:
    """The script by which a shell asks tk what comes next."""
    return get_completion_script(prog_name="tk", complete_var=COMPLETE, shell=shell)


class _Groups(TyperGroup):
    """The commands under their groups' headings, each with its whole line."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for group in dict.fromkeys(COMMANDS[name].group for name in self.commands):
            rows = [
                (name.ljust(_WIDEST), COMMANDS[name].help)
                for name in self.commands
                if COMMANDS[name].group == group
            ]
            with formatter.section(group):
                formatter.write_dl(rows)


class _Command(TyperCommand):
    """A command, whose page is found when its help is asked for."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        from tkledger.verbs.manual import page

        found = page(ctx.command_path.removeprefix("tk "))
        self.help = "\n\n".join(filter(None, (self.help, found.text)))
        self.epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in found.examples)
        super().format_help(ctx, formatter)


def build() -> TyperGroup:
    """The whole command line, for typer; a command that is called returns its values."""
    completion_init()  # the shells that typer knows how to answer
    top = [_group(name) if inner(name) else _command(name) for name in COMMANDS if " " not in name]
    version = TyperOption(param_decls=[VERSION], is_flag=True, help="Show the version and exit.")
    return _Groups(
        name="tk",
        commands={str(one.name): one for one in top},
        params=[version],
        help=ABOUT,
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings=_SETTINGS,
    )


def _group(name: str) -> TyperGroup:
    return TyperGroup(
        name=name,
        commands=[_command(one) for one in inner(name)],
        help=COMMANDS[name].help,
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings=_SETTINGS,
    )


def _command(name: str) -> TyperCommand:
    command = COMMANDS[name]
    return TyperCommand(
        name.rpartition(" ")[2],
        callback=dict,
        params=[_parameter(one) for one in command.takes],
        help=command.help,
        short_help=command.help,
        rich_markup_mode=None,
        context_settings=_SETTINGS,
    )


def _parameter(one: Parameter) -> TyperArgument | TyperOption:
    """An argument or an option as typer has it."""
    kind = str if one.kind is dict else one.kind
    common: dict[str, Any] = {
        "required": one.required,
        "default": one.default,
        "help": one.help,
        "autocompletion": _completion(one),
    }
    if not one.words:
        return TyperArgument(
            param_decls=[one.name],
            type=kind,
            metavar=one.usage,
            nargs=-1 if one.many else 1,
            **common,
        )
    if one.kind is bool:
        return TyperOption(param_decls=[one.name, *one.words], is_flag=True, **common)
    return TyperOption(
        param_decls=[one.name, *one.words],
        type=kind,
        metavar=one.metavar,
        multiple=one.many,
        show_default=True,
        **common,
    )


def _completion(one: Parameter) -> Callable[..., Iterable[Any]] | None:
    if one.is_task:
        return _ids
    return partial(_beginning, one.choices) if one.choices else None


def _beginning(choices: tuple[str, ...], ctx: Any, args: Any, incomplete: str) -> list[str]:
    return [word for word in choices if word.startswith(incomplete)]


def _ids(ctx: typer.Context, args: Any, incomplete: str) -> Iterable[tuple[str, str]]:
    """The ids that begin so, with their titles; of the folder that -C names."""
    from tkledger.git.errors import GitError
    from tkledger.git.repo import Repo
    from tkledger.ledger.reader import Ledger

    try:
        ledger = Ledger(Repo(ctx.params.get("path") or ".")).head()
    except GitError:
        return []
    return [(task.id, task.title) for task in ledger.tasks() if task.id.startswith(incomplete)]
