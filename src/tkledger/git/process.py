"""Runs git: its environment, its streams, and how it ends; which repository is the caller's choice.

What git reads and what it says on stderr are files in memory, so that only its output is a pipe:
no two pipes can wait for each other, however much goes through them. Most commands start git a few
times and do little else; `os.posix_spawn` saves them the 9 modules that subprocess loads.
"""

from __future__ import annotations

import os
from _weakref import ref  # weakref itself is one module more
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from tkledger.core.typing import IO, TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import subprocess

_KEPT = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_EXEC_PATH"),
        *("GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"),
        *("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE"),
        *("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE"),
        *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EDITOR"),
        # how a remote is reached, by any command: a claim asks one, and a partial clone reads from one
        *("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_ALLOW_PROTOCOL"),
        *("GIT_SSL_NO_VERIFY", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY"),
        *("GIT_PROXY_COMMAND", "GIT_HTTP_USER_AGENT", "GIT_HTTP_LOW_SPEED_LIMIT", "GIT_PROTOCOL"),
        *("GIT_HTTP_LOW_SPEED_TIME", "GIT_CONFIG_COUNT"),
    }
)
"""The part of git's environment that is the user's choice; the rest is left over from another git."""

_PAIRS = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
"""How the variables begin that GIT_CONFIG_COUNT counts."""

_PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"})
"""The variables of these that may be paths relative to the current folder."""

_WHERE = _PLACES | {"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"}
"""The variables of these that name a repository, or its objects."""

NOWHERE = os.path.join(os.sep, "nonexistent", "file")
"""A path at which git finds no file."""

_PLAIN = {
    "GIT_NO_REPLACE_OBJECTS": "1",  # history as it was written, not as refs/replace shows it
    "GIT_GRAFT_FILE": NOWHERE,  # likewise for grafts
    "GIT_LITERAL_PATHSPECS": "1",  # an id is never a pattern
    "GIT_OPTIONAL_LOCKS": "0",  # reading must not write the index
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}

_CONFIG = (
    *("-c", "core.commitGraph=false", "-c", "core.quotePath=false", "-c", "log.showRoot=true"),
    *("-c", "log.follow=false", "-c", "log.showSignature=false"),
    *("-c", "i18n.logOutputEncoding=UTF-8"),
)
"""The commit graph is a cache that can be forged; the commit objects are what was signed. What a
user has git's log show must not change what is read from it.
"""

DURABLE = ("-c", "core.fsync=committed,reference")
"""git's default makes nothing durable before it answers (measured: no fsync in a commit)."""

_STANDARD = (0, 1, 2)

_DEFAULT_SIGNALS = (13, 25)
"""SIGPIPE and SIGXFSZ, which Python ignores and git must not (the module signal loads an enum)."""


def environment(folder: str, *, named: bool = False) -> dict[str, str]:
    """The environment of a git that is run elsewhere, for a user who is in ``folder``.

    ``named`` is whether it was asked for by name, as by ``-C``. Then the repository is the one there,
    whatever the environment says: in a linked worktree git exports GIT_DIR to its hooks.
    """
    found = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or _is_kept(k)}
    if named:
        found = outside()
    for name in _PLACES & found.keys():  # git is run elsewhere, where they would mislead
        found[name] = os.path.join(folder, found[name])
    return {**found, **_PLAIN}


def outside() -> dict[str, str]:
    """The user's environment, without what says which repository a git is at work in, as its hooks have it."""
    found = os.environ.items()
    return {k: v for k, v in found if not k.startswith("GIT_") or (_is_kept(k) and k not in _WHERE)}


def _is_kept(name: str) -> bool:
    return name in _KEPT or name.startswith(_PAIRS)


# -- one process -------------------------------------------------------------------------------


class Process(Protocol):
    """A process that was started; subprocess.Popen is one, too."""

    def poll(self) -> int | None:
        """The exit status, below zero for a signal; None while it runs."""

    def wait(self) -> int:
        """The exit status, when there is one."""

    def kill(self) -> None:
        """Kill it, if it still runs."""


