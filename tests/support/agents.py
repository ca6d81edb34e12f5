"""Agents that take tasks until there are none, and one that kills what they run, at random; and what
has to hold when all is done. Shared with stress/agents.py and stress/kills.py.
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.support.project import Project

AGENT = """\
import json, os, subprocess, sys, time
stop, name, told = sys.argv[1:]
tk = [sys.executable, '-m', 'tkledger']
def run(*words):
    done = subprocess.run([*tk, *words, '--as', name, '--json'], capture_output=True, text=True)
    if done.returncode == 0:
        with open(told, 'a') as file:  # to go on with what is its own already makes no commit
            file.write(json.loads(done.stdout).get('commit', '') + '\\n')
    return done
while not os.path.exists(stop):
    found = run('next', '--claim')
    if found.returncode == 0:
        while run('done', json.loads(found.stdout)['task']['id']).returncode in (-9, 4):
            pass
    elif found.returncode == 6:
        time.sleep(0.1)
"""


def to_completion(places: list[Project], tasks: list[str], kills: int, limit: float) -> int:
    """Have an agent in each place work until every task is done there; how many were killed."""
    first = places[0]
    stop = first.path.parent / "stop"
    agents = [
        subprocess.Popen(
            [sys.executable, "-c", AGENT, str(stop), f"agent-{n}", str(_told(first, n))],
            cwd=place.path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for n, place in enumerate(places)
    ]
    killed, end = 0, time.monotonic() + limit
    try:
        while unfinished := set(tasks) - set(_in_state(first, "done")):
            assert time.monotonic() < end, f"not done in time: {unfinished}"
            if killed < kills:
                killed += _kill_one(first, {agent.pid for agent in agents})
            first.tk("reap")
            time.sleep(0.05)
    finally:
        stop.touch()
        for agent in agents:
            agent.wait(300)
    return killed


def _told(project: Project, number: int) -> Path:
    """Where an agent writes the commits that it was told of."""
    return project.path.parent / f"told-{number}"


def acknowledged(project: Project) -> list[str]:
    """The commits that all agents were told of."""
    files = project.path.parent.glob("told-*")
    return [line for path in files for line in path.read_text().split()]


def _in_state(project: Project, state: str) -> list[str]:
    listed = project.ok("list", "--state", state, "--json").json["tasks"]
    return [one["id"] for one in listed]


def _kill_one(project: Project, spared: set[int]) -> int:
    """Kill one tk at work in the project, as far into it as chance has it."""
    running: set[int] = set()
    with suppress(OSError):  # one ended while it was looked at
        running.update(project.left_running())
    with ExitStack() as held:
        found = []
        for pid in running - spared - {os.getpid()}:
            handle = project.handle(pid)
            if handle is not None:
                held.callback(os.close, handle)
                with suppress(OSError):
                    if b"tkledger" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        found.append(handle)
        return killed_after(random.uniform(0, 0.15), random.choice(found)) if found else 0


def killed_after(seconds: float, handle: int) -> int:
    """Kill a process a while later; how many that were: it may have ended by itself."""
    time.sleep(seconds)
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        return 1
    return 0


# -- what has to hold in the end ---------------------------------------------------------------


def done_once(project: Project, tasks: Iterable[str]) -> Iterator[str]:
    """The tasks that did not come to their end exactly once."""
    entries = project.ok("log", "--json").json["entries"]
    ends = Counter(one["task"] for one in entries if one["to"] == "done")
    yield from (f"{one} was done {ends[one]} times" for one in tasks if ends[one] != 1)


def lost(project: Project, commits: Iterable[str]) -> Iterator[str]:
    """The commits that somebody was told of, and that are not in the history."""
    kept = set(project.git("rev-list", "HEAD").split())
    yield from (f"{one} was acknowledged and is lost" for one in commits if one not in kept)


def disorder(project: Project) -> Iterator[str]:
    """What is broken, or has to be tidied up by hand; the next command is let tidy up first."""
    gc.collect()  # the readers that this process has started are no orphans
    project.settle()
    project.ok("new", "the next command needs no lock removed")
    yield from (f"{path} is left" for path in project.path.glob(".git/**/*.lock"))
    if not project.clean():
        yield f"the checkout is not as HEAD: {project.status()}"
    for command in (["git", "fsck", "--strict"], [sys.executable, "-m", *_VERIFY]):
        done = subprocess.run(command, cwd=project.path, capture_output=True, text=True)
        if done.returncode:
            yield f"{' '.join(command)}: {done.stdout}{done.stderr}"


_VERIFY = ("tkledger", "verify", "--all")


def stuck(project: Project) -> Iterator[str]:
    """The claims that nothing is behind, and the work that no claim is on."""
    names = project.git("for-each-ref", "--format=%(refname:lstrip=3)", "refs/tk/claims").split()
    held = {one for one in names if "released:" not in _claim(project, one)}
    active = {*_in_state(project, "in_progress"), *_in_state(project, "in_review")}
    yield from (f"{one} is claimed, and nobody works on it" for one in held - active)
    yield from (f"{one} is worked on without a claim" for one in active - held)


def _claim(project: Project, task: str) -> str:
    return project.git("log", "-1", "--format=%b", f"refs/tk/claims/{task}")


def with_tasks(project: Project, tasks: Iterable[str]) -> None:
    """Give a project these tasks."""
    lines = [json.dumps({"op": "new", "id": one, "title": "T"}) for one in tasks]
    project.ok("batch", stdin="\n".join(lines))
