"""A repository for a test: what it holds, and how git and tk are run in it."""

from __future__ import annotations

import gc
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple
from unittest.mock import patch

from tkledger import cli
from tkledger.errors import Exit

KILLPOINT = Path(__file__).parent.parent / "data" / "killpoint"
TK = (sys.executable, "-m", "tkledger")

AT_THE_GATE = """\
import os, sys
import tkledger.cli.commands.moves, tkledger.cli.parser, tkledger.cli.commands.edit
ready, gate = int(sys.argv.pop(1)), int(sys.argv.pop(1))
os.write(ready, b".")
os.read(gate, 1)
tkledger.cli.main()
"""
"""A tk that has everything loaded, says so, and goes on when the gate is opened."""


class Answer(NamedTuple):
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def said(self) -> str:
        return f"exit {self.status}\n{self.out}\n{self.err}"


class Project:
    """A checkout: the main one of a repository, or a linked one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.happened = path.parent / f"{path.name}-happened"
        """What came of the commands that ran in the middle of others."""

    @classmethod
    def create(cls, path: Path, *options: str) -> Project:
        path.mkdir(parents=True, exist_ok=True)
        made = cls(path)
        made.git("init", "-q", *options)
        return made

    @classmethod
    def copy(cls, source: Path, path: Path) -> Project:
        """A copy of a repository, in a folder that is missing or empty."""
        shutil.copytree(source, path, symlinks=True, dirs_exist_ok=True)
        made = cls(path)
        made.git("update-index", "-q", "--refresh")  # the copies have other inodes
        return made

    # -- git ---------------------------------------------------------------------------------

    def git(self, *args: str, stdin: str | bytes = b"", check: bool = True) -> str:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(["git", *args], cwd=self.path, input=data, capture_output=True)
        if check and done.returncode:
            raise AssertionError(f"git {args}: {done.stderr.decode()} {done.stdout.decode()}")
        return done.stdout.decode().strip("\n")

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def count(self) -> int:
        """How many commits HEAD has."""
        return int(self.git("rev-list", "--count", "HEAD"))

    def status(self) -> str:
        """What `git status` finds, and what is left of locks; empty if there is nothing."""
        return self.git("status", "--porcelain")

    def clean(self) -> bool:
        """Whether index and files are as HEAD has them, by two ways of asking."""
        index = self.git("diff-index", "--cached", "HEAD", check=False)
        files = self.git("diff-index", "HEAD", check=False)
        return not (index or files or self.status())

    def file(self, task: str, revision: str = "HEAD") -> str:
        """A task's file as committed."""
        return self.git("show", f"{revision}:.tasks/{task}.yaml")

    def state(self, task: str, revision: str = "HEAD") -> str:
        """The state of a task as committed."""
        line = next(x for x in self.file(task, revision).splitlines() if x.startswith("state: "))
        return line.removeprefix("state: ")

    def write(self, name: str, text: str | bytes) -> Path:
        """A file in the checkout."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def plumb(self, files: Mapping[str, bytes | tuple[str, bytes]]) -> None:
        """Commit files, past index, checkout and every hook; ``(mode, bytes)`` for other modes."""
        stream = [b"commit refs/heads/main\ncommitter T <t@example.org> 1700000000 +0000\n"]
        stream += [b"data 7\nplumbed\n", b"from refs/heads/main^0\n"]
        for path, value in files.items():
            mode, data = value if isinstance(value, tuple) else ("100644", value)
            stream.append(b"M %s inline %s\n" % (mode.encode(), os.fsencode(path)))
            stream.append(b"data %d\n%s\n" % (len(data), data))
        self.git("fast-import", "--quiet", stdin=b"".join(stream))

    def worktree(self, name: str) -> Project:
        """A linked checkout on a branch of that name."""
        path = self.path.parent / name
        self.git("worktree", "add", "-q", "-b", name, str(path))
        return Project(path)

    def snapshot(self) -> tuple[str, ...]:
        """All that a command that writes nothing must leave as it is."""
        return (
            self.git("for-each-ref"),
            self.git("symbolic-ref", "HEAD", check=False),
            self.git("ls-files", "-s"),
            self.status(),
            *(f"{path.name}: {path.read_bytes()!r}" for path in self._task_files()),
        )

    def _task_files(self) -> list[Path]:
        folder = self.path / ".tasks"
        return (
            sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
        )

    # -- tk ----------------------------------------------------------------------------------

    def tk(self, *args: str, stdin: str = "") -> Answer:
        """Run a command in this process, as if in the checkout."""
        out, err = io.StringIO(), io.StringIO()
        argv = [args[0], "-C", str(self.path), *args[1:]]
        if args[0] in ("config", "hooks", "check", "gates"):
            argv = [*args[:2], "-C", str(self.path), *args[2:]]
        with patch("sys.stdin", io.StringIO(stdin)), redirect_stdout(out), redirect_stderr(err):
            status = cli.run(argv)
        return Answer(status, out.getvalue(), err.getvalue())

    def ok(self, *args: str, stdin: str = "") -> Answer:
        """The same; must succeed."""
        answer = self.tk(*args, stdin=stdin)
        assert answer.status == Exit.OK, answer.said
        return answer

    def process(
        self,
        *args: str,
        stdin: str = "",
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Answer:
        """Run a command as a process of its own."""
        done = subprocess.run(
            [*TK, *args],
            cwd=cwd or self.path,
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, **(env or {})},
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def at_point(self, point: int | str, happens: str, *args: str) -> Answer:
        """Run a command to which something happens at its ``point``-th effect, or just after it
        started a process with that word; tests/data/killpoint has the rest.
        """
        env = {"TK_AT": str(point), "TK_HAPPENS": happens, "PYTHONPATH": str(KILLPOINT)}
        env |= {"PYTHONDONTWRITEBYTECODE": "1", "TK_HAPPENED": str(self.happened)}
        process = subprocess.Popen(
            [*TK, *args],
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **env},
            start_new_session=True,  # so that killing its group spares the test
        )
        out, err = process.communicate()
        return Answer(process.returncode, out, err)

    def left_running(self) -> list[int]:
        """The processes at work in the checkout; of a command that was killed, what it started."""
        gc.collect()  # the readers of commands that ran in this process
        return self._at_work()

    def _at_work(self) -> list[int]:
        found = []
        for entry in Path("/proc").glob("[0-9]*/cwd"):
            with suppress(OSError):  # ended, or is not ours
                if entry.readlink().is_relative_to(self.path.resolve()):
                    found.append(int(entry.parent.name))
        return found

    def handle(self, pid: int) -> int | None:
        """A process at work in the checkout, held so that no other can be taken for it: numbers are
        given anew, of 32,768 every minute or two while much goes on. None if it has ended.
        """
        with suppress(OSError):
            handle = os.pidfd_open(pid)
            with suppress(OSError):  # looked at again, since the number may be another's already
                if Path(f"/proc/{pid}/cwd").readlink().is_relative_to(self.path.resolve()):
                    return handle
            os.close(handle)
        return None

    def settle(self) -> None:
        """Wait until what a killed command started has ended."""
        gc.collect()
        while self._at_work():
            time.sleep(0.002)


class Line(NamedTuple):
    """Processes that wait for each other."""

    processes: list[subprocess.Popen[str]]

    def answers(self) -> list[Answer]:
        """What they said, when all have ended."""
        said = [process.communicate() for process in self.processes]
        return [Answer(p.returncode, *words) for p, words in zip(self.processes, said)]


@contextmanager
def at_once(commands: Sequence[tuple[Project, Sequence[str]]]) -> Iterator[Line]:
    """Start a tk for each command; all go at the same moment, when the block is entered."""
    ready, tell = os.pipe()
    gate, opener = os.pipe()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", AT_THE_GATE, str(tell), str(gate), *argv],
            cwd=where.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=(tell, gate),
        )
        for where, argv in commands
    ]
    os.close(tell)
    os.close(gate)
    try:
        with open(ready, "rb") as stream:
            waiting = stream.read(len(processes))
        assert len(waiting) == len(processes), "a process died before the race"
        os.close(opener)  # they all read the end of the file
        yield Line(processes)
    finally:
        for process in processes:
            process.kill()
            process.wait()
            _close(process.stdout, process.stderr)


def _close(*streams: IO[str] | None) -> None:
    for stream in streams:
        if stream is not None:
            stream.close()


def race(commands: Sequence[tuple[Project, Sequence[str]]]) -> list[Answer]:
    """Run commands at the same moment; what they said, in their order."""
    with at_once(commands) as line:
        return line.answers()
