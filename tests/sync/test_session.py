"""Actors, their clones, one server: from ``tk init --preset agents`` to an epic that is done."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.support import servers, unix_users
from tests.support.project import Answer, Project
from tests.support.session import WHY, Actor, Pair, founds, works_an_epic
from tests.support.team import tk_refs
from tkledger.errors import Exit


def clone(folder: Path, name: str, url: str) -> Actor:
    """An actor with a clone of their own, whose tk runs in this process."""
    subprocess.run(["git", "clone", "-q", url, name], cwd=folder, check=True, capture_output=True)
    project = Project(folder / name)

    def run(line: Sequence[str]) -> Answer:
        with patch.dict(os.environ, TK_ACTOR=name):
            if line[0] == "tk":
                return project.tk(*line[1:])
            done = subprocess.run(line, cwd=project.path, capture_output=True, text=True)
            return Answer(done.returncode, done.stdout, done.stderr)

    made = Actor(name, project.path, run)
    made.types(f"git config user.email {name}@example.org")
    return made


@pytest.fixture
def server(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "server.git", "--bare")


def test_an_epic_is_worked_to_its_end(server: Project) -> None:
    folder, url = server.path.parent, str(server.path)
    alpha = clone(folder, "alpha", url)
    founds(alpha)
    server.ok("hooks", "install", "--server")
    server.ok("doctor", "--fix")
    beta = clone(folder, "beta", url)
    beta.types("tk hooks install")
    beta.types("tk doctor")
    works_an_epic(Pair(alpha, beta, lambda: {*tk_refs(server)}))


@pytest.mark.long
def test_three_agents_of_one_login_work_an_epic_at_a_host_that_knows_who_pushes(
    server: Project,
) -> None:
    """The host tells the login. Who may speak for whom, and that actors of one login are independent, is
    in the policy; without that nobody of them approves.
    """
    passwords = {"fleet": "one", "mallory": "two"}
    with servers.http(server.path.parent, passwords) as address:
        fleet, mallory = (
            f"{address.replace('//', f'//{login}:{word}@')}/server.git"
            for login, word in passwords.items()
        )
        alpha = clone(server.path.parent, "alpha", fleet)
        founds(alpha, "pushers fleet=alpha,beta,gamma", "proof pusher")
        server.ok("hooks", "install", "--server")
        beta, gamma = (clone(server.path.parent, name, fleet) for name in ("beta", "gamma"))
        for one in (beta, gamma):
            one.types("tk hooks install")
        _one_login_is_one(alpha, beta)
        works_an_epic(Pair(alpha, beta, lambda: {*tk_refs(server)}))
        _a_third_approves(alpha, beta, gamma)
        _no_other_login_speaks_for_it(gamma, mallory)
    server.ok("verify", "--all")


@pytest.mark.long
@pytest.mark.skipif(bool(unix_users.missing()), reason=unix_users.missing() or "nothing is missing")
def test_two_users_work_an_epic_over_ssh() -> None:
    """The server is told that the login is who pushes: so nobody approves in another's name."""
    with unix_users.host(("alpha", "beta")) as host:
        server = Project(host.folder / "server.git")
        alpha = host.actor("alpha")
        logins = [f"{host.login(name)}={name}" for name in ("alpha", "beta")]
        founds(alpha, f"pushers {' '.join(logins)}", "proof pusher")
        server.git("config", "tk.pusher", "USER")
        for line in ("tk hooks install --server", "tk doctor --fix"):
            done = host.as_user("alpha", line.split(), server.path)
            assert done.status == Exit.OK, done.said
        beta = host.actor("beta")
        beta.types("tk hooks install")
        beta.types("tk doctor")
        works_an_epic(Pair(alpha, beta, lambda: {*tk_refs(server)}))


def _one_login_is_one(alpha: Actor, beta: Actor) -> None:
    for line in (f"tk new First --id first {WHY}", "tk start first", "tk submit first", "tk sync"):
        alpha.types(line)
    beta.types("tk sync")
    fact = "first: approved by beta, who pushes as fleet like alpha, who owns it"
    remedy = beta.refused("tk approve first", Exit.REJECTED, fact)
    assert "tk config set shared_login independent" in remedy
    for actor, line in ((alpha, "tk config set shared_login independent"), (alpha, "tk sync")):
        actor.types(line)
    beta.types("tk sync")
    beta.types("tk approve first")
    beta.types("tk sync")
    alpha.types("tk sync")


def _a_third_approves(alpha: Actor, beta: Actor, gamma: Actor) -> None:
    """Two worked on a task; neither of them approves it."""
    for line in (f"tk new Third --id third {WHY}", "tk start third", "tk release third", "tk sync"):
        alpha.types(line)
    for line in ("tk sync", "tk renew third"):
        beta.types(line)
    beta.commits("third.py", "a fix", task="third")
    for line in ("tk submit third", "tk sync"):
        beta.types(line)
    alpha.types("tk sync")
    for one, why in ((alpha, "owns it"), (beta, "worked on it in this attempt")):
        one.refused("tk approve third", Exit.REJECTED, f"third: approved by {one.name}, who {why}")
    for line in ("tk sync", "tk approve third", "tk sync"):
        gamma.types(line)


def _no_other_login_speaks_for_it(gamma: Actor, mallory: str) -> None:
    """Who pushes under another login approves in no name of the fleet's; the way back is named."""
    for line in (
        f"tk new Fourth --id fourth {WHY}",
        "tk start fourth",
        "tk submit fourth",
        "tk sync",
    ):
        gamma.types(line)
    gamma.types(f"git remote set-url origin {mallory}")
    gamma.types("tk approve fourth --as alpha")
    said = gamma.types("tk sync", status=Exit.REJECTED).err
    assert "fourth: approved in the name of alpha, pushed by mallory" in said
    gamma.types(said.rpartition("or take the commit back: ")[2])
    gamma.types("tk sync")
    assert gamma.out("tk sync")[0].startswith("nothing to do")
