"""Who did it: the name in the commit or, with ``proof: pusher``, one that the server knows to push."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.plain_git import git
from tkledger.cli import run
from tkledger.errors import Exit
from tkledger.git.pusher import pusher
from tkledger.git.repo import Repo


@pytest.fixture
def project(repo_path: Path) -> Path:
    """A clone with an approval by bob that its server has not seen yet; it asks who pushes."""
    git(repo_path, "init", "-q")
    at = ["-C", str(repo_path)]
    assert run(["init", "--preset", "agents", "--no-hooks", *at]) == Exit.OK
    run(["config", "set", "roles", *at])  # as a ledger that nobody keeps
    run(["config", "set", "admission", "off", *at])
    run(["config", "set", "proof", "pusher", *at])
    return approved(repo_path)


def approved(path: Path) -> Path:
    """A ledger's clone with an approval by bob, and a server that has what came before."""
    git(path, "init", "-q", "--bare", "../server.git")
    git(path, "remote", "add", "origin", "../server.git")
    at = ["-C", str(path)]
    run(["new", "Parse", "--id", "a", *at])
    run(["start", "a", *at])
    run(["submit", "a", *at])
    git(path, "push", "-q", "origin", "main")
    assert run(["hooks", "install", "--server", "-C", str(path / "../server.git")]) == Exit.OK
    assert run(["approve", "a", "--as", "bob", *at]) == Exit.OK
    return path


def test_an_approval_in_another_name_is_refused(project: Path) -> None:
    said = git(project, "push", "origin", "main", fails=True, GL_USERNAME="alice")
    assert "error[TK705] a: approved in the name of bob, pushed by alice" in said


def test_the_one_who_approved_may_push(project: Path) -> None:
    git(project, "push", "-q", "origin", "main", GL_USERNAME="bob")


def test_a_pusher_nobody_vouches_for_is_refused(project: Path) -> None:
    """Also if the server says that it cannot know: the policy asks for more than that."""
    for setting in ("", "none"):
        git(project / "../server.git", "config", "tk.pusher", setting)
        said = git(project, "push", "origin", "main", fails=True)
        assert "pushed by an actor this server does not know" in said
    assert "tk undo, tk config set proof name, and do it again" in said
    at = ["-C", str(project)]
    for words in (["undo"], ["config", "set", "proof", "name"], ["approve", "a", "--as", "bob"]):
        assert run([*words, *at]) == Exit.OK
    git(project, "push", "-q", "origin", "main")


def test_by_name_the_commit_says_who_did_it_even_if_the_server_knows_the_pusher(
    project: Path,
) -> None:
    named(project, "proof", "name")
    at = ["--as", "bob", "-C", str(project)]
    assert run(["approve", "a", *at]) == Exit.OK
    assert run(["config", "set", "roles", "policy=bob", "budget=bob", *at]) == Exit.OK
    assert run(["config", "set", "depth", "3", *at]) == Exit.OK
    git(project, "push", "-q", "origin", "main", REMOTE_USER="mallory")


def test_edition_1_asks_who_pushes_unless_the_server_says_that_it_cannot_know(
    repo_path: Path,
) -> None:
    """An approval made under it is asked for also after the ledger took up edition 2."""
    git(repo_path, "init", "-q")
    policy = repo_path / ".tasks/config.yaml"
    policy.parent.mkdir()
    policy.write_text("version: 1\nformat: 1\nlaw: 1\nreview: required\n")
    git(repo_path, "add", ".")
    git(repo_path, "commit", "-q", "-m", "begin")
    project = approved(repo_path)
    for name in ("format", "law"):
        assert run(["config", "set", name, "2", "-C", str(project)]) == Exit.OK
    said = git(project, "push", "origin", "main", fails=True)
    assert "error[TK705] a: approved in the name of bob" in said
    git(project, "push", "origin", "main", fails=True, REMOTE_USER="mallory")
    git(project / "../server.git", "config", "tk.pusher", "none")
    git(project, "push", "-q", "origin", "main")


def test_a_server_may_name_its_own_variable_and_no_other_counts(project: Path) -> None:
    git(project / "../server.git", "config", "tk.pusher", "OUR_LOGIN")
    git(project, "push", "origin", "main", fails=True, GL_USERNAME="bob")
    git(project, "push", "-q", "origin", "main", OUR_LOGIN="bob")


def test_an_email_counts_only_if_the_server_says_so(project: Path) -> None:
    """The user chose it: with bob's address, anyone could approve as bob."""
    named(project, "actors", "b@example.org=bob")
    git(project, "push", "-q", "origin", "main")
    assert run(["approve", "a", "--as", "bob", "-C", str(project)]) == Exit.OK
    env = {"GITEA_PUSHER_NAME": "mallory", "GITEA_PUSHER_EMAIL": "b@example.org"}
    said = git(project, "push", "origin", "main", fails=True, **env)
    assert "error[TK705] a: approved in the name of bob, pushed by mallory" in said
    git(project / "../server.git", "config", "tk.pusher", "GITEA_PUSHER_EMAIL")
    git(project, "push", "-q", "origin", "main", **env)


def test_the_policy_says_for_which_actors_a_login_speaks(project: Path) -> None:
    """A fleet under one login; a login that is not listed is a name of an actor like others."""
    named(project, "pushers", "fleet=alice,b.miller")
    assert run(["config", "set", "actors", "b.miller=bob", "-C", str(project)]) == Exit.OK
    git(project, "push", "-q", "origin", "main")
    assert run(["approve", "a", "--as", "bob", "-C", str(project)]) == Exit.OK
    for login in ("alice", "bob.miller"):
        git(project, "push", "origin", "main", fails=True, REMOTE_USER=login)
    for login in ("fleet", "b.miller", "bob"):
        git(project, "push", "-q", "origin", f"main:refs/heads/{login}", REMOTE_USER=login)