class _Spawned:
    """A process that `os.posix_spawn` started."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        return self._ended(os.WNOHANG)

    def wait(self) -> int:
        status = self._ended(0)
        assert status is not None
        return status

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self._pid, 9)

    def _ended(self, options: int) -> int | None:
        if self._status is None:
            try:
                pid, status = os.waitpid(self._pid, options)
            except (
                ChildProcessError
            ):  # SIGCHLD is ignored, so it is not known; subprocess does so, too
                self._status = 0
            else:
                self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status


def spawn(
    args: Sequence[str],
    folder: str,
    env: Mapping[str, str],
    streams: Sequence[int],
    *,
    apart: bool = False,
) -> Process:
    """Start git with these three file descriptors for its stdin, stdout and stderr.

    ``apart`` puts it in a session of its own, which no signal for tk or its process group reaches.
    """
    if hasattr(os, "posix_spawnp") and min(streams) > max(_STANDARD):
        actions = [(os.POSIX_SPAWN_DUP2, have, want) for have, want in zip(streams, _STANDARD)]
        with suppress(NotImplementedError):  # systems without POSIX_SPAWN_SETSID
            return _Spawned(
                os.posix_spawnp(
                    "git",
                    ["git", "-C", folder, *_CONFIG, *args],
                    env,
                    file_actions=actions,
                    setsid=apart,
                    setsigdef=_DEFAULT_SIGNALS,
                )
            )
    from subprocess import Popen

    source, target, words = streams
    command = ["git", *_CONFIG, *args]
    return Popen(
        command,
        cwd=folder,
        env=env,
        stdin=source,
        stdout=target,
        stderr=words,
        start_new_session=apart,
    )


def _file(data: bytes = b"") -> IO[bytes]:
    """A file that is not on disk, holding ``data``, to be read from its beginning."""
    try:
        file: IO[bytes] = os.fdopen(os.memfd_create("tk"), "w+b")
    except (AttributeError, OSError):  # not on this system, or not allowed here
        from tempfile import TemporaryFile

        file = TemporaryFile()  # noqa: SIM115 - its caller closes it
    file.write(data)
    file.seek(0)
    return file


def _append_only(file: IO[bytes]) -> None:
    """Have all that is written go to its end: a hook may open /dev/stderr anew, at its beginning."""
    with suppress(ImportError):  # Windows has neither this nor /dev/stderr
        from fcntl import F_SETFL, fcntl

        fcntl(file, F_SETFL, os.O_APPEND)


def _source(data: bytes | None) -> IO[bytes]:
    return open(os.devnull, "rb") if data is None else _file(data)


def _words(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


# -- a command that ends by itself -------------------------------------------------------------


class Done(NamedTuple):
    """How a git command ended: its exit status, its output, and its words on stderr."""

    status: int
    out: bytes
    err: str


class Running(NamedTuple):
    """A git command that runs: its output as it comes, and its words on stderr so far."""

    process: Process
    out: IO[bytes]
    words: IO[bytes]

    def done(self) -> Done:
        """The command's end, with the output that is left."""
        out = self.out.read()
        return Done(self.process.wait(), out, _words(self.words))


@contextmanager
def running(
    args: Sequence[str],
    folder: str,
    env: Mapping[str, str],
    *,
    stdin: bytes | None = None,
    apart: bool = False,
) -> Iterator[Running]:
    """A git command; if it still runs at the end it is killed, or, if ``apart``, let to its end: a
    signal for tk then leaves none of git's lock files behind.
    """
    with _source(stdin) as source, _file() as words:
        if apart:  # it writes, so git may run hooks
            _append_only(words)
        mine, its = os.pipe()
        with os.fdopen(mine, "rb") as out:
            try:
                streams = (source.fileno(), its, words.fileno())
                process = spawn(args, folder, env, streams, apart=apart)
            finally:
                os.close(its)
            try:
                yield Running(process, out, words)
            finally:
                if apart:
                    out.read()
                else:
                    process.kill()
                process.wait()


