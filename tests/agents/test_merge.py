"""``tk work ID --merge`` and ``tk run --merge``: finished work comes to the branch it left, or nothing moves."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
from itertools import count
from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import Answer, Project, race
from tkledger.errors import Exit

LINE = "echo {0} >{0}.txt; git add .; git commit -qm {0}"


def at_work(project: Project, task: str = "a") -> Project:
    return Project(Path(project.ok("work", task, "--as", "ada").out.strip()))


def commit(at: Project, name: str, text: str) -> None:
    at.write(name, text)
    at.git("add", "-A")
    at.git("commit", "-qm", f"change {name}")


def finished(project: Project, task: str = "a", name: str = "new.txt") -> Project:
    """The checkout of a task that is done, with a commit of code."""
    there = at_work(project, task)
    commit(there, name, f"{task}\n")
    there.ok("done", task, "--as", "ada")
    return there


def merged(project: Project, task: str = "a", *, at: Project | None = None) -> str:
    """The commit by which the branch of a task came to its base; nothing of the work is left."""
    answer = (at or project).ok("work", task, "--merge", "--as", "ada", "--json").json
    assert (answer["id"], answer["branch"], answer["base"]) == (task, f"tk/{task}", "main")
    assert project.state(task, "main") == "done"
    assert project.git("worktree", "list", "--porcelain").count(f"refs/heads/tk/{task}") == 0
    assert project.git("for-each-ref", f"refs/tk/claims/{task}") == ""
    found: str = answer["commit"]
    return found


def everything(*places: Project) -> list[tuple[str, ...]]:
    """All that a merge which is refused must leave as it is."""
    return [
        (*one.snapshot(), one.git("worktree", "list"), one.git("diff", "HEAD")) for one in places
    ]


def remedy(answer: Answer) -> str:
    return answer.err[answer.err.index("remedy: ") + len("remedy: ") :].strip()


# -- the merge -------------------------------------------------------------------------------


def test_a_base_that_stood_still_moves_forward(hooked: Project) -> None:
    there = finished(hooked)
    tip = there.head()
    assert merged(hooked, at=there) == tip == hooked.head()
    assert (hooked.path / "new.txt").read_text() == "a\n"
    assert hooked.clean()
    assert not there.path.exists()
    commit(hooked, "code.txt", "two\n")
    assert merged(hooked) == tip, "run again it has nothing to do, and says the same"


def test_both_sides_are_kept_by_the_law(hooked: Project) -> None:
    finished(hooked)
    commit(hooked, "other.txt", "main\n")
    hooked.ok("note", "a", "meanwhile", "--as", "bob")
    base, tip = hooked.head(), hooked.git("rev-parse", "tk/a")
    found = merged(hooked)
    assert hooked.head() == found
    assert hooked.git("log", "-1", "--format=%P%n%B") == (
        f"{base} {tip}\ntk: merge tk/a into main\n\nTk-Actor: ada"
    )
    assert "meanwhile" in hooked.file("a")
    assert hooked.clean()
    hooked.ok("verify", "--all")
    commit(hooked, "more.txt", "later\n")
    assert merged(hooked) == found


def test_git_may_be_set_to_always_make_a_merge(project: Project) -> None:
    project.git("config", "merge.ff", "false")
    finished(project)
    assert merged(project) == project.head() != project.git("rev-parse", "tk/a")


def test_uncommitted_changes_elsewhere_stay(project: Project) -> None:
    finished(project)
    project.write("code.txt", "being edited\n")
    project.write("untracked.txt", "mine\n")
    merged(project)
    assert project.status() == " M code.txt\n?? untracked.txt"


@pytest.mark.parametrize("where", ["nowhere", "in another checkout"])
def test_the_base_may_be_checked_out_elsewhere(project: Project, where: str) -> None:
    finished(project)
    project.git("switch", "-q", "-c", "other")
    commit(project, "other.txt", "other\n")
    linked = Project(project.path.parent / "linked")
    if where != "nowhere":
        project.git("worktree", "add", "-q", str(linked.path), "main")
        commit(linked, "more.txt", "more\n")
    before = project.snapshot()[1:]
    found = merged(project)
    assert project.git("rev-parse", "main") == found
    assert project.snapshot()[1:] == before
    if where != "nowhere":
        assert linked.clean()
        assert (linked.path / "new.txt").exists()


def test_merges_at_once_come_one_after_another(project: Project) -> None:
    for task in "abc":
        finished(project, task, f"{task}.txt")
    commands = [(project, ["work", task, "--merge", "--as", "ada"]) for task in "abc"]
    assert [one.status for one in race(commands)] == [Exit.OK] * 3
    assert [project.state(task) for task in "abc"] == ["done"] * 3
    assert project.clean()
    assert project.git("rev-list", "--count", "--merges", "main") == "2"


# -- what is in the way ----------------------------------------------------------------------


def refused(project: Project, *places: Project, status: Exit = Exit.UNUSABLE) -> Answer:
    """A merge that is refused, and leaves all as it was."""
    before = everything(project, *places)
    answer = project.tk("work", "a", "--merge", "--as", "ada")
    assert answer.status == status, answer.said
    assert everything(project, *places) == before
    return answer


@pytest.mark.parametrize("dropped", [False, True])
def test_a_conflict_is_settled_as_it_says(hooked: Project, dropped: bool) -> None:
    there = finished(hooked, name="code.txt")
    commit(hooked, "code.txt", "main\n")
    if dropped:
        hooked.ok("work", "a", "--drop")
    answer = refused(hooked, *(() if dropped else (there,)))
    assert "main and tk/a both changed the same: code.txt\n" in answer.err
    words = remedy(answer)
    at, merge = (hooked, "tk/a") if dropped else (there, "main")
    assert words == (
        f"git -C {at.path} merge {merge}, settle it there (task files by tk resolve), git commit,"
        " then tk work a --merge"
    )
    at.git("merge", merge, check=False)
    at.write("code.txt", "both\n")
    at.git("commit", "-qam", "both")
    merged(hooked)
    assert (hooked.path / "code.txt").read_text() == "both\n"
    hooked.ok("verify", "--all")


def test_what_the_law_forbids_is_repaired_as_it_says(hooked: Project) -> None:
    there = finished(hooked)
    there.ok("edit", "c", "--depends-on", "d")
    hooked.ok("edit", "d", "--depends-on", "c")
    answer = refused(hooked, there, status=Exit.REJECTED)
    assert answer.err.startswith("merging tk/a into main would break the rules:\nerror[TK3")
    hooked.ok(*shlex.split(remedy(answer))[1:])
    merged(hooked)
    hooked.ok("verify", "--all")


def test_a_commit_past_the_hooks_is_not_merged(project: Project) -> None:
    there = finished(project)
    there.write(".tasks/c.yaml", there.file("c").replace("state: todo", "state: done") + "\n")
    there.git("commit", "-qam", "cheat")
    assert "error[TK" in refused(project, there, status=Exit.REJECTED).err


def test_uncommitted_changes_that_it_would_overwrite(project: Project) -> None:
    there = finished(project, name="code.txt")
    project.write("code.txt", "being edited\n")
    answer = refused(project, there)
    assert "uncommitted changes would be overwritten: code.txt" in answer.err
    (stash,) = re.findall(r"git -C .*", remedy(answer))
    project.git(*shlex.split(stash)[1:])
    merged(project)
    assert project.git("stash", "list") != ""


def test_a_checkout_with_uncommitted_work(project: Project) -> None:
    there = finished(project)
    there.write("left.txt", "unsaved\n")
    assert remedy(refused(project, there)) == f"git -C {there.path} status"
    commit(there, "left.txt", "saved\n")
    merged(project)


def test_work_that_is_not_done(project: Project) -> None:
    assert "there is no branch tk/a" in refused(project).err
    there = at_work(project)
    answer = refused(project, there)
    assert "a is in_progress on tk/a, so it is not to be merged yet" in answer.err
    project.ok(*shlex.split(remedy(answer))[1:])
    there.ok("cancel", "a", "--as", "ada")
    answer = refused(project, there)
    for command in remedy(answer).split(", then "):
        project.ok(*shlex.split(command)[1:], "--as", "ada")
    assert project.state("a") == "cancelled"
    assert not there.path.exists()
    assert project.tk("work", "a", "--merge", "--drop").status == Exit.USAGE


def test_checkouts_whose_folders_are_gone(project: Project) -> None:
    there = finished(project)
    project.git("switch", "-q", "-c", "other")
    linked = project.path.parent / "linked"
    project.git("worktree", "add", "-q", str(linked), "main")
    shutil.rmtree(linked)
    answer = refused(project, there)
    assert f"main is checked out in {linked}, which is gone" in answer.err
    project.git(*shlex.split(remedy(answer))[1:])
    shutil.rmtree(there.path)
    merged(project)


def test_a_base_that_is_being_rebased_or_gone(project: Project) -> None:
    there = finished(project, name="code.txt")
    project.git("branch", "old")
    commit(project, "code.txt", "main\n")
    project.git("switch", "-q", "old")
    commit(project, "code.txt", "old\n")
    project.git("switch", "-q", "main")
    project.git("rebase", "-q", "old", check=False)
    assert f"main is being rebased in {project.path}" in refused(project, there).err
    project.git("rebase", "--abort")
    project.git("branch", "-m", "main", "trunk")
    assert "tk/a left main, which is not a branch here" in refused(project, there).err


def killed(project: Project, folder: Path, point: int | str) -> Answer:
    """What a merge says that is killed at a point; run again, it is as if nothing had happened."""
    folder.mkdir()
    one = Project.copy(project.path, folder / "repo")
    finished(one)
    commit(one, "more.txt", "more\n")
    answer = one.at_point(point, "kill", "work", "a", "--merge", "--as", "ada")
    one.settle()
    found = merged(one)
    assert one.git("rev-list", "--count", "--merges", "main") == "1"
    assert (one.head(), one.clean()) == (found, True)
    return answer


@pytest.mark.parametrize("process", ["merge", "update-ref"])
def test_a_merge_that_is_killed_is_run_again(
    project: Project, tmp_path: Path, process: str
) -> None:
    assert killed(project, tmp_path / "killed", process).status == -signal.SIGKILL


@pytest.mark.long
def test_a_merge_killed_anywhere_is_run_again(project: Project, tmp_path: Path) -> None:
    for point in count(1):
        answer = killed(project, tmp_path / f"killed-{point}", point)
        if answer.status == Exit.OK:
            break
        assert answer.status == -signal.SIGKILL, answer.said


def test_the_claim_says_where_work_goes_that_was_begun_by_hand(project: Project) -> None:
    project.git("switch", "-q", "-c", "tk/a")
    project.ok("start", "a", "--as", "ada")
    project.ok("done", "a", "--as", "ada")
    tip = project.head()
    assert project.ok("work", "a", "--merge", "--json").json["commit"] == tip
    assert project.git("rev-parse", "main") == tip
    assert project.git("symbolic-ref", "HEAD") == "refs/heads/tk/a"


def test_a_claim_that_a_remote_decides_about_waits_for_the_sync(
    project: Project, tmp_path: Path
) -> None:
    ada, bob = cloned(project, tmp_path, 2)
    there = finished(ada)
    ada.ok("work", "a", "--merge", "--as", "ada")
    assert not there.path.exists()
    assert bob.tk("start", "a", "--as", "bob").status == Exit.CLAIMED
    ada.ok("sync")
    assert ada.git("ls-remote", "origin", "refs/tk/claims/a") == ""
    bob.ok("sync")
    assert bob.state("a") == "done"


# -- run -------------------------------------------------------------------------------------


def test_a_run_merges_what_is_done(project: Project) -> None:
    code = ("--as", "ada", "--json", "--", "sh", "-c", LINE.format("x"))
    answer = project.process("run", "a", "--merge", *code)
    said = {"message": "done, merged into main"}
    assert answer.json["tasks"] == [{"id": "a", "to": "done", "merged": project.head(), **said}]
    assert project.state("a") == "done"


def test_one_after_another_frees_the_next(project: Project) -> None:
    project.ok("edit", "b", "--depends-on", "a")
    project.ok("edit", "c", "--depends-on", "b")
    code = LINE.format("$TK_TASK")
    options = ("run", "--next", "--jobs", "2", "--merge", "--as", "ada")
    answer = project.process(*options, "--", "sh", "-c", code)
    assert answer.status == Exit.OK, answer.said
    assert [project.state(one) for one in "abcd"] == ["done"] * 4, answer.said
    assert project.git("worktree", "list").count("\n") == 0
    assert project.clean()
    project.ok("verify", "--all")


def test_what_cannot_be_merged_stays_done_and_says_so(project: Project) -> None:
    change = "echo task >code.txt; git commit -qam task; echo main >../../repo/code.txt"
    answer = project.process("run", "a", "--merge", "--as", "ada", "--", "sh", "-c", change)
    assert answer.status == Exit.UNUSABLE
    assert "a: done, not merged: uncommitted changes would be overwritten: code.txt" in answer.out
    assert (project.state("a", "tk/a"), project.state("a")) == ("done", "todo")
