"""Two actors, two clones, one bare server: from ``tk init --preset agents`` to an epic that is done."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from tests.support.project import Answer, Project
from tests.support.session import Actor, Pair, works_an_epic
from tests.support.team import tk_refs


def at(clone: Path, name: str) -> Actor:
    """An actor whose tk runs in this process."""
    project = Project(clone)

    def run(line: Sequence[str]) -> Answer:
        with patch.dict(os.environ, TK_ACTOR=name):
            if line[0] == "tk":
                return project.tk(*line[1:])
            done = subprocess.run(line, cwd=clone, capture_output=True, text=True)
            return Answer(done.returncode, done.stdout, done.stderr)

    return Actor(name, clone, run)


def test_an_epic_is_worked_to_its_end(tmp_path: Path) -> None:
    server = Project.create(tmp_path / "server.git", "--bare")
    clones: list[Actor] = []
    for name in ("alpha", "beta"):
        server.git("clone", "-q", ".", f"../{name}")
        one = at(tmp_path / name, name)
        one.types(f"git config user.email {name}@example.org")
        if not clones:
            one.commits("README.md", "tools")
            one.types("tk init --preset agents")
            one.types("tk sync")
            server.ok("hooks", "install", "--server")
            server.ok("doctor", "--fix")
        else:
            one.types("tk hooks install")
            one.types("tk doctor")
        clones.append(one)
    works_an_epic(Pair(*clones, lambda: {*tk_refs(server)}))
