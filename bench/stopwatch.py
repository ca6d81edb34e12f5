"""Measures cases in turns, so that all of them meet the same machine, and prints their ratios."""

from __future__ import annotations

import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import tkledger

CONFIG = """\
[user]
    name = Bench
    email = bench@example.org
[init]
    defaultBranch = main
[gc]
    auto = 0
[maintenance]
    auto = false
"""

NO_HOOKS = ("-c", "core.hooksPath=/dev/null")
"""Options of a git that runs no hook."""

DURABLE = ("-c", "core.fsync=committed,reference")
"""Options of a git that commits as durably as tk."""

READ = "git log --raw, and each file read once"
"""The floor of what goes through a whole history: git's walk, and all versions of all files parsed and proved; as
a hook of a server, with a word after it, of what is pushed.
"""

READ_ALL = [
    *(sys.executable, "-c"),
    """
import subprocess, sys
from tkledger.files import codec
def git(*words, **more):
    return subprocess.run(("git", *words), capture_output=True, check=True, **more).stdout
tips = [line.split()[1].decode() for line in sys.stdin.buffer] if sys.argv[1:] else ["HEAD"]
walked = git("log", "--raw", "--no-abbrev", "-m", "--format=", *tips, "--", ".tasks/tk-*")
named = dict.fromkeys(line.split()[3] for line in walked.splitlines() if line.startswith(b":"))
data = git("cat-file", "--batch", input=b"".join(one + b"\\n" for one in named if one.strip(b"0")))
at = count = 0
while at < len(data):
    end = data.index(b"\\n", at)
    size = int(data[at:end].split()[2])
    codec.load_task(data[end + 1 : end + 1 + size])
    at, count = end + size + 2, count + 1
sys.exit(not count)
""",
]


def tk(*arguments: str) -> list[str]:
    """The command line of tk: the installed script if there is one."""
    script = Path(sys.executable).with_name("tk")
    return (
        [str(script), *arguments]
        if script.exists()
        else [sys.executable, "-m", "tkledger", *arguments]
    )


@contextmanager
def world() -> Iterator[Path]:
    """A temporary folder, with tkledger byte-compiled and nothing of the machine's settings."""
    compileall.compile_dir(Path(tkledger.__file__).parent, quiet=2)
    for name in [name for name in os.environ if name.startswith(("GIT_", "TK_"))]:
        del os.environ[name]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="tk-bench-") as name:
        folder = Path(name)
        (folder / "gitconfig").write_text(CONFIG)
        os.environ |= {
            "HOME": name,
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C.UTF-8",
        }
        yield folder


def run(argv: Sequence[str], cwd: Path, stdin: bytes = b"") -> bytes:
    """The output of a command that has to succeed."""
    done = subprocess.run(argv, cwd=cwd, input=stdin, capture_output=True)
    if done.returncode:
        words = f"{done.stderr.decode()}{done.stdout.decode()}"
        raise SystemExit(f"{argv} ended with {done.returncode} in {cwd}:\n{words}")
    return done.stdout


def loads(cwd: Path, *arguments: str) -> list[str]:
    """A Python that only loads the modules that a command of tk loads: the floor of that command."""
    command = [sys.executable, "-X", "importtime", *tk(*arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    names = [row.rpartition("|")[2].strip() for row in done.stderr.splitlines() if "|" in row]
    wanted = [name for name in names if name.split(".")[0] == "tkledger"]
    assert wanted, f"{command} loads nothing: {done.stderr}"
    return [sys.executable, "-c", f"import {', '.join(wanted)}"]


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def in_turns(cases: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """The seconds that each case reports, round by round; the first round only warms up."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, case in cases.items():
            took = case()
            if number:
                found[name].append(took)
    return found


def show(title: str, found: Mapping[str, Sequence[float]], unit: str) -> None:
    """A table: each case's median and spread as multiples of the median of ``unit``."""
    one = statistics.median(found[unit])
    print(f"\n{title}\n{'case':46} {'median':>8} {'x':>7}   quartiles")
    for name, times in found.items():
        low, middle, high = statistics.quantiles(times, n=4) if len(times) > 1 else [times[0]] * 3
        print(
            f"{name:46} {middle * 1000:6.0f}ms {middle / one:6.2f}x"
            f"   {low / one:.2f} - {high / one:.2f}"
        )


_WITNESS = """
import os, sys, time
begun, own = time.perf_counter(), "0"
pid = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
done = 0
while not done:
    time.sleep(0.005)
    with open(f"/proc/{pid}/status") as file:
        own = next((line.split()[1] for line in file if line.startswith("VmHWM")), own)
    done, status, usage = os.wait4(pid, os.WNOHANG)
print(time.perf_counter() - begun, own, usage.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def held(argv: Sequence[str], cwd: Path) -> float:
    """The most megabytes that a command and all processes below it hold together; on Linux.

    What several share counts once, and what is mapped from files, such as git's packs, not at all.
    """
    process = subprocess.Popen(argv, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, sum(_private(pid) for pid in _tree(process.pid)))
        time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"{argv} ended with {process.returncode} in {cwd}")
    return most / 1024


def _tree(root: int) -> list[int]:
    below: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError), open(f"/proc/{name}/stat") as file:
            parent = int(file.read().rpartition(")")[2].split()[1])
            below.setdefault(parent, []).append(int(name))
    found = [root]
    for pid in found:
        found += below.get(pid, [])
    return found


def _private(pid: int) -> int:
    with suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as file:
        rows = (line.split() for line in file)
        return sum(int(row[1]) for row in rows if row[0] in ("Pss_Anon:", "Pss_Shmem:"))
    return 0


class Peak(NamedTuple):
    """Seconds, and the most megabytes a process held: the command's own, and the largest of it
    and the processes it started.
    """

    seconds: float
    own: float
    largest: float


def peak(argv: Sequence[str], cwd: Path) -> Peak:
    """What a command takes; on Linux, since rusage alone knows only the largest.

    A small process in between starts it: a process's peak begins with what its parent held.
    """
    witness = [sys.executable, "-S", "-c", _WITNESS, *argv]
    done = subprocess.run(witness, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(f"{argv} failed in {cwd}:\n{done.stderr.decode()}")
    took, own, largest = done.stderr.decode().splitlines()[-1].split()
    return Peak(float(took), int(own) / 1024, int(largest) / 1024)
