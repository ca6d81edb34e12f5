"""Two unix users of one repository: what keeps the second out is named, with what the owner can do."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.clone import Clone
from tests.support.project import Answer
from tests.support.unix_users import PYTHONS, import_path
from tkledger.core.task import State
from tkledger.doors import script
from tkledger.local.python import PACKAGE

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for other users")

OWNER, SECOND = "daemon", "nobody"
"""Users that every Unix has. The second is also in the group of the owner."""

GITCONFIG = "[user]\nname = x\nemail = x@example.org\n[safe]\ndirectory = *\n"


def as_user(name: str, line: Sequence[str], folder: Path, stdin: str = "") -> Answer:
    """What a command line answers if this user runs it."""
    user, group = pwd.getpwnam(name), pwd.getpwnam(OWNER).pw_gid
    done = subprocess.run(
        [*line],
        cwd=folder,
        env={
            **{"GIT_CONFIG_GLOBAL": str(folder.parent / "gitconfig"), "PATH": os.defpath},
            **{"PYTHONPATH": import_path(), "PYTHONDONTWRITEBYTECODE": "1"},
        },
        input=stdin,
        capture_output=True,
        text=True,
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[group],
        umask=0o022,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def python() -> str:
    """A Python with which other users can run tk."""
    for one in PYTHONS:
        try:
            if as_user(SECOND, [one, "-m", "tkledger", "--version"], Path("/")).status == 0:
                return one
        except PermissionError:
            continue
    pytest.skip("no Python that other users can run")


@pytest.fixture
def shared(clone: Clone) -> Iterator[Clone]:
    """The clone and its server where others can get at them."""
    folder = Path(tempfile.mkdtemp(prefix="tk-users-"))
    folder.chmod(0o755)
    made = clone.copy(folder / "it")
    (made.root / "gitconfig").write_text(GITCONFIG)
    yield made
    shutil.rmtree(folder)


def give(path: Path, user: str, group: int | None = None) -> None:
    known = pwd.getpwnam(user)
    gid = known.pw_gid if group is None else group
    for one in (path, *path.rglob("*")):
        os.chown(one, known.pw_uid, gid, follow_symlinks=False)


def by_the_owner(refusal: str, folder: Path) -> None:
    """Carry out, as the owner, what a refusal says to run as the owner."""
    _, _, command = refusal.partition(f"  remedy: as {OWNER}: ")
    done = as_user(OWNER, ["sh", "-c", command.splitlines()[0]], folder)
    assert (done.status, done.err) == (0, ""), done


def test_the_second_user_of_a_clone_is_told_whose_file_it_is(shared: Clone, python: str) -> None:
    other_group = next(one.pw_gid for one in pwd.getpwall() if one.pw_gid not in (0, 1))
    give(shared.path, OWNER, other_group)
    link = shared.path / "link"  # whatever it leads to stays as it is
    private = shared.root / "private"
    private.touch(0o600)
    give(private, OWNER)
    link.symlink_to(private)
    give(link, OWNER)
    start = [python, "-m", "tkledger", "start", "a"]
    refused = as_user(SECOND, start, shared.path)
    assert refused.status == 3
    assert f"{shared.path}/.git/tk" in refused.err
    assert f" belongs to {OWNER}\n" in refused.err
    assert "chgrp" in refused.err
    by_the_owner(refused.err, shared.path)
    assert as_user(SECOND, start, shared.path).status == 0
    assert shared.task("a").state is State.IN_PROGRESS
    assert as_user(OWNER, [python, "-m", "tkledger", "done", "a"], shared.path).status == 0
    assert private.stat().st_mode & 0o777 == 0o600
    (shared.path / ".git/refs/heads").chmod(0o755)
    doctor = as_user(SECOND, [python, "-m", "tkledger", "doctor"], shared.path)
    refused = as_user(SECOND, [python, "-m", "tkledger", "start", "b"], shared.path)
    assert f"BAD  permissions: {shared.path}/.git/refs/heads belongs to {OWNER}\n" in doctor.out
    assert f"{shared.path}/.git/refs/heads belongs to {OWNER}\n" in refused.err


def test_the_second_user_of_a_server_is_told_whose_file_it_is(shared: Clone, python: str) -> None:
    commit = shared.commit(a={"state": "in_progress"})
    for name in script.SERVER:
        (shared.server / "hooks" / name).write_text(script.hook(name, python, PACKAGE))
    give(shared.path, SECOND)
    give(shared.server, OWNER)
    for one in (shared.server, *shared.server.rglob("*")):
        one.chmod(one.stat().st_mode | (0o070 if one.is_dir() else 0o060))
    (shared.server / "tk").chmod(0o700)
    push = ["git", "-c", "core.hooksPath=/dev/null", "push", "-q", "origin", "main"]
    refused = as_user(SECOND, push, shared.path)
    assert (
        f"tk pre-receive: Permission denied: {shared.server}/tk belongs to {OWNER}" in refused.err
    )
    by_the_owner(refused.err.replace("remote: ", ""), shared.server)
    done = as_user(SECOND, push, shared.path)
    assert (done.status, done.err) == (0, "")
    assert (shared.server / "refs/heads/main").read_text().strip() == commit


def test_a_python_that_a_user_may_not_run_is_not_called_gone(shared: Clone) -> None:
    closed = shared.root / "closed"
    closed.mkdir(0o700)
    (closed / "python3").symlink_to("/usr/bin/env")
    hook = shared.server / "hooks/pre-receive"
    for python, package in ((f"{closed}/python3", ""), ("/usr/bin/env", str(closed))):
        hook.write_text(script.hook(hook.name, python, package))
        refused = as_user(SECOND, [str(hook)], shared.server, stdin="0 0 refs/heads/x\n")
        assert refused == Answer(
            1,
            "",
            f"tk: pre-receive cannot judge this: user {SECOND} has no access to {closed}, where its tk is\n"
            "  remedy: install tk where every user can run it, and with that one: tk hooks install --server\n",
        )
    outer = shared.root / "python3"
    outer.symlink_to(closed / "python3")
    hook.write_text(script.hook(hook.name, str(outer), ""))
    refused = as_user(SECOND, [str(hook)], shared.server, stdin="0 0 refs/heads/x\n")
    assert f"has no access to {closed}, where its tk is\n" in refused.err
