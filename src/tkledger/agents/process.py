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

from tkledger.local.processes import started
from tkledger.local.store import replace

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
    """What to run: where, with which environment, with its output in which file, in a folder that exists.

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


def run_command(command: Invocation) -> Result:
    """Run a command to its end, whichever comes first; nothing of its group is left then."""
    with _Interruptions() as interruptions:
        process = _started(command)
        try:
            if process is not None:
                _note(command.child, process.pid)
            interruptions.let_through()
            end = _watched(process, command) if process is not None else End.EXITED
            interruptions.hold_back()
        except KeyboardInterrupt:
            end = End.INTERRUPTED
        finally:
            interruptions.hold_back()
            if process is not None:
                _end_group(process)
            with suppress(FileNotFoundError):
                os.unlink(command.child)
    return Result(end, NOT_FOUND if process is None else process.returncode)


def _started(command: Invocation) -> subprocess.Popen[bytes] | None:
    """The process, which leads a group of its own; None if the command cannot be run."""
    try:
        with open(command.log, "ab") as log:
            return subprocess.Popen(
                command.words,
                cwd=command.folder,
                env={**os.environ, **command.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError:
        return None


class _Interruptions:
    """SIGINT and SIGTERM: held back while a process starts or ends, since one that came in between
    would leave it running; else raised once as KeyboardInterrupt.
    """

    def __enter__(self) -> _Interruptions:
        self._came = self._are_let_through = False
        # not those that are ignored, as SIGINT is in the background of a shell
        numbers = [
            n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) != signal.SIG_IGN
        ]
        self._before = {n: signal.signal(n, self._receive) for n in numbers}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def let_through(self) -> None:
        """From now on raise KeyboardInterrupt, also for a signal that was held back."""
        self._are_let_through = True
        if self._came:
            self._raise_once()

    def hold_back(self) -> None:
        """From now on raise nothing."""
        self._are_let_through = False

    def _receive(self, number: int, frame: object) -> None:
        self._came = True
        if self._are_let_through:
            self._raise_once()

    def _raise_once(self) -> None:
        self.hold_back()
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
