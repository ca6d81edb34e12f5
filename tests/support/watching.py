"""Watchers that are killed at random while branches and claims move; and what they have to tell, by git."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.changes import a_task
from tests.support.project import TK, Project
from tkledger.core.layout import path_of
from tkledger.files.codec import dump_task

BRANCHES = ("main", "tk/one", "tk/two", "side")
PATIENCE = 120.0
"""Seconds for a line that has to come: one that does not is lost."""

COMMITS = 10
"""Of one piece of work, which moves refs once."""


class Told(NamedTuple):
    """What watchers told: each event by its id, how many were told again, and how many watchers were killed."""

    events: dict[str, dict[str, Any]]
    repeated: int
    killed: int


class Writer:
    """Writes commits of tasks, code and claims past tk, on several branches, with merges between them."""

    def __init__(self, project: Project, rng: random.Random) -> None:
        self._project = project
        self._rng = rng
        self._count = 0
        self._claimed: set[str] = set()
        self._here: set[str] = set()
        self._process: subprocess.Popen[bytes] | None = None
        for branch in BRANCHES[1:]:
            project.git("branch", branch)

    def begin(self) -> int:
        """Begin to write one piece; how many events that makes at least."""
        self.end()
        self._here = set()
        parts, events = zip(*(self._one() for _ in range(COMMITS)))
        command = ["git", "fast-import", "--quiet", "--force", "--done"]
        self._process = subprocess.Popen(command, cwd=self._project.path, stdin=subprocess.PIPE)
        assert self._process.stdin is not None
        self._process.stdin.write(b"".join([*parts, b"done\n"]))
        self._process.stdin.close()
        return sum(events)

    def end(self) -> None:
        """Wait until it is written."""
        if self._process is not None:
            assert self._process.wait() == 0
            self._process = None

    def _one(self) -> tuple[bytes, int]:
        """One commit, and how many events it makes."""
        self._count += 1
        choice, branch = self._rng.random(), self._rng.choice(BRANCHES)
        if choice < 0.1:
            return self._claim(), 1
        if choice < 0.2:
            other = self._rng.choice([one for one in BRANCHES if one != branch])
            return self._head(
                f"heads/{branch}", "merge"
            ) + b"merge refs/heads/%s\n" % other.encode(), 0
        if choice < 0.3:
            code = b"M 100644 inline code.txt\ndata 6\n%06d\n" % self._count
            return self._head(f"heads/{branch}", "code") + code, 0
        numbers = {self._rng.randrange(12) for _ in range(self._rng.choice((1, 1, 1, 3)))}
        text = self._head(f"heads/{branch}", "work")
        for number in sorted(numbers):  # a new title each time, so that each is a change
            data = dump_task(a_task(f"t{number}", title=f"Title {self._count}"))
            place = path_of(f"t{number}").encode()
            text += b"M 100644 inline %s\ndata %d\n%s\n" % (place, len(data), data)
        return text, len(numbers)

    def _claim(self) -> bytes:
        task = f"t{self._rng.randrange(12)}"
        lines = (
            *(f"tk: claim {task}", "", f"task: {task}", "holder: ann", "branch: refs/heads/main"),
            *("base: refs/heads/main", "ttl: 60", f"nonce: {self._count:016x}", "epoch: 1", ""),
        )
        ref = f"tk/claims/{task}"
        self._here |= {ref} - self._claimed
        self._claimed.add(ref)
        return self._head(ref, "\n".join(lines))

    def _head(self, ref: str, message: str) -> bytes:
        """The beginning of a commit on top of a ref; git is told where that is the first time."""
        at, size = 1_700_000_000 + self._count, len(message)
        text = (
            f"commit refs/{ref}\ncommitter T <t@example.org> {at} +0000\ndata {size}\n{message}\n"
        )
        text += "" if ref in self._here else f"from refs/{ref}^0\n"
        self._here.add(ref)
        return text.encode()


class Watcher:
    """A `tk watch` that is read line by line until it is killed."""

    def __init__(self, project: Project, since: str) -> None:
        command = [*TK, "watch", "--json", "--since", since]
        self._process = subprocess.Popen(command, cwd=project.path, stdout=subprocess.PIPE)
        self._rest = b""

    def line(self) -> dict[str, Any]:
        """The next line, which has to come."""
        assert self._process.stdout is not None
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
            more = os.read(self._process.stdout.fileno(), 1 << 16) if ready else b""
            assert more, "an event is lost: no line comes"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found

    def kill(self) -> None:
        """Kill it; what it has written and nobody has read is lost."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def watched(project: Project, events: int, seed: int) -> Told:
    """Have so many events written, and told by watchers that are killed after a random number of lines."""
    rng = random.Random(seed)
    writer = Writer(project, rng)
    told: dict[str, dict[str, Any]] = {}
    since, written, repeated, killed = "0", len(expected(project)), 0, 0
    while len(told) < written or written < events:
        if written < events:
            written += writer.begin()
        else:
            writer.end()
        watcher = Watcher(project, since)
        wanted = len(told) + rng.randint(0, written - len(told))
        try:
            while len(told) < wanted:
                line = watcher.line()
                since = line.pop("cursor")
                if line["kind"] == "cursor":
                    continue
                repeated += line["id"] in told
                before = told.setdefault(line["id"], line)
                assert _same(before) == _same(line), "told again, it is another event"
        finally:
            watcher.kill()
        killed += 1
    return Told(told, repeated, killed)


def _same(event: dict[str, Any]) -> dict[str, Any]:
    """What of an event does not depend on when it is told: a branch may have got another's commits."""
    return {name: value for name, value in event.items() if name != "branch"}


def expected(project: Project) -> set[str]:
    """The commits that changed tasks and the claims there are, each with its task, by git alone."""
    found = set()
    log = ("log", "--branches", "--no-merges", "--format=%H", "--name-only", "--", ".tasks")
    oid = ""
    for line in filter(None, project.git(*log).split("\n")):
        if line.startswith(".tasks/") and line != ".tasks/config.yaml":
            found.add(f"{oid}:{Path(line).stem}")
        elif not line.startswith("."):
            oid = line
    for line in project.git("log", "--glob=refs/tk/claims/*", "--format=%H %s").split("\n"):
        oid, _, task = line.partition(" tk: claim ")
        if oid:
            found.add(f"{oid}:{task}")
    return found
