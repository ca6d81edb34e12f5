"""A command at work on a task: its process group, its output, its time, and the lease it works under.

It knows no task and no ledger: a beat says whether one may go on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import Enum, auto
from typing import NamedTuple

GRACE_SECONDS = 5.0
"""How long a process group has to end after it was asked to, before it is killed."""

NOT_FOUND = 127
"""The status of a command that cannot be run, as a shell has it."""

_LOOK_SECONDS = 0.2
"""How often a process is looked at."""


class End(Enum):
    """How the work of a command ended."""

    EXITED = auto()
    TIMED_OUT = auto()
    LOST = auto()  # someone else holds the claim now
    INTERRUPTED = auto()


class Result(NamedTuple):
    """How a command ended, and its exit status; below zero for a signal, as subprocess has it."""

    end: End
    status: int


class Invocation(NamedTuple):
    """What to run: where, with which environment, with its output in which file.

    timeout: seconds until it is ended, None for no limit
    beat: called every ``beats`` seconds; False ends the work
    child: a file that names the process, so that it can be ended if tk itself is gone
    """

    words: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    log: str
    timeout: float | None
    beats: float
    beat: Callable[[], bool]
    child: str


def carried_out(command: Invocation) -> Result:
    """Run a command to its end, whichever comes first; nothing of its group is left then."""
    os.makedirs(os.path.dirname(command.log), exist_ok=True)
    try:
        with open(command.log, "ab") as log:
            process = subprocess.Popen(
                command.words,
                cwd=command.folder,
                env={**os.environ, **command.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError:
        return Result(End.EXITED, NOT_FOUND)
    _note(command.child, process.pid)
    asked = signal.signal(signal.SIGTERM, _interrupt)
    try:
        end = _watched(process, command)
    except KeyboardInterrupt:
        end = End.INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, asked)
        _end_group(process)
        with suppress(FileNotFoundError):
            os.unlink(command.child)
    return Result(end, process.returncode)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _watched(process: subprocess.Popen[bytes], command: Invocation) -> End:
    began = beaten = time.monotonic()
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_LOOK_SECONDS)
            return End.EXITED
        now = time.monotonic()
        if command.timeout is not None and now - began >= command.timeout:
            return End.TIMED_OUT
        if now - beaten >= command.beats:
            beaten = now
            if not command.beat():
                return End.LOST


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
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{pid} {_born(pid)}")


def _born(pid: int) -> str:
    """When a process started, which tells it from another of the same number; ``-`` if unknown."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "-"


def end_left(child: str) -> bool:
    """End what a tk that was killed has left running here; whether there was anything."""
    try:
        with open(child, encoding="ascii") as file:
            pid, born = file.read().split()
        os.unlink(child)
    except (OSError, ValueError):
        return False
    if born == "-" or _born(int(pid)) != born:
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(int(pid), number)
            _is_empty(int(pid))
    return True