def complaint(
    args: Sequence[str], folder: str, env: Mapping[str, str], timeout: float | None
) -> str | None:
    """The words on stderr of a git command that fails, and of the hooks it runs; None if it does
    not fail. One that takes longer than ``timeout`` seconds is killed, and has failed.
    """
    from subprocess import DEVNULL, PIPE, TimeoutExpired, run

    try:
        done = run(
            ["git", *_CONFIG, *args],
            check=False,
            cwd=folder,
            env=env,
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=PIPE,
            timeout=timeout,
        )
    except TimeoutExpired:
        return f"git {args[0]} took longer than {timeout:.0f} s"
    return done.stderr.decode(errors="replace") if done.returncode else None


def talking(
    args: Sequence[str], folder: str, env: Mapping[str, str], *, apart: bool
) -> subprocess.Popen[str]:
    """A git that runs for long, such as one that talks to a remote; what it says is text, and its
    stdout and stderr are the caller's to read. ``apart`` as in `running`, but for the end.
    """
    from subprocess import DEVNULL, PIPE, Popen

    return Popen(
        ["git", *_CONFIG, *DURABLE, *args],
        cwd=folder,
        env=env,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=apart,
    )


def displayed(args: Sequence[str], folder: str, stdin: bytes, *, here: bool) -> Done:
    """A git command as a person runs it in ``folder``, with their own pager, colours and language; only
    history is as it was written. If ``here`` it writes to this process's own stdout and stderr.
    """
    from subprocess import PIPE, run

    names = ("GIT_PAGER", "GIT_PAGER_IN_USE", "LC_ALL")
    kept = {name: value for name, value in environment(os.getcwd()).items() if name not in _PLAIN}
    kept |= {name: os.environ[name] for name in names if name in os.environ}
    kept |= {name: _PLAIN[name] for name in ("GIT_NO_REPLACE_OBJECTS", "GIT_GRAFT_FILE")}
    to = None if here else PIPE
    done = run(
        ["git", "-C", folder, *args], check=False, env=kept, input=stdin, stdout=to, stderr=to
    )
    return Done(done.returncode, done.stdout or b"", (done.stderr or b"").decode(errors="replace"))


# -- one that answers questions ----------------------------------------------------------------


_ends: dict[ref[FilterProcess], Callable[[], None]] = {}
"""How those end that are not closed. Not by ``__del__``: of objects that name each other, such as a ledger and its
counts, the streams may go first.
"""


def _forgotten(gone: ref[FilterProcess]) -> None:
    _ends.pop(gone)()


class FilterProcess:
    """A git that answers on stdout what it is asked on stdin, until it is closed or forgotten."""

    def __init__(self, args: Sequence[str], folder: str, env: Mapping[str, str]) -> None:
        source, asking = os.pipe()
        answering, target = os.pipe()
        self.stdin: IO[bytes] = os.fdopen(asking, "wb")
        self.stdout: IO[bytes] = os.fdopen(answering, "rb")
        try:
            with open(os.devnull, "wb") as words:
                self._process = spawn(args, folder, env, (source, target, words.fileno()))
        finally:
            os.close(source)
            os.close(target)
        _ends[ref(self, _forgotten)] = partial(_end, self.stdin, self.stdout, self._process)

    def ask(self, lines: bytes) -> None:
        """Ask; if git has ended, its answer will be missing."""
        with suppress(BrokenPipeError):
            self.stdin.write(lines)
            self.stdin.flush()

    def close(self, *, kill: bool = False) -> None:
        """Let it end."""
        if kill:
            self._process.kill()
        _end(self.stdin, self.stdout, self._process)


def _end(stdin: IO[bytes], stdout: IO[bytes], process: Process) -> None:
    with suppress(BrokenPipeError):  # it has ended, and was asked for something still
        stdin.close()
    stdout.close()
    process.wait()
