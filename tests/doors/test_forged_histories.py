"""Histories made of objects that no git writes, or of bases chosen to deceive: the server refuses
them and ``tk verify`` names them, whoever reads and in whatever order."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tkledger.cli import run
from tkledger.errors import Exit


class Forger:
    """A clone without hooks of its own, and a server that judges."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.server = path.parent / "server.git"
        self.git("init", "-q")
        self.git("init", "-q", "--bare", str(self.server))
        self.git("remote", "add", "origin", str(self.server))
        self.tk("init", "--no-hooks")
        self.git("push", "-q", "origin", "main")
        assert run(["hooks", "install", "--server", "-C", str(self.server)]) == Exit.OK
        self.tk("new", "real", "--id", "real")
        self.git("push", "-q", "origin", "main")

    def git(self, *words: str, stdin: bytes | None = None) -> str:
        done = subprocess.run(["git", *words], cwd=self.path, input=stdin, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    def tk(self, *words: str) -> None:
        assert run([*words, "-C", str(self.path)]) == Exit.OK

    def oid(self, name: str = "HEAD") -> str:
        return self.git("rev-parse", name)

    def blob(self, text: str) -> str:
        return self.git("hash-object", "-w", "--stdin", stdin=text.encode())

    def tree(self, *entries: tuple[str, str, str]) -> str:
        """A tree of (mode, name, id), stored just as it is."""
        data = b"".join(
            f"{mode} {name}\0".encode() + bytes.fromhex(oid) for mode, name, oid in entries
        )
        return self.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=data)

    def commit(self, tree: str, *parents: str) -> str:
        return self.git("commit-tree", "-m", "c", *(w for p in parents for w in ("-p", p)), tree)

    def done(self) -> str:
        text = self.git("show", "HEAD:.tasks/real.yaml") + "\n"
        return self.blob(text.replace("state: todo", "state: done"))


def odd_modes(clone: Forger) -> str:
    """A file of mode 100664, which git shows as plain, before and after a jump."""
    head, config = clone.oid(), clone.oid("HEAD:.tasks/config.yaml")
    odd = clone.tree(
        ("100644", "config.yaml", config),
        ("100664", "real.yaml", clone.oid("HEAD:.tasks/real.yaml")),
    )
    first = clone.commit(clone.tree(("40000", ".tasks", odd)), head)
    plain = clone.tree(("100644", "config.yaml", config), ("100644", "real.yaml", clone.done()))
    tree = clone.tree(("40000", ".tasks", plain))
    later = first
    for _ in range(70):  # more than the ledgers that a walk keeps in memory
        later = clone.commit(clone.tree(("40000", ".tasks", odd)), later)
    return clone.commit(tree, later, clone.commit(tree, first))


def ghost_from_before(clone: Forger) -> str:
    """A task that lay there, done, in a base without a ledger, and comes in by a merge."""
    head = clone.oid()
    ghost = ("100644", "ghost.yaml", clone.blob("id: ghost\ntitle: g\nstate: done\n"))
    config = ("100644", "config.yaml", clone.oid("HEAD:.tasks/config.yaml"))
    real = ("100644", "real.yaml", clone.oid("HEAD:.tasks/real.yaml"))
    before = clone.tree(("40000", ".tasks", clone.tree(ghost)))
    root = clone.commit(before)
    other = clone.commit(
        clone.tree(("40000", ".tasks", clone.tree(ghost)), ("100644", "code", ghost[2])), root
    )
    side = clone.commit(clone.oid("HEAD^{tree}"), head, root)
    return clone.commit(
        clone.tree(("40000", ".tasks", clone.tree(config, ghost, real))), side, other
    )


def second_folder(clone: Forger) -> str:
    """A root folder that names .tasks twice, the second time where git's walks do not look."""
    config = clone.oid("HEAD:.tasks/config.yaml")
    forged = clone.tree(("100644", "config.yaml", config), ("100644", "real.yaml", clone.done()))
    tree = clone.tree(
        ("40000", ".tasks", clone.oid("HEAD:.tasks")),
        ("100644", "zzz", config),
        ("40000", ".tasks", forged),
    )
    return clone.commit(tree, clone.oid())


def octopus_of_old_law(clone: Forger) -> str:
    """Work that the new law forbids, by two parents of which each hides the other."""
    clone.tk("start", "real")
    clone.git("branch", "old")
    clone.tk("config", "set", "review", "required")
    main = clone.oid()
    clone.git("checkout", "-q", "old")
    clone.tk("done", "real")
    done = clone.oid()
    clone.git("checkout", "-q", "main")
    clone.git("checkout", "-q", done, "--", ".tasks/real.yaml")
    tree = clone.git("write-tree")
    return clone.commit(tree, main, done, clone.commit(clone.oid(f"{done}^{{tree}}"), done))


def other_second_policy(clone: Forger) -> str:
    """A merge that takes the other side's policy of the same version."""
    clone.git("branch", "old")
    clone.tk("config", "set", "review", "required")
    clone.git("checkout", "-q", "old")
    clone.tk("config", "set", "depth", "11")
    return clone.commit(clone.oid("old^{tree}"), clone.oid("main"), clone.oid("old"))


@pytest.mark.parametrize("fsck", [True, False])
@pytest.mark.parametrize(
    "forge",
    [odd_modes, ghost_from_before, second_folder, octopus_of_old_law, other_second_policy],
)
def test_a_forged_history_is_refused_and_named(
    repo_path: Path, forge: Callable[[Forger], str], fsck: bool
) -> None:
    clone = Forger(repo_path)
    tip = forge(clone)
    clone.git("--git-dir", str(clone.server), "config", "receive.fsckObjects", str(fsck).lower())
    push = ["git", "push", "-q", "origin", f"{tip}:refs/heads/main"]
    assert subprocess.run(push, cwd=clone.path, capture_output=True).returncode != 0
    clone.git("update-ref", "refs/heads/forged", tip)
    assert run(["verify", "--at", tip, "-C", str(clone.path)]) == Exit.REJECTED


def test_an_approval_from_before_the_law_is_vouched_for_too(repo_path: Path) -> None:
    clone = Forger(repo_path)
    clone.tk("start", "real")
    clone.tk("submit", "real")
    clone.git("branch", "old")
    clone.tk("config", "set", "review", "required")
    url = clone.git("config", "remote.origin.url").strip()
    clone.git("config", "remote.origin.url", "gone")  # which would say that it knows nobody
    clone.tk("config", "set", "proof", "pusher")
    clone.git("config", "remote.origin.url", url)
    clone.git("push", "-q", "origin", "main")
    clone.git("checkout", "-q", "old")
    clone.tk("approve", "real", "--as", "boss")
    clone.git("checkout", "-q", "main")
    clone.git("merge", "-q", "--no-edit", "old")
    push = ["git", "push", "origin", "main"]
    done = subprocess.run(push, cwd=clone.path, capture_output=True, text=True)
    assert "TK705" in done.stderr
