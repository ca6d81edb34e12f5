"""A full disk, a broken pipe, a killed git, an interruption: a sentence, and nothing half written."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.contract import told
from tests.support.project import TK, Answer, Project
from tkledger import cli
from tkledger.errors import Exit


def mounted(*command: str) -> bool:
    return subprocess.run(["mount", *command], capture_output=True).returncode == 0


@pytest.fixture
def read_only(project: Project) -> Iterator[Project]:
    """The project, where nothing can be written: root may write past every permission."""
    path = str(project.path)
    if not mounted("--bind", path, path):
        pytest.skip("needs the right to mount")
    try:
        if not mounted("-o", "remount,ro,bind", path):
            pytest.skip("needs the right to mount read-only")
        yield project
    finally:
        gc.collect()  # a reader that this process has started would keep it busy
        subprocess.run(["umount", path], check=True)


def test_a_read_only_repository(read_only: Project) -> None:
    before = read_only.snapshot()
    for as_json in (False, True):
        answer = read_only.tk("start", "a", *(["--json"] if as_json else []))
        assert answer.status == Exit.UNUSABLE, answer.said
        told(answer, "ead-only", as_json=as_json)
    read_only.ok("list")
    read_only.ok("start", "a", "--dry-run")
    assert read_only.snapshot() == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    path = tmp_path / "small"
    path.mkdir()
    if not mounted("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(path)):
        pytest.skip("needs the right to mount")
    try:
        yield path
    finally:
        gc.collect()
        subprocess.run(["umount", str(path)], check=True)


def test_a_full_disk(project: Project, small_disk: Path) -> None:
    """Filled more and more: whatever the write that fails, all is as before or all is done."""
    there = Project.copy(project.path, small_disk / "repo")
    shutil.rmtree(there.path / ".git/hooks", ignore_errors=True)
    filler = small_disk / "filler"
    refused = 0
    for free in range(0, 64 * 1024, 4096):
        filler.write_bytes(b"")
        before, commits = there.snapshot(), there.count()  # git status may write, too
        usage = os.statvfs(small_disk)
        room = usage.f_bavail * usage.f_frsize
        filler.write_bytes(b"x" * max(room - free, 0))
        answer = there.tk("note", "a", "words")
        filler.unlink()
        if answer.status:
            refused += 1
            assert answer.status == Exit.UNUSABLE, answer.said
            told(answer, "No space", as_json=False)
            assert "disk" in answer.err
            there.ok("note", "b", "the next one mends what could not be written")
            assert before[0] != there.snapshot()[0]
            commits += 1
        else:
            commits += 1
        assert there.count() == commits
        assert there.clean(), there.status()
        there.git("fsck", "--strict")
    assert refused


@pytest.mark.parametrize("command", ["list", "list --json", "tree", "log", "verify --all"])
def test_a_reader_who_has_seen_enough(project: Project, command: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*TK, *command.split()], cwd=project.path, stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (Exit.OK, "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_has_seen_enough_of_errors(project: Project, unbuffered: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*TK, "list", "--json"],
        cwd=project.path,
        stdout=writing,
        stderr=writing,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    os.close(writing)
    assert done.returncode == Exit.OK


KILL_GIT = """for pid in $(cat /proc/$PPID/task/$PPID/children); do
[ $pid = $$ ] || kill -9 $pid; done; sleep 0.2"""


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="finds children by the process table")
@pytest.mark.parametrize("command", ["start a", "start a --json", "note a words", "list --json"])
def test_a_git_that_dies_is_not_taken_for_a_reader_who_has_seen_enough(
    project: Project, command: str
) -> None:
    """The pipe to it breaks as one to `head` does; but nothing was done, and that is told."""
    before = project.snapshot()
    answer = project.at_point("cat-file", KILL_GIT, *command.split())
    assert answer.status == Exit.UNUSABLE, answer.said
    told(answer, "git cat-file ended early", as_json="--json" in command)
    assert project.snapshot() == before


def test_any_other_pipe_that_breaks_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(argv: list[str]) -> int:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(cli, "_carried_out", broken)
    answer = project.tk("list")
    assert answer.status == Exit.UNUSABLE
    assert "Broken pipe" in answer.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["list", "list --json", "start a", "--version"])
def test_an_answer_that_cannot_be_written(project: Project, command: str, unbuffered: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*TK, *command.split()],
            cwd=project.path,
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            text=True,
        )
    assert done.returncode == Exit.UNUSABLE
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("error: ")
    assert "nothing was" not in done.stderr, "a move was made all the same"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_refusal_that_cannot_be_written(project: Project) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*TK, "done", "a", "--json"],
            cwd=project.path,
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            text=True,
        )
    assert done.returncode == Exit.REJECTED
    assert done.stderr.startswith("error[TK201] a: ")


def test_no_standard_streams(project: Project) -> None:
    python = f'"{sys.executable}" -m tkledger'
    done = subprocess.run(
        ["sh", "-c", f"{python} start a >&- && {python} done a >&- 2>&- <&-"], cwd=project.path
    )
    assert done.returncode == Exit.OK
    assert project.state("a") == "done"
    assert project.clean()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_that_does_not_know_the_letters(project: Project, encoding: str) -> None:
    project.ok("new", "--id", "e", "Ünïcode ключ 漢")
    env = {"PYTHONIOENCODING": encoding}
    for command in (["list"], ["start", "e"]):
        done = subprocess.run(
            [*TK, *command], cwd=project.path, capture_output=True, env={**os.environ, **env}
        )
        assert (done.returncode, done.stderr) == (Exit.OK, b"")
    done = subprocess.run(
        [*TK, "show", "e", "--json"], cwd=project.path, capture_output=True,
        env={**os.environ, **env}, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout.decode(encoding))["task"]["title"] == "Ünïcode ключ 漢"


@pytest.mark.parametrize("command", ["note a -", "batch", "new -", "start -"])
def test_input_that_is_no_text(project: Project, command: str) -> None:
    before = project.snapshot()
    done = subprocess.run(
        [*TK, *command.split()], cwd=project.path, input=b"\xff\xfe\n", capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
    )  # fmt: skip
    answer = Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert answer.status in (Exit.USAGE, Exit.UNUSABLE), answer.said
    told(answer, "", as_json=False)
    assert project.snapshot() == before


@pytest.mark.parametrize("editor", ["false", "no-such-editor", "true", "rm -f", "chmod 0", "'"])
def test_an_editor_that_fails(
    project: Project, monkeypatch: pytest.MonkeyPatch, editor: str
) -> None:
    monkeypatch.setenv("GIT_EDITOR", editor)
    monkeypatch.setenv("TMPDIR", str(project.path.parent))
    monkeypatch.setattr("tkledger.cli.editor.on_terminal", lambda: True)
    before = project.snapshot()
    answer = project.tk("edit", "a")
    assert "Traceback" not in answer.err
    if editor in ("true", "chmod 0"):  # root reads what nobody may
        assert answer.status == Exit.OK, answer.said
    else:
        assert answer.status in (Exit.USAGE, Exit.UNUSABLE), answer.said
        assert "your text" not in answer.err, "nothing was written"
        told(answer, "", as_json=False)
        assert "disk" not in answer.err, "the system is not what failed"
    assert project.snapshot() == before


@pytest.mark.parametrize("point", ["fcntl.flock", "os.rename", "update-index", "update-ref"])
def test_interrupted(project: Project, point: str) -> None:
    """Ctrl-C: 130, and what was begun is done or not done."""
    answer = project.at_point(point, 'kill -s INT "$PPID"', "start", "a")
    assert "Traceback" not in answer.err
    assert answer.status == Exit.INTERRUPTED, answer.said
    assert project.state("a") == ("in_progress" if point == "update-ref" else "todo")
    project.ok("note", "b", "next")
    assert project.clean()
    assert not list(project.path.glob(".git/**/*.lock"))


def test_a_signal_that_ends_it(project: Project) -> None:
    answer = project.at_point("update-ref", 'kill -s TERM "$PPID"', "start", "a")
    assert answer.status == -signal.SIGTERM
    project.settle()
    project.ok("note", "b", "next")
    assert project.state("a") == "in_progress"
    assert project.clean()
