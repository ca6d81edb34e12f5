"""How git is started, fed, read and ended; the same in both ways that there are to start it."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.project import Project
from tkledger.errors import Exit
from tkledger.git import history, process
from tkledger.git.errors import GitError
from tkledger.git.process import FilterProcess, environment, running
from tkledger.git.repo import Repo

LARGE = 4_000_000
"""More bytes than any pipe takes before someone reads it."""


@pytest.fixture(params=["posix_spawn", "subprocess", "without setsid"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How git is started: as on Linux, as on Windows, as on a system that lacks one option."""
    if request.param == "subprocess":
        monkeypatch.delattr(os, "posix_spawnp")
    elif request.param == "without setsid":
        real = os.posix_spawnp

        def spawnp(*args: object, setsid: bool, **options: object) -> int:
            if setsid:
                raise NotImplementedError
            return real(*args, setsid=False, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(os, "posix_spawnp", spawnp)
    return str(request.param)


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """Every process that a test starts has been waited for, and every file is closed."""
    gc.collect()
    before = _open_files()
    yield
    gc.collect()
    assert _open_files() == before
    with suppress(ChildProcessError):  # there is none, or only those of fixtures, which run on
        assert os.waitpid(-1, os.WNOHANG) == (0, 0)


def _open_files() -> list[str]:
    """The files that this process has open, by number and name."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the one that lists them
            found.append(f"{entry.name} {entry.readlink()}")
    return sorted(found)


def shell(folder: Path, text: str) -> tuple[str, ...]:
    """The arguments with which git runs a shell command in ``folder``; it reads git's stdin."""
    return ("-c", f"alias.sh=!cd '{folder}' && {text}", "sh")


@pytest.fixture
def folder(bare_git: Project) -> str:
    return str(bare_git.path)


# -- streams ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("apart", [False, True])
def test_large_input_and_large_output_do_not_wait_for_each_other(
    folder: str, tmp_path: Path, apart: bool
) -> None:
    data = os.urandom(LARGE)
    args = shell(tmp_path, "tee /dev/stderr")
    with running(args, folder, environment(folder), stdin=data, apart=apart) as git:
        done = git.done()
    assert (done.status, done.out) == (0, data)
    assert done.err == data.decode(errors="replace")


@pytest.mark.usefixtures("way")
def test_input_that_git_does_not_read_is_no_error(folder: str, tmp_path: Path) -> None:
    args = shell(tmp_path, "exec true")
    with running(args, folder, environment(folder), stdin=b"x" * LARGE) as git:
        assert git.done() == (0, b"", "")


@pytest.mark.usefixtures("way")
def test_without_input_stdin_is_empty(folder: str, tmp_path: Path) -> None:
    with running(shell(tmp_path, "cat"), folder, environment(folder)) as git:
        assert git.done() == (0, b"", "")


@pytest.mark.usefixtures("way")
def test_output_comes_while_git_still_runs(folder: str, tmp_path: Path) -> None:
    args = shell(tmp_path, "echo first; exec sleep 600")
    with running(args, folder, environment(folder)) as git:
        assert git.out.readline() == b"first\n"
        assert git.process.poll() is None


@pytest.mark.usefixtures("way")
def test_a_hook_that_opens_stderr_anew_overwrites_nothing(project: Project) -> None:
    hook = project.write(
        ".git/hooks/reference-transaction", "#!/bin/sh\necho no >/dev/stderr\nexit 1\n"
    )
    hook.chmod(0o755)
    answer = project.tk("start", "a")
    assert answer.status == Exit.UNUSABLE
    assert "no\n" in answer.err
    assert "aborted by hook" in answer.err


# -- folders and environment -----------------------------------------------------------------


@pytest.mark.usefixtures("way")
def test_git_runs_in_the_folder_and_with_the_environment(folder: str) -> None:
    env = {**environment(folder), "GIT_AUTHOR_NAME": "Ada ö", "GIT_AUTHOR_EMAIL": "ada@b"}
    with running(("var", "GIT_AUTHOR_IDENT"), folder, env) as git:
        assert git.done().out.decode().startswith("Ada ö <ada@b> ")
    with running(("rev-parse", "--show-toplevel"), folder, env) as git:
        assert git.done().out.decode().strip() == os.path.realpath(folder)


def test_the_environment_of_another_git_is_left_behind(
    bare_git: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent/index")
    monkeypatch.setenv("GIT_DIR", ".git")
    chosen = {"GIT_SSH_COMMAND": "ssh -i key", "GIT_CONFIG_COUNT": "1"}
    chosen |= {"GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Zed"}
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    env = environment(str(bare_git.path))
    assert "GIT_INDEX_FILE" not in env
    assert env.items() >= chosen.items(), "what the user chooses stays"
    assert env["GIT_DIR"] == str(bare_git.path / ".git")
    assert env["LC_ALL"] == "C"


@pytest.mark.usefixtures("way")
def test_a_current_folder_that_is_gone_does_not_matter(
    bare_git: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    repo = Repo(str(bare_git.path))
    assert repo.head_ref == "refs/heads/main"
    repo.close()


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    with running(("version",), gone, environment(gone)) as git:
        done = git.done()
    assert done.status == 128
    assert gone in done.err


@pytest.mark.usefixtures("way")
def test_without_git_the_command_says_what_is_missing(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = project.tk("start", "a")
    assert answer.status == Exit.UNUSABLE
    assert "No such file or directory: git" in answer.err


@pytest.mark.usefixtures("way")
def test_standard_streams_that_are_closed_are_not_taken_for_others(project: Project) -> None:
    """With stdin closed, the first pipe is number 0."""
    code = (
        "import os, sys; os.close(0); os.close(2)\n"
        "from tkledger import cli\n"
        "sys.exit(cli.run(['start', 'a', '--json']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project.path, capture_output=True)
    assert done.returncode == 0
    assert project.state("a") == "in_progress"


@pytest.mark.usefixtures("way")
def test_git_is_given_no_file_but_the_standard_streams(folder: str, tmp_path: Path) -> None:
    with open(tmp_path / "other", "w"):
        args = shell(tmp_path, "ls -l /proc/self/fd")
        with running(args, folder, environment(folder)) as git:
            assert str(tmp_path / "other") not in git.done().out.decode()


# -- ends ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("code", [0, 1, 128])
def test_the_exit_status_is_git_s(folder: str, tmp_path: Path, code: int) -> None:
    args = shell(tmp_path, f"echo out; echo words >&2; exit {code}")
    with running(args, folder, environment(folder)) as git:
        assert git.done() == (code, b"out\n", "words\n")


@pytest.mark.usefixtures("way")
def test_a_signal_is_a_status_below_zero(folder: str) -> None:
    with running(("cat-file", "--batch"), folder, environment(folder)) as git:
        git.process.wait()
    asked = FilterProcess(("cat-file", "--batch"), folder, environment(folder))
    asked._process.kill()
    assert asked._process.wait() == -signal.SIGKILL
    asked.ask(b"HEAD\n")  # it is gone: the answer is missing, and nothing is raised
    assert asked.stdout.read() == b""
    asked.close()


@pytest.mark.usefixtures("way")
def test_git_dies_of_a_pipe_that_nobody_reads(folder: str, tmp_path: Path) -> None:
    """Python ignores SIGPIPE; a git that did so too would report an error for it."""
    args = shell(tmp_path, "yes | head -1; kill -PIPE $$; echo ignored")
    with running(args, folder, environment(folder)) as git:
        done = git.done()
    assert done.out == b"y\n"
    assert done.err == ""


@pytest.mark.usefixtures("way")
def test_a_git_that_is_left_early_is_killed(folder: str, tmp_path: Path) -> None:
    began = time.monotonic()
    with running(shell(tmp_path, "exec sleep 600"), folder, environment(folder)) as git:
        pass
    assert git.process.wait() == -signal.SIGKILL
    assert time.monotonic() - began < 60


@pytest.mark.usefixtures("way")
def test_a_git_that_is_apart_ends_by_itself(folder: str, tmp_path: Path) -> None:
    args = shell(tmp_path, "sleep 0.2; echo x >done; ps -o sid= -p $$ >session")
    with pytest.raises(KeyboardInterrupt):
        with running(args, folder, environment(folder), apart=True) as git:
            raise KeyboardInterrupt
    assert git.process.wait() == 0
    assert (tmp_path / "done").exists()
    assert int((tmp_path / "session").read_text()) != os.getsid(0)


@pytest.mark.usefixtures("way")
def test_with_children_ignored_the_command_works_all_the_same(project: Project) -> None:
    """Some cron daemons and supervisors leave SIGCHLD ignored, so that no status can be read."""
    code = (
        "import signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "from tkledger import cli\n"
        "sys.exit(cli.run(['list']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project.path, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_a_complaint_is_what_git_and_its_hooks_say(folder: str, tmp_path: Path) -> None:
    env = environment(folder)
    assert process.complaint(("version",), folder, env, None) is None
    words = process.complaint(shell(tmp_path, "echo no >&2; exit 3"), folder, env, 60)
    assert words == "no\n"


def test_a_git_that_takes_too_long_is_killed(folder: str, tmp_path: Path) -> None:
    args = shell(tmp_path, "exec sleep 600")
    words = process.complaint(args, folder, environment(folder), 0.1)
    assert words == "git -c took longer than 0 s"


# -- one that answers questions --------------------------------------------------------------


@pytest.mark.usefixtures("way")
def test_objects_are_read_one_after_the_other_whatever_their_size(project: Project) -> None:
    sizes = [0, 1, 70_000, LARGE]
    for size in sizes:
        project.write(f"file{size}", b"x" * size)
    project.git("add", ".")
    project.git("commit", "-q", "-m", "files")
    repo = Repo(str(project.path))
    found = list(repo.read_many([f"HEAD:file{size}" for size in sizes] * 10))
    repo.close()
    assert [len(one[2]) for one in found if one] == sizes * 10


@pytest.mark.usefixtures("way")
def test_each_answer_belongs_to_its_question_though_not_all_are_wanted(project: Project) -> None:
    """Who asks for several objects may stop at the first, or ask for others before the next."""
    repo = Repo(str(project.path))
    texts = [f"text {number}\n".encode() for number in range(9)]
    names = [project.git("hash-object", "-w", "--stdin", stdin=text) for text in texts]
    stopped = repo.read_many(names)
    suspended = repo.read_many([*names, "absent", *names])
    read = [found[2] for found in (next(stopped), next(suspended)) if found]
    del stopped
    for name, text in zip(names, texts):
        assert repo.read(name) == (name, "blob", text)
    read += [found[2] if found else b"" for found in suspended]
    assert read == [texts[0], *texts, b"", *texts]
    repo.close()


def test_a_reader_that_was_killed_is_an_error(project: Project) -> None:
    repo = Repo(str(project.path))
    assert repo.read("HEAD")
    assert repo._objects
    repo._objects._git._process.kill()
    with pytest.raises(GitError, match="ended early"):
        repo.read("HEAD")
    repo.close()


@pytest.mark.parametrize("why", ["missing", "refused"])
def test_without_files_in_memory_others_serve(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "missing":
        monkeypatch.delattr(os, "memfd_create")
    else:

        def refused(name: str) -> int:
            raise OSError(38, name)

        monkeypatch.setattr(os, "memfd_create", refused)
    data = os.urandom(LARGE)
    args = shell(tmp_path, "tee /dev/stderr")
    with running(args, folder, environment(folder), stdin=data, apart=True) as git:
        assert git.done() == (0, data, data.decode(errors="replace"))


def test_what_a_user_configured_changes_nothing_that_is_read(
    project: Project, tmp_path: Path
) -> None:
    project.write("code.txt", "".join(f"{n}\n" for n in range(30)))
    project.git("add", "code.txt")
    project.git("commit", "-q", "-m", "code")
    project.git("switch", "-q", "-c", "side")
    for branch, line in (("side", "29"), ("main", "0")):
        project.git("switch", "-q", branch)
        text = (project.path / "code.txt").read_text()
        project.write("code.txt", text.replace(f"{line}\n", "changed\n", 1))
        project.git("commit", "-q", "-a", "-m", branch)
    project.git("merge", "-q", "-m", "joined", "side")
    head = project.head()

    def read() -> list[object]:
        repo = Repo(str(project.path))
        found = [
            [*history.first_parents(repo, head, "code.txt")],
            [*history.changed(repo, head, "code.txt")],
            [*history.log(repo, head, path="code.txt")],
            [*history.commits(repo, head)],
            history.parents(repo, head),
            history.merge_authors(repo, head, ["code.txt"]),
        ]
        repo.close()
        return [*found]

    expected = read()
    assert expected[-1] is False
    for path in (tmp_path / "attributes", project.path / ".git/info/attributes"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("*.txt binary\n")
    for key, value in (
        ("core.attributesFile", str(tmp_path / "attributes")),
        ("i18n.logOutputEncoding", "UTF-16"),
        ("log.showSignature", "true"),
        ("log.date", "relative"),
        ("color.ui", "always"),
        ("core.abbrev", "4"),
    ):
        project.git("config", key, value)
    assert read() == expected


def test_a_git_that_nobody_closed_ends_before_its_streams_are_gone(tmp_path: Path) -> None:
    """In whatever order the garbage is collected that it is part of."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    before = len(process._ends)
    for early in (False, True):
        git = process.FilterProcess(("cat-file", "--batch"), str(tmp_path), dict(os.environ))
        streams: list[object] = [git.stdin, git.stdout]
        knot: list[object] = [*streams[: 2 * early], git]
        knot.append(knot)
        ended = git._process
        del git, streams, knot
        gc.collect()  # a stream that is not closed would be an error
        assert ended.poll() == 0
    assert len(process._ends) == before
