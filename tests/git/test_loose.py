"""Objects stored by tk are the ones that git would have stored, file by file."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.project import Project
from tkledger.git import loose
from tkledger.git.objects import NewObject, oid_of
from tkledger.git.repo import Repo
from tkledger.git.writing import write_objects

COMMANDS = [
    *("init --no-hooks", "new First --id a", "new Second --id b --depends-on a", "start a"),
    *("note a words", "edit b --title Other", "done a", "start b", "block b --reason other"),
    *("requeue b", "cancel b -m gone", "undo", "config set depth 7"),
]

EMPTY = oid_of("tree", b"")[2:], oid_of("tree", b"", 64)[2:]
"""The empty tree, which git has without storing it."""


def sha1(path: Path) -> Project:
    return Project.create(path)


def sha256(path: Path) -> Project:
    return Project.create(path, "--object-format=sha256")


def linked(path: Path) -> Project:
    main = Project.create(path)
    main.git("commit", "-q", "--allow-empty", "-m", "begun")
    return main.worktree("linked")


def borrowing(path: Path) -> Project:
    lender = Project.create(path.with_name(f"{path.name}-lender"))
    lender.git("commit", "-q", "--allow-empty", "-m", "begun")
    lender.git("clone", "-q", "--shared", ".", str(path))
    return Project(path)


def objects(project: Project) -> dict[str, tuple[int, bytes]]:
    """The rights and the contents of what is stored as a file each, without claims, which are random."""
    kept = {line[:2] + "/" + line[2:].split(" ")[0] for line in reachable(project)}
    folder = (
        Path(project.git("rev-parse", "--path-format=absolute", "--git-common-dir")) / "objects"
    )
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, zlib.decompress(path.read_bytes()))
        for path in folder.glob("??/*")
        if path.name not in EMPTY and str(path.relative_to(folder)) in kept
    }


def reachable(project: Project) -> list[str]:
    return project.git("rev-list", "--objects", "HEAD").splitlines()


@pytest.mark.parametrize("kind", [sha1, sha256, linked, borrowing])
def test_both_ways_make_the_same_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Callable[[Path], Project]
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_DATE", "1700000000 +0000")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000000 +0000")
    ours, gits = kind(tmp_path / "1" / "repo"), kind(tmp_path / "2" / "repo")
    gits.git("config", "core.sharedRepository", "umask")  # the default, said aloud: git stores
    for command in COMMANDS:
        assert ours.ok(*command.split()).out == gits.ok(*command.split()).out
        assert objects(ours) == objects(gits), command
    assert ours.git("for-each-ref", "refs/heads") == gits.git("for-each-ref", "refs/heads")
    assert ours.git("ls-files", "-s") == gits.git("ls-files", "-s")
    ours.git("fsck", "--strict")


def test_git_stores_what_belongs_to_many_users_or_is_much(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "repo")
    repo = Repo(str(project.path))
    many = [NewObject("blob", b"%d" % number) for number in range(loose.FEW + 1)]
    assert not loose.stored(repo, many)
    write_objects(repo, many)
    packed = project.git("count-objects", "-v")
    assert f"in-pack: {len(many)}" in packed
    project.git("config", "core.sharedRepository", "group")
    shared = Repo(str(project.path))
    assert not loose.stored(shared, many[:1])
    write_objects(shared, [NewObject("blob", b"shared")])
    oid = oid_of("blob", b"shared")
    path = project.path / ".git" / "objects" / oid[:2] / oid[2:]
    assert path.stat().st_mode & stat.S_IRGRP


def test_what_is_there_stays_and_is_not_pruned(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "repo")
    repo = Repo(str(project.path))
    assert loose.stored(repo, [NewObject("blob", b"x")])
    (path,) = (project.path / ".git" / "objects").glob("??/*")
    os.utime(path, (1, 1))
    before = path.stat().st_ino
    assert loose.stored(repo, [NewObject("blob", b"x")])
    assert path.stat().st_ino == before
    project.git("prune", "--expire", "1.hour.ago")
    assert path.exists()


def test_git_says_why_nothing_can_be_stored(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "repo")
    repo = Repo(str(project.path))
    oid = oid_of("blob", b"x")
    (project.path / ".git" / "objects" / oid[:2]).write_text("a file in the place of a folder")
    assert not loose.stored(repo, [NewObject("blob", b"x")])
    assert not list((project.path / ".git" / "objects").glob("**/tmp_obj_*"))
