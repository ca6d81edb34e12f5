"""What commands cost, counted: modules loaded, and git processes started.

The most that each may take is what it took when this was written, and two modules; `bench/versions.py` has
the time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import Project

COUNTED = """\
import sys
before = len(sys.modules)
import os
leave = os._exit
def counted(status):
    os.write(int(os.environ["TK_COUNT"]), str(len(sys.modules) - before).encode())
    leave(status)
os._exit = counted
from tkledger.cli import main
main()
"""

WRAPPER = """\
#!/bin/sh
echo git >>'{log}'
exec '{git}' "$@"
"""

STEPS = [  # in this order; modules under Python 3.11, git processes
    ("start a", 143, 7),
    ("note a words", 131, 6),
    ("edit b --title B", 130, 6),
    ("new Title --id x", 135, 7),
    ("block a --reason other", 145, 7),
    ("status", 174, 9),
    ("list", 71, 1),
    ("show b", 142, 6),
    ("ready", 87, 2),
    ("tree", 73, 1),
    ("board", 71, 1),
    ("log", 97, 3),
    ("log --graph", 102, 4),
    ("diff --since HEAD~1", 113, 4),
    ("graph", 90, 1),
    ("stats", 111, 5),  # one git finds the parts in which history is read
    ("stats --json", 107, 2),  # what was read is remembered
    ("page -o ../page", 141, 7),
    ("watch --no-follow", 101, 3),
    ("watch --no-follow --since HEAD~1", 101, 8),
    ("why a", 142, 3),
    ("next", 101, 4),
    ("next --review", 106, 3),
    ("budget a", 106, 2),
    ("explain TK301", 124, 0),
    ("sync", 175, 10),
    ("verify", 141, 5),
    ("verify --all", 113, 2),
    ("doctor", 178, 28),
    ("--help", 127, 0),
    ("hooks install", 87, 5),
    ("start c", 143, 7),
    ("done c", 147, 7),
    ("requeue a", 134, 6),  # with how the attempt ended
]


@pytest.fixture
def wrapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that gets a line for each git process."""
    log, folder, git = tmp_path / "git.log", tmp_path / "bin", shutil.which("git")
    folder.mkdir()
    wrapper = folder / "git"
    wrapper.write_text(WRAPPER.format(log=log, git=git))
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return log


def test_no_command_loads_more_or_starts_more(
    project: Project, tmp_path: Path, wrapped: Path
) -> None:
    (clone,) = cloned(project, tmp_path, 1)
    found, most = {}, {}
    for command, modules, processes in STEPS:
        wrapped.write_text("")
        reading, writing = os.pipe()
        done = subprocess.run(
            [sys.executable, "-c", COUNTED, *command.split()],
            cwd=clone.path,
            capture_output=True,
            env={**os.environ, "TK_COUNT": str(writing)},
            pass_fds=[writing],
        )
        os.close(writing)
        with os.fdopen(reading) as stream:
            loaded = int(stream.read())
        assert done.returncode in (0, 3, 6), (command, done.stderr)  # doctor finds no hooks
        if sys.version_info[:2] != (3, 11):  # another standard library
            modules += 10
        most[command] = (modules, processes)
        found[command] = (loaded, len(wrapped.read_text().split()))
    over = {
        command: (found[command], most[command])
        for command in most
        if any(a > b for a, b in zip(found[command], most[command]))
    }
    print(found)
    assert over == {}
