"""An undo killed at each of its effects: done or not done, and the next command leaves all in order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.killing import goes_on, killed_everywhere
from tests.support.project import Project

pytestmark = pytest.mark.skipif(
    not os.path.isdir("/proc"), reason="waits for orphans by the process table"
)


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.long)])
def test_a_killed_undo_is_done_or_not_done(project: Project, tmp_path: Path, step: int) -> None:
    """The task goes, the claim with it, and the code committed above it stays."""
    project.ok(
        "batch", stdin='{"op": "new", "id": "e", "title": "E"}\n{"op": "start", "id": "a"}\n'
    )
    project.write("code.txt", "two\n")
    project.git("commit", "-q", "-a", "-m", "above")
    project.write("code.txt", "open\n")
    found = []
    for one in killed_everywhere(project, tmp_path, "kill", "undo", "e", step=step):
        claim = one.git("for-each-ref", "refs/tk/claims") != ""
        found.append((one.state("a"), "e.yaml" in one.git("ls-tree", "HEAD:.tasks"), claim))
        assert one.git("show", "HEAD:code.txt") == "two"
        assert (one.path / "code.txt").read_text() == "open\n"
        one.git("stash", "-q", "--", "code.txt")
        goes_on(one)
        assert one.state("a") == found[-1][0], "the next command finishes, it does not decide"
        if found[-1][1]:
            one.ok("undo")
            one.ok("undo", "e")
            assert (one.state("a"), one.clean()) == ("todo", True)
    assert list(dict.fromkeys(found)) == [("in_progress", True, True), ("todo", False, False)]
