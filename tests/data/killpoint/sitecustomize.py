"""Python loads this at its start: at the TK_AT-th effect of the process, something happens to it.

An effect is what others can see: a file opened for writing, renamed, linked or removed, a folder
made, a lock taken, a process about to start, and the moment after one was started. If TK_AT is a
word, it is the moment after a process with that argument was started, if ``before WORD``, the one
before that. TK_HAPPENS is ``kill`` (this
process, by SIGKILL), ``kill-group`` (its process group), or else a shell command that is run to
its end at that point.
"""

import os
import signal
import subprocess
import sys

_EFFECTS = {
    *("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"),
    *("os.chmod", "fcntl.flock", "subprocess.Popen", "os.posix_spawn"),
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT

_at = os.environ.get("TK_AT", "")
_happens = os.environ.get("TK_HAPPENS", "kill")
_count = 0


def _point(*words: str) -> None:
    global _count
    _count += 1
    if _at not in (str(_count), *words):
        return
    if _happens == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif _happens == "kill-group":
        os.killpg(os.getpgid(0), signal.SIGKILL)
    else:
        environ = {name: value for name, value in os.environ.items() if name != "TK_AT"}
        done = subprocess.run(["sh", "-ec", _happens], env=environ, capture_output=True, text=True)
        with open(os.environ["TK_HAPPENED"], "a") as file:
            file.write(f"{_count} {done.returncode} {done.stdout}{done.stderr}\n")


def _writes(file: object, _: object, flags: object) -> bool:
    """Whether what is opened is written to; a number is a pipe or a file that is open already."""
    return not isinstance(file, int) and isinstance(flags, int) and bool(flags & _WRITES)


def _hear(event: str, details: tuple[object, ...]) -> None:
    if event in _EFFECTS or (event == "open" and _writes(*details)):
        _point(event)


class _Popen(subprocess.Popen):  # type: ignore[type-arg]
    def __init__(self, words: list[str], **options: object) -> None:
        if _at.startswith("before ") and _at.removeprefix("before ") in words:
            _point(_at)
        super().__init__(words, **options)  # type: ignore[call-overload]
        _point(*words)


_posix_spawnp = getattr(os, "posix_spawnp", None)


def _spawnp(name: str, words: list[str], *places: object, **options: object) -> int:
    if _at.startswith("before ") and _at.removeprefix("before ") in words:
        _point(_at)
    pid: int = _posix_spawnp(name, words, *places, **options)  # type: ignore[misc]
    _point(*words)
    return pid


if _at:
    sys.addaudithook(_hear)
    subprocess.Popen = _Popen  # type: ignore[misc]
    if _posix_spawnp is not None:
        os.posix_spawnp = _spawnp  # type: ignore[assignment]
