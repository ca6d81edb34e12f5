"""A command at work on a task: its process group, its output, its time, and the lease it works under.

It knows no task and no ledger: a beat says whether it may continue.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from enum import Enum, auto

from tkledger.agents.interruptions import Interruptions
from tkledger.core.evidence import TIMEOUT
from tkledger.core.quoting import quoted
from tkledger.core.typing import NamedTuple
from tkledger.local.processes import started
from tkledger.local.store import replace

GRACE_SECONDS = 5.0
"""How long a process group has to end after it was asked to, before it is killed."""

_NOT_RUN = {126: "its command is not executable", 127: "its command does not exist"}
"""The statuses by which a shell, env or timeout say that they could not run a command."""

_LOOK_SECONDS = 0.2
"""How often a process is looked at."""


class End(Enum):
    """How the work of a command ended."""

    EXITED = auto()
    TIMED_OUT = auto()
    NOT_RUN = auto()  # there is no such command, or it is not executable
    LOST = auto()  # its lease is over, or its work is not wanted any more
    INTERRUPTED = auto()


class Result(NamedTuple):
    """How a command ended, and its exit status, below zero for a signal, as subprocess has it; why it was not
    run, or was stopped; and how many seconds it took.
    """

    end: End
    status: int
    why: str = ""
    seconds: float = 0.0

    @property
    def exit(self) -> str:
        """How it ended as the ledger says it: that of a shell, if a signal ended it; or that it took too long."""
        if self.end is End.TIMED_OUT:
            return TIMEOUT
        return str(self.status if self.status >= 0 else 128 - self.status)


class Invocation(NamedTuple):
    """What to run: where, with which environment, with its output in which file, in a folder that exists.

    timeout: seconds until it is ended, None for no limit
    beat: called every ``beats`` seconds; a word ends the work, and says why
    child: a file that names the process, so that it can be ended if tk itself is gone
    """

    words: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    log: str
    timeout: float | None
    beats: float
    beat: Callable[[], str]
    child: str


class Stopped(Exception):
    """A command was ended before it came to anything; ``result`` says how."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.why)
        self.result = result


class GateWatch(NamedTuple):
    """What is looked at while gates run: interruptions, and every ``beats`` seconds whether they may continue, as
    `Invocation` has it; ``child`` is the file that names their process, if they have none of their own.
    """

    interruptions: Interruptions
    beats: float = 1.0
    beat: Callable[[], str] = str
    child: str = ""


def run_command(command: Invocation, interruptions: Interruptions) -> Result:
    """Run a command to its end, whichever comes first; nothing of its group is left then.

    Until it runs, and once it has ended, interruptions are held back.
    """
    began = time.monotonic()
    try:
        process = _started(command)
    except OSError as error:
        return Result(End.NOT_RUN, 0, _why_not(command.words[0], error))
    try:
        _note(command.child, process.pid)
        with interruptions.let_through():
            end, lost = _watched(process, command)
    except KeyboardInterrupt:
        end, lost = End.INTERRUPTED, ""
    finally:
        _end_group(process)
        with suppress(FileNotFoundError):
            os.unlink(command.child)
    if end is End.EXITED and process.returncode in _NOT_RUN:
        why = f"{command.words[0]} ended with exit {process.returncode}: {_NOT_RUN[process.returncode]}"
        return Result(End.NOT_RUN, process.returncode, why)
    return Result(end, process.returncode, lost, time.monotonic() - began)


def _started(command: Invocation) -> subprocess.Popen[bytes]:
    """The process, which leads a group of its own. Raises OSError if the command cannot be run."""
    with open(command.log, "ab") as log:
        return subprocess.Popen(
            command.words,
            cwd=command.folder,
            env={**command.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def append(log: str, rows: Iterable[str]) -> None:
    """Add lines to the output of a command that has ended."""
    with open(log, "a", encoding="utf-8") as file:
        file.writelines(f"{row}\n" for row in rows)


def hindrance(word: str) -> str:
    """Why a command cannot be run wherever that is tried; empty if it can, or that depends on the folder."""
    if os.sep in word:
        places = [word] if os.path.isabs(word) else []
    else:
        places = [os.path.join(folder, word) for folder in os.get_exec_path()]
    there = [one for one in places if os.path.isfile(one)]
    if not places or any(os.access(one, os.X_OK) for one in there):
        return ""
    return _why_not(word, PermissionError() if there else FileNotFoundError())


def _why_not(word: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{quoted(word)} is not there"
    if isinstance(error, PermissionError):
        return f"{quoted(word)} is not executable"
    return f"{quoted(word)} cannot be run: {error.strerror}"


def _watched(process: subprocess.Popen[bytes], command: Invocation) -> tuple[End, str]:
    """How a command ends, and why if it may not continue."""
    began = beaten = time.monotonic()
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_LOOK_SECONDS)
            return End.EXITED, ""
        now = time.monotonic()
        if command.timeout is not None and now - began >= command.timeout:
            return End.TIMED_OUT, ""
        if now - beaten >= command.beats:
            beaten = now
            if why := command.beat():
                return End.LOST, why


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ask the group to end, then make it: what the command started goes as well."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=GRACE_SECONDS)
            if number == signal.SIGTERM and _is_empty(process.pid):
                break
    process.wait()


def _is_empty(group: int) -> bool:
    """Whether a process group has ended, in the time that it has."""
    end = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return True
        time.sleep(0.02)
    return False


def _note(path: str, pid: int) -> None:
    replace(path, f"{pid} {started(pid)}".encode("ascii"))


def end_left(child: str) -> bool:
    """End what a tk that was killed has left running here; whether there was anything."""
    try:
        with open(child, encoding="ascii") as file:
            pid, _, start = file.read().partition(" ")
        os.unlink(child)
    except (OSError, ValueError):
        return False
    if not start or started(int(pid)) != start:
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(int(pid), number)
            _is_empty(int(pid))
    return True
