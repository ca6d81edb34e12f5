"""The way in and out of every command: words in, an exit status out."""

from __future__ import annotations

import builtins
import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from keyword import iskeyword

from tkledger import __version__
from tkledger.errors import Exit

TYPE_CHECKING = False  # not from a module: the version loads next to none
if TYPE_CHECKING:
    from tkledger.cli.answer import Answer
    from tkledger.core.typing import IO, NoReturn
    from tkledger.verbs.parameter import Command


VERSION = "--version"
COMPLETE = "_TK_COMPLETE"
"""The environment variable by which a shell asks what comes next."""


COLOUR_THEMSELVES = ("diff", "ui")
"""The commands that see to colours: git's, and those of a screen of its own."""


def main() -> NoReturn:
    """The ``tk`` command. Leaves without Python's own tidying up, which costs 15 ms."""
    gc.disable()
    _open_streams()
    status = run(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        status = status or _failed(error, [])
    os._exit(status)


def _open_streams() -> None:
    """Open streams that the caller closed on /dev/null, and escape what stdout cannot encode."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - open until the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def run(argv: list[str]) -> int:
    """Carry out one command line; returns the exit status and never raises."""
    try:
        return _carried_out(argv)
    except BrokenPipeError as error:
        if not reader_is_gone(sys.stdout, sys.stderr):
            return _failed(error, argv)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return Exit.OK
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:
        return _failed(error, argv)


def reader_is_gone(*streams: IO[str], wait: float = 0) -> bool:
    """Whether the reader of our output is gone (head, less); else some other pipe broke, such as one
    to git, and the command was not carried out. If the reader is there, that is known after ``wait`` seconds.
    """
    import select

    if not hasattr(select, "poll"):  # Windows
        from time import sleep

        sleep(wait)
        return not wait
    asked = select.poll()
    for stream in streams:
        with suppress(OSError):  # no file at all
            asked.register(stream.fileno(), 0)
    return bool(asked.poll(wait * 1000))


def _carried_out(argv: list[str]) -> int:
    if argv[:1] == [VERSION]:
        print(f"tk {__version__}")
        return Exit.OK
    from tkledger.cli import parser

    completing = COMPLETE in os.environ
    if not (argv or completing):
        from tkledger.cli.answer import give
        from tkledger.cli.commands.status import alone

        return give(alone(), as_json=False)
    if not completing and parser.is_unknown(argv):
        from tkledger.cli.settings import with_alias

        argv = [*with_alias(argv)]
    call = None if completing else parser.parse(argv, _saved)
    if call is not None:
        from tkledger.cli.answer import give
        from tkledger.verbs.parameter import COLORS
        from tkledger.verbs.parameters import COLOR, JSON

        as_json = call.values.pop(JSON.name, False)
        typed = call.values.pop(COLOR.name, None)
        color = None if typed == COLORS[0] else typed  # auto, as if nothing were typed
        if call.command.name in COLOUR_THEMSELVES:
            call.values[COLOR.name] = color
        return give(function(call.command)(**call.values), as_json=as_json, color=color)
    from tkledger.cli import typer_app

    return typer_app.run(argv)


def _saved(name: str) -> Sequence[str]:
    from tkledger.cli.settings import filter_words  # most lines name none

    return filter_words(name)


def function(command: Command) -> Callable[..., Answer]:
    """The function of a command: the last word of its name, in the module of the first.

    After a word that Python has itself comes a ``_``, and all events are one function.
    """
    from tkledger.verbs.commands import EVENTS

    words = command.name.split()
    if command.verb in EVENTS:
        from tkledger.cli.commands import moves

        return partial(moves.move, command.name)
    place = words[0] + ("_" if iskeyword(words[0]) else "")
    module = getattr(__import__("tkledger.cli.commands", fromlist=[place]), place)
    its_own = hasattr(builtins, words[-1]) or iskeyword(words[-1])
    name = words[-1] + ("_" if its_own else "")
    found: Callable[..., Answer] = getattr(module, name)
    return found


def _failed(error: Exception, argv: list[str]) -> int:
    from tkledger.cli.parser import wants_json

    try:
        return _printed(error, as_json=wants_json(argv))
    except OSError:  # stdout is what failed
        return _printed(error, as_json=False)


def _printed(error: Exception, as_json: bool) -> int:
    from tkledger import report
    from tkledger.core.change import Refused

    if isinstance(error, Refused):
        return report.refuse(error.violations, as_json=as_json, **error.more)
    known = report.understood(error)
    if known is None:
        if os.environ.get("TK_DEBUG"):
            import traceback

            traceback.print_exc()
        known = report.bug(error)
    return report.fail(known, as_json=as_json)
