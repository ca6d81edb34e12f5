"""Two users of this machine who reach a repository by ssh: made by root for a test, and gone after it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.project import Answer
from tests.support.servers import HOST
from tests.support.session import Actor

SSHD = shutil.which("sshd", path=f"/usr/sbin:/usr/local/sbin:{os.environ.get('PATH', '')}")

PYTHONS = (sys.executable, "/usr/bin/python3")
"""Where a Python may be that another user can run: root's own may lie in root's folder."""

_SSHD_CONFIG = """\
ListenAddress {host}:{port}
HostKey {folder}/hostkey
AuthorizedKeysFile {folder}/keys/%u
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
SetEnv PYTHONPATH={path}
"""

_GITCONFIG = """\
[user]
    name = {name}
    email = {name}@example.org
[init]
    defaultBranch = main
[safe]
    directory = *
"""


def missing() -> str:
    """Why this machine cannot do it; empty if it can."""
    if os.geteuid():
        return "only root makes users"
    if SSHD is None:
        return "needs sshd: apt-get install openssh-server"
    return "" if shutil.which("useradd") else "needs useradd"


class Host(NamedTuple):
    """A folder that all may enter, a group, and the port of an sshd that lets its users in."""

    folder: Path
    group: str
    port: int
    python: str

    def url(self, name: str) -> str:
        """The address of the server's repository for one of the users."""
        return f"ssh://{self.login(name)}@{HOST}:{self.port}{self.folder}/server.git"

    def login(self, name: str) -> str:
        """The user of an actor."""
        return f"{self.group}-{name}"

    def as_user(self, name: str, line: Sequence[str], cwd: Path | None = None) -> Answer:
        """What a command line answers if this user runs it, ``tk`` or another."""
        home = self.folder / name
        ssh = f"ssh -i {home}/key -o LogLevel=ERROR -o StrictHostKeyChecking=no"
        env = {
            **{"HOME": str(home), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "TK_ACTOR": name},
            **{"GIT_SSH_COMMAND": f"{ssh} -o UserKnownHostsFile={home}/known", "COLUMNS": "100"},
            **{"PYTHONPATH": import_path(), "PYTHONDONTWRITEBYTECODE": "1"},
        }
        argv = [self.python, "-m", "tkledger", *line[1:]] if line[0] == "tk" else list(line)
        return _ran(argv, cwd or home, env, self.login(name))

    def actor(self, name: str) -> Actor:
        """A user at a clone of the server's repository, which is made."""
        done = self.as_user(name, ["git", "clone", "-q", self.url(name), "clone"])
        assert done.status == 0, done.said
        clone = self.folder / name / "clone"
        return Actor(name, clone, lambda line: self.as_user(name, line, clone))


def _ran(argv: Sequence[str], cwd: Path, env: Mapping[str, str], user: str) -> Answer:
    known = pwd.getpwnam(user)
    done = subprocess.run(
        [*argv],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        user=known.pw_uid,
        group=known.pw_gid,
        extra_groups=[],
        umask=0o022,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def import_path() -> str:
    """What a Python that is not this one needs to find tkledger and what it imports."""
    source = Path(__file__).parents[2] / "src"
    return f"{source}{os.pathsep}{sysconfig.get_path('purelib')}"


@contextmanager
def host(names: Sequence[str]) -> Iterator[Host]:
    """A machine with these users, each with a key, and an empty repository that their group shares.

    Yields after sshd has answered. The users, their group and the folder are removed at the end.
    """
    folder = Path(tempfile.mkdtemp(prefix="tk-ssh-"))
    folder.chmod(0o755)
    group = f"tk{os.getpid()}"
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    made = Host(folder, group, port, PYTHONS[0])
    _root("groupadd", group)
    try:
        for name in names:
            _add_user(made, name)
        made = made._replace(python=_python_for(made, names[0]))
        _share(made)
        with _sshd(made):
            yield made
    finally:
        for name in names:
            subprocess.run(["userdel", made.login(name)], capture_output=True)
        subprocess.run(["groupdel", group], capture_output=True)
        shutil.rmtree(folder)


def _root(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True)


def _add_user(host: Host, name: str) -> None:
    home, login = host.folder / name, host.login(name)
    home.mkdir()
    (host.folder / "keys").mkdir(exist_ok=True)
    _root(
        *("useradd", "-M", "-N", "-g", host.group, "-d", str(home)),
        *("-s", "/bin/sh", "-p", "*", login),  # no password, which is not the same as locked
    )
    _root("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home / "key"))
    shutil.move(home / "key.pub", host.folder / "keys" / login)
    (home / ".gitconfig").write_text(_GITCONFIG.format(name=name))
    _root("chown", "-R", f"{login}:{host.group}", str(home))


def _python_for(host: Host, name: str) -> str:
    """A Python that can run tk as another user."""
    for python in PYTHONS:
        one = host._replace(python=python)
        try:
            if one.as_user(name, ["tk", "--version"]).status == 0:
                return python
        except PermissionError:
            continue
    raise AssertionError(f"no Python that other users can run: {', '.join(PYTHONS)}")


def _share(host: Host) -> None:
    """An empty bare repository, as an administrator makes one for a group."""
    server = str(host.folder / "server.git")
    _root("git", "init", "-q", "--bare", "--shared=group", "-b", "main", server)
    _root("chgrp", "-R", host.group, server)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@contextmanager
def _sshd(host: Host) -> Iterator[None]:
    _root("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(host.folder / "hostkey"))
    config = host.folder / "sshd_config"
    config.write_text(
        _SSHD_CONFIG.format(host=HOST, port=host.port, folder=host.folder, path=import_path())
    )
    os.makedirs("/run/sshd", exist_ok=True)  # where it locks itself in until it knows who asks
    process = subprocess.Popen(
        [SSHD or "sshd", "-D", "-e", "-f", str(config)], stderr=subprocess.DEVNULL
    )
    try:
        while not _answers(host.port) and process.poll() is None:
            time.sleep(0.01)
        yield
    finally:
        process.terminate()
        process.wait()
