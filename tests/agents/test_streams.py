"""A stream that has a branch: its work leaves that and comes to it, whatever HEAD's branch is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import Project
from tests.support.running import runs
from tkledger.errors import Exit


@pytest.fixture
def streamed(hooked: Project) -> Project:
    """a and b are of the stream ui, b after a; the stream has a branch, which is not HEAD's."""
    hooked.ok("edit", "a", "b", "--stream", "ui")
    hooked.ok("edit", "b", "--depends-on", "a")
    hooked.git("branch", "streams/ui")
    return hooked


def writes(name: str) -> str:
    return f"cat *.txt; echo {name} >{name}.txt"


def test_work_of_a_stream_is_merged_into_its_branch_and_the_next_starts_there(
    streamed: Project,
) -> None:
    before = streamed.head()
    answer = runs(streamed, "a", writes("first"), "--merge")
    assert answer.out == "a: done, merged into streams/ui\n", answer.said
    assert (streamed.head(), streamed.state("a", "streams/ui")) == (before, "done")
    assert "base: streams/ui" in streamed.file("a", "streams/ui")
    answer = runs(streamed, "b", "cat first.txt && echo more >>first.txt", "--merge")
    assert answer.out == "b: done, merged into streams/ui\n", "what b depends on is done there"
    assert streamed.git("show", "streams/ui:first.txt") == "first\nmore"
    assert runs(streamed, "c", writes("other"), "--merge").out == "c: done, merged into main\n"
    streamed.git("merge", "-q", "--no-edit", "streams/ui")
    assert [streamed.state(one) for one in "abc"] == ["done"] * 3
    assert streamed.ok("verify", "--all", "--json").json["violations"] == []
    assert streamed.git("for-each-ref", "refs/tk/claims") == ""


def test_what_came_to_a_stream_is_not_offered_again(streamed: Project) -> None:
    runs(streamed, "a", writes("first"), "--merge")
    for _ in range(2):
        shown = streamed.ok("list", "--stream", "ui", "--json").json["tasks"]
        assert {one["id"]: one.get("elsewhere") for one in shown}["a"] == "streams/ui"
        refused = streamed.tk("start", "a")
        assert (refused.status, refused.err) == (
            Exit.CLAIMED,
            "error: a is done on streams/ui, not merged\n  remedy: git merge streams/ui\n",
        )
        assert "a" not in streamed.ok("next").out
        streamed.git("branch", "-q", "-D", "tk/a", check=False)
        streamed.git("update-ref", "-d", "refs/tk/claims/a")
    streamed.git("merge", "-q", "--no-edit", "streams/ui")  # the remedy
    assert streamed.state("a") == "done"
    assert streamed.ok("next").out == "b\n"


def test_many_branches_of_streams_cost_no_more_than_some(streamed: Project) -> None:
    """Anybody who may push can make them; each that is at a commit of its own takes a process."""
    runs(streamed, "a", writes("first"), "--merge")
    log, folder = streamed.path.parent / "git.log", streamed.path.parent / "bin"
    folder.mkdir()
    wrapper = f'#!/bin/sh\necho "$*" >>{log}\nexec {shutil.which("git")} "$@"\n'
    (folder / "git").write_text(wrapper)
    (folder / "git").chmod(0o755)
    ours = streamed.git("rev-parse", "streams/ui")
    tips = [
        ours,
        *(
            streamed.git("commit-tree", "-p", ours, "-m", str(n), f"{ours}^{{tree}}")
            for n in range(60)
        ),
    ]
    walks = []
    for used in (1, len(tips)):
        refs = (f"refs/remotes/origin/streams/s{n} {tips[n % used]}" for n in range(100))
        streamed.git("update-ref", "--stdin", stdin="".join(f"update {one}\n" for one in refs))
        log.write_text("")
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        said = streamed.process("list", "--all", env={"PATH": path}).out
        assert "done on streams/ui" in said, said
        walks.append(log.read_text().count("log --stdin"))
    assert walks[0] <= 3, "all copies are where the branch is"
    assert walks[1] - walks[0] == 49


def test_in_a_checkout_of_a_stream_only_its_tasks_are_offered(streamed: Project) -> None:
    assert streamed.ok("next").out == "a\n"
    streamed.git("switch", "-q", "streams/ui")
    answer = streamed.process(
        *("run", "--next", "--merge", "--as", "alice", "--", "sh", "-c", writes("x"))
    )
    assert answer.out == "".join(f"{one}: done, merged into streams/ui\n" for one in "ab")
    none = streamed.tk("next", "--as", "alice")
    assert (none.status, "2 ready but not of the stream ui" in none.err) == (Exit.NOTHING, True)
    assert streamed.ok("start", "c").status == Exit.OK, "who names one knows why"


def test_work_begun_before_the_stream_had_a_branch_comes_to_it(hooked: Project) -> None:
    hooked.ok("edit", "a", "--stream", "ui")
    runs(hooked, "a", writes("first"))
    assert "base: main" in hooked.file("a", "tk/a")
    hooked.git("branch", "streams/ui")
    before = hooked.head()
    answer = hooked.ok("work", "a", "--merge", "--json")
    assert answer.json["base"] == "streams/ui"
    assert (hooked.head(), hooked.state("a", "streams/ui")) == (before, "done")


def test_a_branch_that_only_a_remote_has_is_brought_here_first(
    streamed: Project, tmp_path: Path
) -> None:
    (clone,) = cloned(streamed, tmp_path, 1)
    for words in (("work", "a"), ("run", "a", "--", "true")):
        refused = clone.process(*words)
        way = "git branch --track streams/ui origin/streams/ui"
        said = "error: a is brought to streams/ui, which is at a remote and not here\n"
        assert (refused.status, refused.err) == (Exit.UNUSABLE, f"{said}  remedy: {way}\n")
    assert clone.git("for-each-ref", "refs/tk/claims") == ""
    clone.git(*way.split()[1:])
    assert clone.process("run", "a", "--merge", "--", "true").out == (
        "a: done, merged into streams/ui\n"
    )


def test_a_task_that_the_stream_does_not_have_yet_starts_from_head(streamed: Project) -> None:
    streamed.ok("new", "Later", "--id", "late", "--stream", "ui")
    answer = runs(streamed, "late", "true", "--merge")
    assert answer.out == "late: done, merged into streams/ui\n", answer.said
    assert streamed.state("late", "streams/ui") == "done"
    assert streamed.git("merge-base", "--is-ancestor", "main", "streams/ui") == ""


def test_a_task_that_ended_here_is_not_begun_on_its_stream(streamed: Project) -> None:
    streamed.ok("cancel", "a")
    refused = streamed.tk("work", "a")
    assert (refused.status, "TK201" in refused.err) == (Exit.REJECTED, True), refused.said
    assert streamed.git("for-each-ref", "refs/heads/tk") == ""
