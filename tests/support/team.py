"""A server that all push to, and members with a clone each; nothing of git is pretended."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.project import Project
from tkledger.core.claim import Claim, message
from tkledger.doors import install
from tkledger.git.repo import Repo


class Team:
    """A bare repository and the clones of it, side by side in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Project(folder / "server.git")

    @classmethod
    def create(cls, folder: Path, tasks: Sequence[str] = "abcd") -> Team:
        """A server with the hooks that judge, which has a ledger of tasks in todo."""
        made = cls(folder)
        first = Project.create(folder / "first")
        first.write("code.txt", "one\ntwo\nthree\n")
        first.git("add", "code.txt")
        first.git("commit", "-q", "-m", "code")
        first.ok("init")
        lines = ({"op": "new", "id": one, "title": f"Task {one}"} for one in tasks)
        first.ok("batch", stdin="".join(f"{json.dumps(line)}\n" for line in lines))
        subprocess.run(
            ["git", "clone", "-q", "--bare", "first", "server.git"], cwd=folder, check=True
        )
        repo = Repo(str(made.server.path))
        install.install(repo, server=True)
        repo.close()
        return made

    def member(self, name: str, *options: str, url: str = "server.git") -> Project:
        """One more clone, with hooks and the merge driver."""
        made = self.visitor(name, *options, url=url)
        made.ok("hooks", "install")
        return made

    def visitor(self, name: str, *options: str, url: str = "server.git") -> Project:
        """A clone as git makes it: no hooks, no merge driver."""
        subprocess.run(
            ["git", "clone", "-q", *options, url, name],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )
        made = Project(self.folder / name)
        made.git("config", "user.name", name)
        made.git("config", "user.email", f"{name}@example.org")
        return made

    def claim(self, at: Project, task: str, words: str, *, on: str | None = None) -> str:
        """A claim as `refs/tk/claims` holds them, which runs out at once; ``on`` the one it goes on
        from.
        """
        tree = at.git("mktree")
        parent = ["-p", on] if on else []
        epoch = int(at.git("rev-list", "--count", on)) + 1 if on else 1
        branch = "refs/heads/main"
        claim = Claim(task, at.path.name, branch, branch, 0, words.replace(" ", "-"), epoch)
        oid = at.git("commit-tree", tree, *parent, "-F", "-", stdin=message(claim))
        at.git("update-ref", f"refs/tk/claims/{task}", oid)
        return oid


def tk_refs(at: Project, kind: str = "claims") -> dict[str, str]:
    """The claims or inboxes of a repository, by name."""
    prefix = f"refs/tk/{kind}/"
    lines = at.git("for-each-ref", "--format=%(refname) %(objectname)", prefix).splitlines()
    return {ref.removeprefix(prefix): oid for ref, oid in (line.split(" ") for line in lines)}
