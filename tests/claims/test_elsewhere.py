"""Where a task stands if other branches count: what is ahead wins, what is merged or stale never."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

import tkledger
from tests.support.clones import cloned
from tests.support.project import Project
from tkledger.errors import Exit


def seen(project: Project, task: str = "a") -> tuple[str, str | None]:
    """The state of a task as every view has it, and the branch it is shown as of; next agrees."""
    found = {one["id"]: one for one in project.ok("list", "--json").json["tasks"]}[task]
    answer = found["state"], found.get("elsewhere")
    shown = project.ok("show", task, "--json").json["task"]
    assert (shown["state"], shown.get("elsewhere")) == answer
    why = project.ok("why", task, "--json").json
    assert (why["state"], why.get("elsewhere")) == answer
    nodes = {one["id"]: one for one in project.ok("tree", "--json").json["tasks"]}
    assert (nodes[task]["state"], nodes[task].get("elsewhere")) == answer
    column = project.ok("board", "--json").json["columns"][answer[0]]
    assert [one.get("elsewhere") for one in column if one["id"] == task] == [answer[1]]
    ready = {one["id"] for one in project.ok("ready", "--json").json["tasks"]}
    if answer[1]:
        assert (task in ready) == (answer[0] == "todo")
    return answer


def on(project: Project, branch: str, *commands: str) -> None:
    """Carry out commands on a branch, which is made if it is not there; and go back."""
    here = project.git("symbolic-ref", "--short", "HEAD")
    known = project.git("branch", "--list", branch)
    project.git("checkout", "-q", *([] if known else ["-b"]), branch)
    for one in commands:
        project.ok(*one.split())
    project.git("checkout", "-q", here)


def merged(project: Project) -> None:
    project.git("merge", "-q", "--no-ff", "-m", "merge", "tk/a")


def squashed(project: Project) -> None:
    project.git("merge", "-q", "--squash", "tk/a")
    project.git("commit", "-qm", "squash")


def picked(project: Project) -> None:
    project.git("cherry-pick", "main..tk/a")


@pytest.mark.parametrize("join", [merged, squashed, picked])
def test_a_branch_that_came_to_head_never_wins(
    project: Project, join: Callable[[Project], None]
) -> None:
    on(project, "tk/a", "start a", "submit a")
    assert seen(project) == ("in_review", "tk/a")
    project.ok("note", "b", "so that it is no fast-forward")
    join(project)
    assert seen(project) == ("in_review", None)
    project.ok("reject", "a", "-m", "gap")
    project.ok("block", "a", "--reason", "user")
    assert seen(project) == ("blocked", None)
    on(project, "tk/a", "note b words")
    assert seen(project) == ("blocked", None), (
        "it has commits that HEAD lacks, but none to this task"
    )


def test_a_branch_that_changed_another_task_only_is_not_ahead(project: Project) -> None:
    on(project, "tk/a", "start b")
    project.git("update-ref", "-d", "refs/tk/claims/b")
    project.ok("edit", "a", "--title", "Newer")
    assert seen(project) == ("todo", None)
    assert seen(project, "b") == ("todo", None), "not the branch of that task"
    assert project.ok("next").out == "a\n"


def test_of_parallel_changes_the_one_later_in_life_counts(project: Project) -> None:
    on(project, "tk/a", "start a")
    project.ok("edit", "a", "--title", "Newer")
    assert seen(project) == ("in_progress", "tk/a")
    project.git("checkout", "-q", "tk/a")
    project.git("merge", "-q", "-m", "merge", "main")
    project.git("checkout", "-q", "main")
    assert seen(project) == ("in_progress", "tk/a"), "it has all that HEAD has"
    project.ok("edit", "a", "--title", "Newest")
    project.git("checkout", "-q", "tk/a")
    project.git("merge", "-q", "-s", "ours", "-m", "ours", "main")
    project.git("checkout", "-q", "main")
    assert seen(project) == ("in_progress", "tk/a"), (
        "it came from HEAD's, though it took nothing of it"
    )
    on(project, "tk/b", "note b words")
    project.ok("block", "b", "--reason", "user")
    assert seen(project, "b") == ("blocked", None)


def test_work_that_is_done_elsewhere_says_how_it_gets_here(project: Project) -> None:
    project.ok("edit", "b", "--depends-on", "a")
    on(project, "tk/a", "start a", "done a")
    for one in "cd":
        project.ok("cancel", one)
    place = "done on tk/a, not merged: git merge tk/a"
    for view in ("list", "tree", "board", "why", "show"):
        assert place in project.ok(view, *(["a"] if view in ("why", "show") else [])).out
    assert "waits for a (done on tk/a, not merged)" in project.ok("list").out
    hindered = {one["event"] for one in project.ok("why", "b", "--json").json["hindered"]}
    assert "start" in hindered, "what is not merged allows nothing"
    for gone in (False, True):
        if gone:
            project.git("update-ref", "-d", "refs/tk/claims/a")
        answer = project.tk("start", "a")
        assert (answer.status, "remedy: git merge tk/a" in answer.err) == (Exit.CLAIMED, True)
        answer = project.tk("done", "a")
        assert answer.status == Exit.REJECTED
        assert f"; it is {place.replace(': ', chr(10) + '  remedy: ')}" in answer.err
        answer = project.tk("start", "b")
        assert answer.status == Exit.REJECTED
        assert f"not done; a is {place.replace(': ', chr(10) + '  remedy: ')}" in answer.err
        assert project.tk("next").status == Exit.NOTHING
    project.ok("cancel", "b")
    assert place in project.ok("list").out, "the only task is elsewhere"
    project.git("merge", "-q", "tk/a")
    answer = project.ok("list")
    assert (answer.out, answer.err) == ("", "no open task, 1 done, 3 cancelled: tk list --all\n")
    assert project.ok("list", "--label", "x").err.endswith("\nno task matches: tk list --all\n")


def test_work_begun_elsewhere_is_gone_on_with_there(project: Project) -> None:
    project.git("config", "tk.branch", "jobs/{id}-work")
    on(project, "jobs/a-work", "start a")
    on(project, "hand", "start b")
    assert (seen(project), seen(project, "b")) == (
        ("in_progress", "jobs/a-work"),
        ("in_progress", "hand"),
    )
    assert "in_progress on jobs/a-work, not merged: tk work a" in project.ok("why", "a").out
    answer = project.tk("done", "b")
    assert "; it is in_progress on hand, not merged\n  remedy: git switch hand" in answer.err
    project.git("switch", "-q", "hand")
    project.ok("done", "b")
    project.git("switch", "-q", "main")
    answer = project.tk("start", "a")
    assert (answer.status, "remedy: tk work a" in answer.err) == (Exit.CLAIMED, True)
    project.ok("release", "a")
    there = Project(Path(project.ok("work", "a").out.strip()))
    there.ok("done", "a")
    assert seen(project) == ("done", "jobs/a-work")


def test_a_lapsed_claim_leaves_the_task_free_and_shows_where_it_is(project: Project) -> None:
    on(project, "hand", "start a")
    project.ok("renew", "a", "--ttl", "0")
    assert seen_in_list(project) == ("in_progress", "hand")
    assert project.ok("next").out == "a\n"
    project.ok("start", "a", "--as", "bob")


def seen_in_list(project: Project) -> tuple[str, str | None]:
    found = project.ok("list", "--json").json["tasks"][0]
    return found["state"], found.get("elsewhere")


def test_a_colleagues_branch_is_read_from_gits_copy(project: Project, tmp_path: Path) -> None:
    ada, bob = cloned(project, tmp_path, 2)
    on(ada, "topic", "start a")
    ada.git("push", "-q", "origin", "topic", "refs/tk/claims/a")
    bob.git("fetch", "-q", "origin")
    bob.git("fetch", "-q", "origin", "refs/tk/claims/a:refs/tk/remotes/origin/claims/a")
    assert seen(bob) == ("in_progress", "origin/topic")
    bob.git("pack-refs", "--all")
    assert seen(bob) == ("in_progress", "origin/topic")


def test_nothing_else_reads_the_task_files_of_other_branches() -> None:
    """A task file is read by the one reader of trees, or by the module that knows the other branches."""
    source = Path(tkledger.__file__).parent
    loading, naming = set(), set()
    for path in source.rglob("*.py"):
        name = str(path.relative_to(source))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and "load_task" in ast.unparse(node.func):
                loading.add(name)
            if isinstance(node, ast.JoinedStr):
                parts = [ast.unparse(one).strip("f'\"{}") for one in node.values]
                colons = [one for one, then in pairwise(parts) if one == ":" and "path_" in then]
                naming |= {name} if colons else set()
    # bytes that are handed to them
    given = {"merging/files.py", "merging/by_claim.py", "cli/editor.py"}
    assert loading == {"files/reader.py", "claims/elsewhere.py", *given}
    assert naming == {"claims/elsewhere.py"}