def test_a_listed_login_speaks_for_nobody_else(project: Path) -> None:
    named(project, "pushers", "bob=alice")
    git(project, "push", "-q", "origin", "main")
    assert run(["approve", "a", "--as", "bob", "-C", str(project)]) == Exit.OK
    said = git(project, "push", "origin", "main", fails=True, REMOTE_USER="bob")
    assert "error[TK705] a: approved in the name of bob, pushed by bob (for alice)" in said


def test_who_is_who_says_the_servers_policy_not_the_pushed_one(project: Path) -> None:
    """Mallory calls herself bob, and approves as bob, or as herself."""
    named(project, "actors", "mallory=bob")
    for name in ("bob", "mallory"):
        git(project, "switch", "-q", "-c", f"as-{name}", "main")
        assert run(["approve", "a", "--as", name, "-C", str(project)]) == Exit.OK
        said = git(project, "push", "origin", f"as-{name}:main", fails=True, GL_USERNAME="mallory")
        assert "error[TK705] a: approved in the name of bob, pushed by mallory" in said


def named(project: Path, *setting: str) -> None:
    """The approval taken back, and the policy changed in its place."""
    git(project, "reset", "-q", "--hard", "HEAD~1")
    assert run(["config", "set", *setting, "-C", str(project)]) == Exit.OK


def test_a_limit_is_raised_by_a_pusher_of_that_name(project: Path) -> None:
    named(project, "roles", "budget=alice")
    git(project, "push", "-q", "origin", "main")
    more = ["edit", "a", "--budget", "steps=99", "--reason", "it grew", "--as", "alice"]
    assert run([*more, "-C", str(project)]) == Exit.OK
    said = git(project, "push", "origin", "main", fails=True, GL_USERNAME="bob")
    assert "error[TK705] a: raised a limit in the name of alice, pushed by bob" in said
    git(project, "push", "-q", "origin", "main", GL_USERNAME="alice")


def test_the_policy_is_changed_by_a_pusher_of_that_name(project: Path) -> None:
    named(project, "roles", "policy=alice")
    git(project, "push", "-q", "origin", "main")
    at = ["--as", "alice", "-C", str(project)]
    assert run(["config", "set", "depth", "3", *at]) == Exit.OK
    said = git(project, "push", "origin", "main", fails=True, GL_USERNAME="bob")
    assert "error[TK705] .tasks/config.yaml: changed the policy in the name of alice" in said
    git(project, "push", "-q", "origin", "main", GL_USERNAME="alice")


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen makes the key")
@pytest.mark.parametrize("known", [True, False])
def test_a_signed_commit_vouches_for_its_signer(project: Path, tmp_path: Path, known: bool) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    signers = tmp_path / "signers"
    public = key.with_suffix(".pub").read_text()
    signers.write_text(f"bob {public}" if known else f"carol {public[:20]}AAAA{public[24:]}")
    server = project / "../server.git"
    git(server, "config", "gpg.format", "ssh")
    git(server, "config", "gpg.ssh.allowedSignersFile", str(signers))
    git(project, "-c", "gpg.format=ssh", "-c", f"user.signingKey={key}", "commit", "-q", "-S",
        "--amend", "--no-edit")  # fmt: skip
    git(project, "push", "-q", "origin", "main", fails=not known)


@pytest.mark.parametrize(
    ("env", "names"),
    [
        ({}, set()),
        ({"GL_USERNAME": ""}, set()),
        ({"REMOTE_USER": "alice"}, {"alice"}),
        ({"REMOTE_USER": "alice", "GL_USER": "bob"}, {"bob"}),
        ({"GL_USER": "bob", "GL_USERNAME": "carol", "REMOTE_USER": "dave"}, {"carol"}),
        ({"GITEA_PUSHER_NAME": "eve", "GITEA_PUSHER_EMAIL": "alice@example.org"}, {"eve"}),
        ({"GITEA_PUSHER_EMAIL": "alice@example.org"}, set()),
        ({"GIT_PUSH_CERT_STATUS": "G", "GIT_PUSH_CERT_SIGNER": "Alice",
          "GIT_PUSH_CERT_NONCE_STATUS": "OK", "GL_USERNAME": "bob"}, {"Alice"}),
        ({"GIT_PUSH_CERT_STATUS": "G", "GIT_PUSH_CERT_SIGNER": "",
          "GIT_PUSH_CERT_NONCE_STATUS": "OK"}, set()),
        ({"GIT_PUSH_CERT_STATUS": "G", "GIT_PUSH_CERT_SIGNER": "Alice <alice@example.org>",
          "GIT_PUSH_CERT_NONCE_STATUS": "OK"}, {"Alice", "alice@example.org"}),
        ({"GIT_PUSH_CERT_STATUS": "G", "GIT_PUSH_CERT_SIGNER": "Alice <alice@example.org>",
          "GIT_PUSH_CERT_NONCE_STATUS": "SLOP"}, set()),
        ({"GIT_PUSH_CERT_STATUS": "B", "GIT_PUSH_CERT_SIGNER": "Alice <alice@example.org>",
          "GIT_PUSH_CERT_NONCE_STATUS": "OK"}, set()),
    ],
)  # fmt: skip
def test_one_thing_names_the_pusher_and_a_status_alone_does_not(
    repo_path: Path, env: dict[str, str], names: set[str]
) -> None:
    git(repo_path, "init", "-q")
    assert pusher(Repo(str(repo_path)), env).names == names
