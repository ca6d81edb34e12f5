"""The contract of `tk init` and `tk config`."""

from __future__ import annotations

import os
import pty
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.contract import Git, Tk, refused
from tests.support.project import TK, Project
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import Policy
from tkledger.errors import Exit


def test_init_begins_a_ledger_once(tk: Tk, git: Git) -> None:
    assert tk("init", "--no-hooks", "--dry-run").status is Exit.OK
    assert git("for-each-ref") == ""
    said = tk("init", "--no-hooks", "--json").json
    assert said["commit"] == git("rev-parse", "HEAD")
    assert git("ls-tree", "-r", "--name-only", "HEAD") == ".tasks/config.yaml"
    assert tk("init", "--no-hooks", "--json").json == {"schema": "tk/1", "path": POLICY_PATH}
    assert git("rev-parse", "HEAD") == said["commit"]


def test_init_with_a_preset_and_a_prefix(tk: Tk) -> None:
    begun = tk("init", "--no-hooks", "--preset", "agents", "--prefix", "job")
    assert begun.status is Exit.OK
    assert begun.err.startswith("the policy sets:\n  prefix: job\n  review: required\n")
    assert (
        "\n  budget: steps=50, seconds=1800, rework=5\n  retry: 4\n"
        "  roles: budget=test@example.org, override=test@example.org, policy=test@example.org\n"
        "  claims: remote\n" in begun.err
    )
    assert (
        "\n  protected: main\n  approvals: independent=true\n  admission: required\ntk config explain FIELD"
        in begun.err
    )
    assert "names: an actor is who the commit says" in begun.err
    assert (
        "tk config set proof pusher" in tk("config", "set", "roles", "policy=ann", "--dry-run").err
    )
    policy = tk("config", "show", "--json").json["policy"]
    assert (policy["prefix"], policy["review"], policy["version"]) == ("job", "required", 1)
    assert policy["protected"] == ["main"]
    first = begun.out.strip().rpartition("next: tk ")[2].split(" ")
    assert tk(*first).out.startswith("job-")


def test_config_is_shown_and_set(ledger: Tk, git: Git) -> None:
    policy = ledger("config", "show", "--json").json["policy"]
    assert set(policy) <= set(Policy._fields)
    assert ledger("config", "show").out == git("show", "HEAD:.tasks/config.yaml") + "\n"
    for key, words, shown in (
        ("depth", ["3"], 3),
        ("children", ["7"], 7),
        ("review", ["required"], "required"),
        (
            "forbid",
            ["todo->cancelled", "blocked->cancelled"],
            ["blocked->cancelled", "todo->cancelled"],
        ),
        ("loops", ["identity=warn"], {"identity": "warn"}),
        ("protected", ["main", "stable"], ["main", "stable"]),
        ("actors", ["test@example.org=Tess"], {"test@example.org": "Tess"}),
        ("prefix", ["job"], "job"),
    ):
        version = ledger("config", "show", "--json").json["policy"]["version"]
        dry = ledger("config", "set", key, *words, "--dry-run", "--json").json
        looser = {"looser": ["actors changes"]} if key == "actors" else {}
        assert dry == {"schema": "tk/1", "version": version + 1, **looser}
        said = ledger("config", "set", key, *words, "--json").json
        assert (said["version"], said["commit"]) == (version + 1, git("rev-parse", "HEAD"))
        assert ledger("config", "show", "--json").json["policy"][key] == shown
        assert ledger("config", "show", "--at", "HEAD~1", "--json").json["policy"].get(key) != shown
    assert ledger("config", "set", "children").status is Exit.OK
    assert "children" not in ledger("config", "show", "--json").json["policy"]
    assert ledger("verify", "--all").status is Exit.OK


def test_config_that_leaves_no_way_out_is_refused(ledger: Tk) -> None:
    edges = ["blocked->in_progress", "blocked->todo", "blocked->cancelled"]
    refused(ledger("config", "set", "forbid", *edges, "--json"), "TK606")


def test_config_explains_every_field(ledger: Tk) -> None:
    fields = ledger("config", "explain", "--json").json["fields"]
    assert list(fields) == list(Policy._fields)
    assert all(field["meaning"] for field in fields.values())
    text = ledger("config", "explain").out
    assert all(name in text for name in Policy._fields)
    (one,) = ledger("config", "explain", "claims", "--json").json["fields"].items()
    assert one == ("claims", fields["claims"])
    assert one[1]["meaning"].endswith("whether work without a claim is refused (required)")
    (line,) = ledger("config", "explain", "lease").out.splitlines()
    assert (
        line == "lease  how many seconds a claim holds unless it is renewed, 30 days at most [3600]"
    )
    nothing = ledger("config", "explain", "leases")
    assert nothing.status is Exit.USAGE
    assert nothing.err == "error: no such setting: 'leases'\n  remedy: tk config explain\n"
    wrong = ledger("config", "set", "lease", "long")
    assert wrong.err.endswith("remedy: tk config explain lease\n")


@pytest.mark.parametrize(("typed", "claims"), [("\n", "remote"), ("n\n", "local"), ("", "local")])
def test_where_there_is_a_remote_init_asks_who_decides_about_claims(
    tmp_path: Path, typed: str, claims: str
) -> None:
    """At a terminal; elsewhere it prints the line."""
    made = Project.create(tmp_path / "repo")
    made.git("remote", "add", "origin", "../server.git")
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    done = subprocess.run(
        [*TK, "init", "--no-hooks"],
        cwd=made.path,
        stdin=theirs if typed else subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = ""
    with suppress(OSError):  # the end of a terminal: it may come in several pieces
        while piece := os.read(ours, 1 << 16).decode():
            said += piece
    os.close(ours)
    assert done.returncode == Exit.OK, said
    assert ("Let it decide? [Y/n]" in said) is bool(typed)
    assert ("to let the remote decide: tk config set claims remote" in said) is (claims == "local")
    assert made.ok("config", "show", "--json").json["policy"]["claims"] == claims
    head = made.head()
    assert made.ok("init", "--no-hooks").out.startswith("joined the ledger, without hooks")
    assert made.head() == head


def test_a_bare_repository_says_where_its_ledger_begins(bare_git: Project, tmp_path: Path) -> None:
    """As a new server is: with hooks, and nothing pushed yet."""
    server = Project(tmp_path / "server.git")
    bare_git.git("init", "-q", "--bare", str(server.path))
    server.ok("hooks", "install", "--server")
    way = "in a clone of it: tk init, then tk sync"
    for words in (("init",), ("new", "A"), ("list",)):
        assert f"remedy: {way}\n" in server.process(*words).err
    assert f"To begin one: {way}" in server.process().out
    assert f"remedy: {way}\n" in server.process("doctor", "--fix").out
    bare_git.git("remote", "add", "origin", str(server.path))
    bare_git.ok("init")
    bare_git.ok("sync")
    assert server.process("doctor").status == Exit.OK
