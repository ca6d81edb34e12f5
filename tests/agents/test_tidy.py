"""Checkouts of ended tasks are put away, none that holds anything; and where checkouts lie."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.project import Project
from tkledger.errors import Exit


def checkout(project: Project, task: str, *moves: str) -> Project:
    """The checkout of a task that is worked on, and then moved there."""
    tree = Project(Path(project.ok("work", task, "--path", "--as", "ada").out.strip()))
    for one in moves:
        tree.ok(one, task, "--as", "ada")
    return tree


def left_over(project: Project) -> list[str]:
    found = project.ok("status", "--limit", "20", "--json").json.get("checkouts", {"items": []})
    return [one["id"] for one in found["items"]]


def test_checkouts_of_ended_tasks_go_if_they_hold_nothing(project: Project) -> None:
    tasks = ("clean", "changed", "unmerged", "dropped", "locked", "bare-head", "at-work", "renamed")
    for one in (*tasks, "gone", "by-hand"):
        project.ok("new", one, "--id", one)
    trees = {one: checkout(project, one, "done") for one in (*tasks, "gone") if one != "at-work"}
    trees["at-work"] = checkout(project, "at-work")
    by_hand = project.path.parent / "hand"
    project.git("worktree", "add", "-q", "-b", "tk/by-hand", str(by_hand))
    trees["renamed"].git("branch", "-q", "-m", "other/name")
    merged = ("clean", "changed", "locked", "bare-head", "gone")
    project.git("merge", "-q", "--no-edit", *(f"tk/{one}" for one in merged), "other/name")
    project.ok("start", "by-hand")
    project.ok("done", "by-hand")
    trees["changed"].write("new.txt", "new\n")
    trees["bare-head"].git("checkout", "-q", "--detach")
    project.git("worktree", "lock", str(trees["locked"].path))
    shutil.rmtree(trees["gone"].path)
    project.ok("cancel", "dropped")
    assert project.tk("tidy").status == Exit.USAGE
    found = {*left_over(project)}
    assert found == {"clean", "changed", "locked", "bare-head", "gone", "renamed", "dropped"}
    assert "tk tidy --checkouts" in project.ok("status").out

    kept = {
        "bare-head": ("it is on no branch", f"git -C {trees['bare-head'].path} status"),
        "changed": ("it has uncommitted changes", f"git -C {trees['changed'].path} status"),
        "dropped": ("tk/dropped has 2 commits that are not merged", "tk work dropped --drop"),
        "gone": ("its folder is gone", "git worktree prune"),
        "unmerged": ("tk/unmerged has 2 commits that are not merged", "tk work unmerged --merge"),
    }
    lines = {one: f"{one}: kept {trees[one].path}: {why}" for one, (why, _) in kept.items()}
    for one, path in (("by-hand", by_hand), ("clean", trees["clean"].path)):
        lines[one] = f"would be: {one}: removed {path}"
    for one in ("locked", "renamed"):
        lines[one] = f"would be: {one}: removed {trees[one].path}"
    before = project.git("worktree", "list")
    answer = project.ok("tidy", "--checkouts", "--dry-run")
    assert answer.out.splitlines() == [lines[one] for one in sorted(lines)]
    assert [one.removeprefix("  remedy: ") for one in answer.err.splitlines()] == [
        kept[one][1] for one in sorted(kept)
    ]
    assert project.git("worktree", "list") == before

    rows = {one["id"]: one for one in project.ok("tidy", "--checkouts", "--json").json["checkouts"]}
    assert "kept" not in {**rows["clean"], **rows["by-hand"], **rows["renamed"]}
    assert rows["renamed"]["branch"] == "other/name"
    assert rows["locked"]["remedy"] == f"git worktree unlock {trees['locked'].path}"
    there = {one: trees[one].path.exists() for one in trees}
    gone = {"clean", "renamed", "gone"}
    assert {one for one, exists in there.items() if not exists} == gone
    assert not by_hand.exists()
    assert project.git("branch", "--list", "tk/clean"), "branches stay"
    for one in (row["remedy"] for row in rows.values() if "remedy" in row):
        words = one.split()
        (project.git if words[0] == "git" else project.tk)(*words[1:])
    (trees["changed"].path / "new.txt").unlink()
    trees["bare-head"].git("checkout", "-q", "tk/bare-head")
    assert "you are in it" in trees["locked"].ok("tidy", "--checkouts").out
    project.ok("tidy", "--checkouts")
    assert left_over(project) == []
    assert [path.name for path in (project.path.parent / "repo.work").iterdir()] == ["at-work"]
    trees["at-work"].ok("done", "at-work", "--as", "ada")
    project.git("merge", "-q", "--no-edit", "tk/at-work")
    project.ok("tidy", "--checkouts")
    assert not (project.path.parent / "repo.work").exists()
    assert "no task that has ended has a checkout" in project.ok("tidy", "--checkouts").err


def test_a_renamed_branch_is_found_and_no_empty_folder_is_left(project: Project) -> None:
    tree = checkout(project, "a")
    tree.git("branch", "-q", "-m", "other")
    assert project.ok("work", "a", "--path", "--as", "ada").out == f"{tree.path}\n"
    assert "committed is on other" in project.ok("work", "a", "--drop").err
    assert not tree.path.parent.exists()
    assert project.git("branch", "--list", "other")
    project.git("config", "tk.worktrees", "../mine")
    (project.path.parent / "mine").mkdir()
    checkout(project, "b")
    project.ok("work", "b", "--drop")
    assert (project.path.parent / "mine").exists(), "a folder of the user's own"


def test_checkouts_lie_beside_the_working_tree(project: Project, tmp_path: Path) -> None:
    """Also of a submodule, and of a repository that lies elsewhere; seen from a checkout, too."""
    top = Project.create(tmp_path / "super")
    top.git("submodule", "--quiet", "add", str(project.path), "sub")
    apart = tmp_path / "apart"
    store = tmp_path / "store" / "real"
    store.parent.mkdir()
    project.git("clone", "-q", f"--separate-git-dir={store}", str(project.path), str(apart))
    for main in (Project(top.path / "sub"), Project(apart)):
        tree = checkout(main, "a")
        assert tree.path == main.path.parent / f"{main.path.name}.work" / "a"
        other = checkout(tree, "b", "done")
        assert other.path == tree.path.parent / "b"
        assert "merged into" in tree.ok("work", "b", "--merge", "--as", "ada").err
        tree.ok("done", "a", "--as", "ada")
        main.ok("work", "a", "--merge", "--as", "ada")
        assert (main.state("a"), main.status()) == ("done", "")
        assert not tree.path.parent.exists()
