"""Running `tk run` as a process: to its end, or up to a moment in it; and what it leaves."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import termios
import time
from contextlib import suppress
from pathlib import Path

from tests.support.project import TK, Answer, Project


def runs(project: Project, task: str, code: str, *options: str) -> Answer:
    """`tk run` of a shell script, as a process."""
    return project.process("run", task, *options, "--as", "alice", "--", "sh", "-c", code)


def log_path(project: Project, task: str = "a", attempt: int = 1) -> Path:
    return project.path / f".git/tk/runs/{task}/attempt-{attempt}.log"


def log_of(project: Project, task: str = "a", attempt: int = 1) -> str:
    return log_path(project, task, attempt).read_text()


def claim_of(project: Project, task: str = "a") -> str:
    return project.git("log", "-1", "--format=%b", f"refs/tk/claims/{task}", check=False)


def left(project: Project) -> list[int]:
    """What is still running in the checkouts."""
    return Project(project.path.parent / "repo.work").left_running()


def agent_at(project: Project, code: str, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*TK, "run", "a", *options, "--as", "alice", "--", "sh", "-c", code],
        cwd=project.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heeds_signals,
    )


def at_work(project: Project, task: str = "a") -> int:
    """Wait until the command of a task is running; the process."""
    child = project.path / f".git/tk/runs/{task}/child"
    while not child.exists() or not child.read_text():
        time.sleep(0.02)
    return int(child.read_text().split()[0])


def _heeds_signals() -> None:
    """Tests may run where these are ignored: in the background of a shell, or under nohup."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _at_its_own_terminal() -> None:
    _heeds_signals()
    fcntl.ioctl(2, termios.TIOCSCTTY, 0)


def in_a_terminal(project: Project, *command: str) -> tuple[subprocess.Popen[bytes], int]:
    """A tk whose terminal is on stderr, and the end at which that is read, or closed."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*TK, *command],
        cwd=project.path,
        stdout=subprocess.PIPE,
        stderr=follower,
        env={**os.environ, "COLUMNS": "80", "TERM": "xterm", "NO_COLOR": "1"},
        start_new_session=True,
        preexec_fn=_at_its_own_terminal,
    )
    os.close(follower)
    return process, leader


def seen(leader: int, words: str = "") -> str:
    """What a terminal is sent until these words come, or to the end."""
    text = ""
    with suppress(OSError):  # how a terminal ends
        while not words or words not in text:
            text += os.read(leader, 65536).decode()
    return text
