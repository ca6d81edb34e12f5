"""The command line's table of contents, and the way in and out of every command."""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

from tkledger import __version__
from tkledger.errors import Exit


class Command(NamedTuple):
    """Where a command's body is, and under which heading the help lists it."""

    module: str
    function: str
    group: str

    def load(self) -> Any:
        """The function, or typer's own group of commands."""
        return getattr(import_module(f"tkledger.cli.commands.{self.module}"), self.function)


SET_UP, WRITE, MOVE, LOOK, JUDGE = "Set up", "Write down", "Move", "Look", "Judge"
AGENTS, RECORDS, EXCHANGE = "Agents", "Waits and records", "Exchange"
_MOVES = [
    "admit",
    "start",
    "submit",
    "done",
    "approve",
    "reject",
    "block",
    "resume",
    "requeue",
    "cancel",
]

COMMANDS: dict[str, Command] = {
    "init": Command("init", "init", SET_UP),
    "hooks": Command("hooks", "app", SET_UP),
    "doctor": Command("doctor", "doctor", SET_UP),
    "config": Command("config", "app", SET_UP),
    "demo": Command("demo", "demo", SET_UP),
    "new": Command("new", "new", WRITE),
    "edit": Command("edit", "edit", WRITE),
    "note": Command("note", "note", WRITE),
    "fmt": Command("fmt", "fmt", WRITE),
    "batch": Command("batch", "batch", WRITE),
    **{verb: Command("moves", verb, MOVE) for verb in _MOVES},
    "list": Command("list", "list_", LOOK),
    "ready": Command("ready", "ready", LOOK),
    "show": Command("show", "show", LOOK),
    "tree": Command("tree", "tree", LOOK),
    "board": Command("board", "board", LOOK),
    "log": Command("log", "log", LOOK),
    "why": Command("why", "why", LOOK),
    "budget": Command("budget", "budget", LOOK),
    "verify": Command("verify", "verify", JUDGE),
    "accept": Command("accept", "accept", JUDGE),
    "explain": Command("explain", "explain", JUDGE),
    "check": Command("check", "app", JUDGE),
    "next": Command("next", "next_", AGENTS),
    "work": Command("work", "work", AGENTS),
    "run": Command("run", "run_", AGENTS),
    "release": Command("release", "release", AGENTS),
    "renew": Command("renew", "renew", AGENTS),
    "reap": Command("reap", "reap", AGENTS),
    "sleep": Command("sleep", "sleep", AGENTS),
    "wake": Command("wake", "wake", AGENTS),
    "retry": Command("retry", "retry", AGENTS),
    "escalate": Command("escalate", "escalate", AGENTS),
    "send": Command("send", "send", AGENTS),
    "inbox": Command("inbox", "inbox", AGENTS),
    "step": Command("step", "step", AGENTS),
    "spend": Command("spend", "spend", AGENTS),
    "concern": Command("concern", "concern", RECORDS),
    "sync": Command("sync", "sync", EXCHANGE),
    "resolve": Command("resolve", "resolve", EXCHANGE),
}


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
        status = status or _failed(error, as_json=False)
    os._exit(status)


def _open_streams() -> None:
    """Make streams that the caller closed lead nowhere, and escape what stdout has no letter for."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - open until the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def run(argv: list[str]) -> int:
    """Carry out one command line; returns the exit status and never raises."""
    as_json = "--json" in argv
    try:
        return _dispatch(argv)
    except BrokenPipeError as error:
        if not _reader_is_gone():
            return _failed(error, as_json)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return Exit.OK
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:
        return _failed(error, as_json)


def _reader_is_gone() -> bool:
    """Whether whoever reads our words has seen enough (head, less); else some other pipe broke, such
    as that to a git, and what was asked for has not been done.
    """
    import select

    if not hasattr(select, "poll"):  # Windows
        return True
    asked = select.poll()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # no file at all
            asked.register(stream.fileno(), 0)
    return bool(asked.poll(0))


def _dispatch(argv: list[str]) -> int:
    if argv == ["--version"]:
        print(f"tk {__version__}")
        return Exit.OK
    if argv and argv[0] in _MOVES:
        from tkledger.cli.commands import moves

        values = moves.parse(argv)
        if values is not None:
            return moves.run(argv[0], **values)
    from tkledger.cli import parser

    if argv and argv[0] in parser.WORDS:
        body = COMMANDS[argv[0]].load()
        values = parser.parse(argv, body)
        if values is not None:
            return int(body(**values))
    from tkledger.cli import typer_app

    return typer_app.run(argv)


def _failed(error: Exception, as_json: bool) -> int:
    try:
        return _told(error, as_json)
    except OSError:  # stdout is what failed
        return _told(error, as_json=False)


def _told(error: Exception, as_json: bool) -> int:
    from tkledger import report
    from tkledger.verbs.moves import Refused

    if isinstance(error, Refused):
        return report.refuse(error.violations, as_json=as_json)
    known = report.understood(error)
    if known is None:
        if os.environ.get("TK_DEBUG"):
            import traceback

            traceback.print_exc()
        known = report.bug(error)
    return report.fail(known, as_json=as_json)
