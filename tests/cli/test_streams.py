"""``tk streams``: what each stream is at, and what its branch has that HEAD lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import Project


@pytest.fixture
def streamed(project: Project) -> Project:
    """a and b are of the stream ui, whose branch has a done; c is of api, which has no branch."""
    project.ok("edit", "a", "b", "--stream", "ui")
    project.ok("edit", "c", "--stream", "api")
    project.git("branch", "streams/ui")
    project.ok("work", "a")
    project.ok("work", "a", "--done", "--merge")
    return project


def test_each_stream_is_shown_with_its_state_and_branch(streamed: Project) -> None:
    tip = streamed.git("rev-parse", "streams/ui")
    api, ui = streamed.ok("streams", "--json").json["streams"]
    assert api == {"name": "api", "state": "todo", "total": 1, "tasks": {"todo": 1}}
    assert ui == {
        **{"name": "ui", "state": "todo", "total": 2, "tasks": {"todo": 1, "done": 1}},
        "branch": {"name": "streams/ui", "commit": tip, "ahead": 2, "behind": 0},
    }
    first, second = streamed.ok("streams").out.splitlines()
    assert first.split("  ")[0] == "api"
    assert "no branch (git branch streams/api)" in first
    assert [word.strip() for word in second.split("  ") if word.strip()] == [
        *("ui", "○ todo", "1 of 2 done", "-"),
        "streams/ui: 2 commits that HEAD lacks",
    ]


def test_it_follows_what_is_merged_and_begun(streamed: Project) -> None:
    streamed.ok("note", "d", "main goes on")
    assert "2 commits that HEAD lacks, and lacks 1 of HEAD's" in streamed.ok("streams").out
    streamed.git("merge", "-q", "--no-edit", "streams/ui")
    assert "streams/ui: all of it is here" in streamed.ok("streams").out
    streamed.ok("start", "b")
    assert "b in progress" in streamed.ok("streams").out
    (ui,) = [one for one in streamed.ok("streams", "--json").json["streams"] if one["name"] == "ui"]
    assert (ui["state"], ui["active"], ui["branch"]["ahead"]) == ("in_progress", ["b"], 0)
    streamed.ok("done", "b")
    assert "● done" in streamed.ok("streams").out
    (before,) = [
        one
        for one in streamed.ok("streams", "--at", "HEAD~1", "--json").json["streams"]
        if one["name"] == "ui"
    ]
    assert (before["state"], "branch" in before) == ("in_progress", False)


def test_what_the_branch_has_done_is_waited_for_no_more(streamed: Project) -> None:
    streamed.ok("edit", "b", "--depends-on", "a")
    assert "ui   ○ todo" in streamed.ok("streams").out, "b starts on streams/ui"
    streamed.ok("edit", "b", "--depends-on", "d")
    assert "ui   ✗ blocked" in streamed.ok("streams").out
    streamed.ok("work", "d")
    streamed.ok("work", "d", "--done")
    assert "ui   ✗ blocked" in streamed.ok("streams").out, "d is on a branch of its own"


def test_a_branch_that_only_a_remote_has_is_shown(streamed: Project, tmp_path: Path) -> None:
    (clone,) = cloned(streamed, tmp_path, 1)
    assert "origin/streams/ui: 2 commits that HEAD lacks" in clone.ok("streams").out
    clone.git("switch", "-q", "streams/ui")
    assert "  streams/ui: all of it is here" in clone.ok("streams").out


def test_without_streams_it_says_how_a_task_gets_one(project: Project) -> None:
    answer = project.ok("streams")
    assert (answer.out, answer.err) == ("", "no task names a stream: tk edit ID --stream NAME\n")
    assert project.ok("streams", "--json").json["streams"] == []
    project.ok("edit", "a", "--stream", "ui")
    assert project.ok("streams").out.startswith("ui  ")
