"""A history that was tampered with is named: by what its commits break, or by an anchor that was noted before."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import pytest

from tests.support.project import Project
from tkledger.errors import Exit

SIZE = re.compile(rb"data (\d+)\n")


def rewritten(project: Project, old: bytes, new: bytes) -> None:
    """All of history once more, with other bytes in every file and every message."""
    stream = project.git("fast-export", "main").encode() + b"\n"
    found, place = [], 0
    while match := SIZE.search(stream, place):
        end = match.end() + int(match[1])
        data = stream[match.end() : end].replace(old, new)
        found += [stream[place : match.start()], b"data %d\n" % len(data), data]
        place = end
    found.append(stream[place:])
    project.git("fast-import", "--quiet", "--force", stdin=b"".join(found))


def object_edited(project: Project) -> None:
    """A file of a task in git's own folder, under the name of what it was."""
    oid = project.git("rev-parse", "HEAD~1:.tasks/a.yaml")
    data = project.git("cat-file", "blob", oid).encode() + b"\n"
    path = project.path / ".git" / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    other = data.replace(b"Task a", b"Task z")
    path.write_bytes(zlib.compress(b"blob %d\0%s" % (len(other), other)))


def blob_edited(project: Project) -> None:
    """A title, as if it had always been another."""
    rewritten(project, b"title: Task a\n", b"title: Task z\n")


def state_edited(project: Project) -> None:
    """A state in one commit: the work was done as soon as it began."""
    rewritten(project, b"state: in_progress\n", b"state: done\n")


def commit_dropped(project: Project) -> None:
    """The start is gone."""
    tree = project.git("rev-parse", "HEAD^{tree}")
    tip = project.git("commit-tree", tree, "-p", "HEAD~3", stdin="done")
    project.git("update-ref", "refs/heads/main", tip)


def tail_cut(project: Project) -> None:
    project.git("update-ref", "refs/heads/main", "HEAD~1")


def all_rewritten(project: Project) -> None:
    """The same files, and other words."""
    rewritten(project, b"Tk-Actor: test@example.org", b"Tk-Actor: else@example.org")


@pytest.mark.parametrize(
    ("tamper", "status", "words"),
    [
        (object_edited, Exit.UNUSABLE, "does not hold what its name says"),
        (state_edited, Exit.REJECTED, "error[TK201] a: todo -> done is not a transition"),
        (commit_dropped, Exit.REJECTED, "error[TK201] a: todo -> done is not a transition"),
    ],
)
def test_what_no_law_leads_to_is_named_without_an_anchor(
    project: Project, tamper: Callable[[Project], None], status: Exit, words: str
) -> None:
    for verb in (("start", "a"), ("note", "a", "half way"), ("done", "a")):
        project.ok(*verb)
    assert "first" not in project.ok("verify", "--all", "--json").json
    tamper(project)
    answer = project.tk("verify", "--all", "--again")
    assert (answer.status, words in answer.err) == (status, True), answer.said
    if status == Exit.REJECTED:
        found = project.tk("verify", "--all", "--json").json
        assert found["first"]["commit"] == found["violations"][0]["commit"]
        assert found["first"]["index"] == int(
            project.git("rev-list", "--count", found["first"]["commit"])
        )


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (blob_edited, "it was rewritten, or this is another branch"),
        (tail_cut, "which ends before it: it was cut off"),
        (all_rewritten, "it was rewritten, or this is another branch"),
    ],
)
def test_what_the_law_would_lead_to_as_well_is_named_by_an_anchor(
    project: Project, tamper: Callable[[Project], None], words: str
) -> None:
    for verb in (("start", "a"), ("note", "a", "half way"), ("done", "a")):
        project.ok(*verb)
    anchor = project.ok("anchor").out.strip()
    tamper(project)
    project.ok("verify", "--all", "--again")
    answer = project.tk("verify", "--all", "--anchor", anchor)
    assert (answer.status, words in answer.err) == (Exit.REJECTED, True), answer.said
