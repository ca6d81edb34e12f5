"""Agents that are stopped for longer than their lease: ``python -m stress.leases [ROUNDS]``.

In each round alice has work to push, is stopped by SIGSTOP at a random moment of it, with all that
she runs, until bob has taken her task over, and then goes on. Nothing of hers may land at the server
after that: by `tk sync` without a server's hook and with one, by `git push` with one. How often it
does land by `git push` without a hook says how sharp the test is. Exits 1 if anything else does.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from bench.stopwatch import seconds, tk, world
from stress.outcome import founded
from tests.support.project import Project

LEASE = 1
"""Seconds."""

PUSH = ("git", "push", "-q", "--no-verify", "origin", "main")
SYNC = (*tk("sync"), "--as", "alice")


class Way(NamedTuple):
    """How alice pushes, to what kind of server; whether that is fenced."""

    name: str
    command: tuple[str, ...]
    hooked: bool
    fenced: bool = True


WAYS = (
    Way("git push, no hook", PUSH, hooked=False, fenced=False),
    Way("git push, server's hook", PUSH, hooked=True),
    Way("tk sync, no hook", SYNC, hooked=False),
    Way("tk sync, server's hook", SYNC, hooked=True),
)


class Round(NamedTuple):
    """Whether alice's work was at the server when bob took over, and whether it came later."""

    before: bool
    after: bool


def main(rounds: int) -> int:
    """Play the rounds of each way, and count what landed when."""
    failed = 0
    with world() as folder:
        founding(folder)
        for way in WAYS:
            usual = undisturbed(folder, way)
            found = [played(folder, way, usual) for _ in range(rounds)]
            foreign = sum(one.after for one in found)
            print(
                f"{way.name:24} {rounds} takeovers: in time {sum(one.before for one in found)},"
                f" late and kept out {sum(one == Round(False, False) for one in found)},"
                f" late and landed {foreign}",
                flush=True,
            )
            failed += way.fenced and foreign
    return 1 if failed else 0


def founding(folder: Path) -> None:
    """A server without hooks, and two clones of it; the remote decides about claims."""
    place = folder / "first"
    place.mkdir()
    project = founded(place, LEASE)
    project.ok("config", "set", "claims", "remote")
    project.ok("new", "Task", "--id", "a")
    subprocess.run(["git", "clone", "-q", "--bare", "repo", "server.git"], cwd=place, check=True)
    for name in ("alice", "bob"):
        subprocess.run(["git", "clone", "-q", "server.git", name], cwd=place, check=True)
        Project(place / name).git("remote", "set-url", "origin", "../server.git")


@contextmanager
def begun(folder: Path, way: Way) -> Iterator[tuple[Project, Project, Project]]:
    """Alice, bob and the server, in copies of their own; alice has work to push."""
    place = folder / "round"
    shutil.copytree(folder / "first", place, symlinks=True)
    alice, bob, server = (Project(place / name) for name in ("alice", "bob", "server.git"))
    if way.hooked:
        server.ok("hooks", "install", "--server")
    alice.ok("start", "a", "--as", "alice")
    alice.git("commit", "-q", "--allow-empty", "-m", "work\n\nTk-Task: a\nTk-Actor: alice")
    yield alice, bob, server
    alice.settle()
    shutil.rmtree(place)


def push(alice: Project, way: Way) -> subprocess.Popen[bytes]:
    """Have alice push."""
    null = subprocess.DEVNULL
    return subprocess.Popen(way.command, cwd=alice.path, stdout=null, stderr=null)


def undisturbed(folder: Path, way: Way) -> float:
    """How many seconds a push takes."""
    with begun(folder, way) as (alice, _, _):
        return seconds(push(alice, way).wait)


def played(folder: Path, way: Way, usual: float) -> Round:
    """One round: alice is stopped at a random moment of her push."""
    with begun(folder, way) as players:
        return overtaken(*players, way, random.uniform(0, usual))


def overtaken(alice: Project, bob: Project, server: Project, way: Way, moment: float) -> Round:
    """Stop alice after so many seconds, let bob take over, and let her go on."""
    before = server.git("rev-parse", "main")
    process = push(alice, way)
    time.sleep(moment)
    stopped = stop(alice)
    while bob.tk("start", "a", "--as", "bob").status:
        time.sleep(0.05)
    taken = server.git("rev-parse", "main")
    for handle in stopped:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, signal.SIGCONT)
        os.close(handle)
    process.wait()
    alice.settle()
    return Round(taken != before, server.git("rev-parse", "main") != taken)


def stop(project: Project) -> list[int]:
    """Stop all that runs in a checkout, also what was about to be started; the server goes on.
    Gives handles of what was stopped.
    """
    found: dict[int, int] = {}
    while more := set(project.left_running()) - found.keys() - {os.getpid()}:
        for pid in more:
            handle = project.handle(pid)
            if handle is not None:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(handle, signal.SIGSTOP)
                found[pid] = handle
    return [*found.values()]


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*given, *(20,)[len(given) :]))
