"""Clones of a project beside a bare repository that decides about claims."""

from __future__ import annotations

from pathlib import Path

from tests.support.project import Project


def cloned(project: Project, tmp_path: Path, count: int, *policy: str) -> list[Project]:
    """Clones of a bare repository whose policy has claims at the remote."""
    project.ok("config", "set", "claims", "remote")
    for pair in policy:
        project.ok("config", "set", *pair.split("="))
    project.git("clone", "-q", "--bare", str(project.path), str(tmp_path / "server.git"))
    made = []
    for number in range(count):
        path = tmp_path / f"clone-{number}"
        project.git("clone", "-q", str(tmp_path / "server.git"), str(path))
        made.append(Project(path))
    return made


def copied(clone: Path, path: Path) -> Project:
    """A copy of a clone that lies beside its server, for a copy of that server."""
    made = Project.copy(clone, path)
    config = made.path / ".git/config"
    config.write_text(config.read_text().replace(str(clone.parent), str(path.parent)))
    return made
