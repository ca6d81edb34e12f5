"""The same sync over each kind of remote; and how far it is, on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.support import servers
from tests.support.project import TK, Project
from tests.support.team import Team, tk_refs
from tkledger.errors import Exit


@pytest.fixture(params=["file", "http", "git", "ssh"])
def url(
    request: pytest.FixtureRequest, team: Team, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The server's address, of each kind."""
    ways = {
        "file": lambda: nullcontext(f"file://{team.folder}"),
        "http": lambda: servers.http(team.folder),
        "git": lambda: servers.daemon(team.folder),
        "ssh": lambda: nullcontext(f"ssh://somewhere{team.folder}"),
    }
    team.server.git("config", "http.receivepack", "true")
    monkeypatch.setenv("GIT_SSH_COMMAND", servers.ssh(team.folder))
    with ways[request.param]() as base:
        yield f"{base}/server.git"


def test_branches_claims_and_inboxes_travel(team: Team, url: str) -> None:
    ada, bob = (team.member(name, url=url) for name in ("ada", "bob"))
    ada.ok("start", "a")
    team.claim(ada, "a", "holds")
    assert ada.ok("sync").out.splitlines() == [
        "main <-> origin/main: 1 commit sent",
        "claim sent: a",
    ]
    bob.ok("start", "b")
    bob.ok("sync")
    ada.ok("sync")
    assert ada.head() == bob.head() == team.server.git("rev-parse", "main")
    assert tk_refs(bob) == tk_refs(ada)
    ada.ok("verify", "--all")
    ada.ok("config", "set", "claims", "required")
    ada.ok("start", "c")
    assert tk_refs(team.server).keys() == {"a", "b", "c"}


@pytest.mark.parametrize(
    "url",
    ["file", "http", *(pytest.param(one, marks=pytest.mark.long) for one in ("git", "ssh"))],
    indirect=True,
)
def test_refusals_and_races_too(team: Team, url: str) -> None:
    visitor = team.visitor("visitor", url=url)
    other = team.visitor("other", url=url)
    other.ok("start", "b")
    hook = f'#!/bin/sh\nmkdir "{team.folder}/once" 2>/dev/null || exit 0\n'
    hook += f"git -C {other.path} push -q origin main\nexit 0\n"
    visitor.write(".git/hooks/pre-push", hook).chmod(0o755)
    visitor.ok("start", "a")
    assert visitor.ok("sync", "--json").json["tries"] == 2
    refuse = team.server.write("hooks/update", "#!/bin/sh\necho not on a Friday >&2\nexit 1\n")
    refuse.chmod(0o755)
    visitor.ok("start", "c")
    answer = visitor.tk("sync")
    assert answer.status == Exit.REJECTED
    assert "not on a Friday" in answer.err


def on_a_terminal(at: Project, *command: str) -> tuple[int, str]:
    """The status of a command whose stderr is a terminal, and all it said there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*TK, *command],
        cwd=at.path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    said = []
    while True:
        try:
            part = os.read(ours, 1 << 16)
        except OSError:  # how a terminal says that nobody is left
            break
        if not part:
            break
        said.append(part)
    os.close(ours)
    return process.wait(), b"".join(said).decode(errors="replace")


def test_a_terminal_shows_how_far_it_is(team: Team) -> None:
    ada = team.member("ada", url=f"file://{team.server.path}")
    for number in range(300):
        ada.write(f"many/{number}.txt", os.urandom(40).hex())
    ada.git("add", "many")
    ada.git("commit", "-qm", "many files")
    status, said = on_a_terminal(ada, "sync")
    assert status == Exit.OK, said
    assert "asking" in said
    assert "writing" in said
    assert "/302" in said or "/303" in said, said
    assert team.server.git("rev-parse", "main") == ada.head()


def test_a_terminal_gets_the_servers_words(team: Team) -> None:
    ada = team.visitor("ada")
    refuse = team.server.write("hooks/update", "#!/bin/sh\necho not on a Friday >&2\nexit 1\n")
    refuse.chmod(0o755)
    ada.ok("start", "a")
    status, said = on_a_terminal(ada, "sync")
    assert status == Exit.REJECTED
    assert "not on a Friday" in said


def test_a_plain_sync_without_a_terminal_loads_nothing_that_is_heavy(ada: Project) -> None:
    code = "import sys; from tkledger import cli; cli.run(['sync'])\n"
    code += "print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ada.path, capture_output=True, text=True, check=True
    )
    heavy = {"git", "rich", "yaml", "typer", "filelock", "hashlib"}
    assert not heavy & set(done.stderr.split())
