"""Agents that take tasks until there are none, and one that kills what they run, at random."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from project import Project

AGENT = """\
import os, subprocess, sys, time
stop, name = sys.argv[1:]
tk = [sys.executable, '-m', 'tkledger']
def run(*words):
    return subprocess.run([*tk, *words, '--as', name], capture_output=True, text=True)
while not os.path.exists(stop):
    found = run('next', '--claim')
    if found.returncode == 0:
        while run('done', found.stdout.strip()).returncode in (-9, 4):
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
            [sys.executable, "-c", AGENT, str(stop), f"agent-{n}"],
            cwd=place.path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for n, place in enumerate(places)
    ]
    killed, end = 0, time.monotonic() + limit
    try:
        while not all(first.state(one) == "done" for one in tasks):
            assert time.monotonic() < end, {one: first.state(one) for one in tasks}
            if killed < kills:
                killed += _kill_one(first, {agent.pid for agent in agents})
            first.tk("reap")
            for one in first.ok("list", "--state", "blocked", "--json").json["tasks"]:
                first.tk("requeue", one["id"])
            time.sleep(0.05)
    finally:
        stop.touch()
        for agent in agents:
            agent.wait(30)
    return killed


def _kill_one(project: Project, spared: set[int]) -> int:
    """Kill one tk at work in the project, as far into it as chance has it."""
    found = []
    running: set[int] = set()
    with suppress(OSError):  # one ended while it was looked at
        running.update(project.left_running())
    for pid in running - spared - {os.getpid()}:
        with suppress(OSError):
            if b"tkledger" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    if not found:
        return 0
    time.sleep(random.uniform(0, 0.15))
    with suppress(ProcessLookupError):
        os.kill(random.choice(found), signal.SIGKILL)
        return 1
    return 0
