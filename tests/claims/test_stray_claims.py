"""Claims that disagree with the ledger: `tk doctor` names each, `--fix` repairs it, and a sync passes it on."""

from __future__ import annotations

from tests.support.project import Project
from tkledger.core.claim import message, parsed


def strays(project: Project, *words: str) -> dict[str, str]:
    """What doctor says of claims on tasks, by task."""
    found = project.tk("doctor", "--json", *words).json["findings"]
    return {one["what"]: one["message"] for one in found if one["what"] in ("a", "b", "c")}


def final(project: Project, task: str) -> str:
    """The claim on a task with an end that it has not come to."""
    old = project.git("rev-parse", f"refs/tk/claims/{task}")
    claim = parsed(task, project.git("log", "-1", "--format=%B", old))
    words = message(claim._replace(final="done"))
    return project.git("commit-tree", project.git("mktree"), "-p", old, "-F", "-", stdin=words)


def says(project: Project, task: str) -> str:
    return project.git("log", "-1", "--format=%b", f"refs/tk/claims/{task}")


def test_doctor_repairs_claims_that_say_otherwise_than_the_ledger(clones: list[Project]) -> None:
    first, second = clones
    side = first.worktree("side")
    side.ok("start", "a", "c", "--as", "alice")
    held = side.git("rev-parse", "refs/tk/claims/a")
    assert strays(side) == {}
    side.ok("done", "a", "--as", "alice")
    side.git("update-ref", "refs/tk/claims/a", held)
    side.ok("start", "b", "--as", "alice")
    side.git("reset", "-q", "--hard", "HEAD~1")
    side.git("update-ref", "refs/tk/claims/c", final(side, "c"))
    expected = {
        "a": "the claim on it: is held by alice, but is done on side",
        "b": "the claim on it: is held by alice, but is todo on side",
        "c": "the claim on it: says that it is done, but it is in_progress on side",
    }
    assert strays(side) == strays(first) == expected
    assert strays(side, "--fix") == {}
    assert "final: done" in says(side, "a")
    assert "final" not in says(side, "c")
    assert side.git("for-each-ref", "refs/tk/claims/b") == ""
    side.ok("sync", "--as", "alice")
    server = Project(first.path.parent / "server.git")
    assert "final: done" in says(server, "a")
    assert server.git("for-each-ref", "refs/tk/claims/b") == ""

    # a server without hooks took an end that never came; whoever sees that can repair it
    side.git("push", "-q", "origin", f"{final(side, 'c')}:refs/tk/claims/c")
    second.git("fetch", "-q")
    second.ok("sync", "--as", "bob")
    fact = "the claim on it at origin: says that it is done, but it is in_progress on side"
    assert strays(second) == {"c": fact}
    assert strays(second, "--fix") == {}
    second.ok("sync", "--as", "bob")
    assert "final" not in says(server, "c")
    assert "holder: alice" in says(server, "c")
    assert strays(server) == {}
