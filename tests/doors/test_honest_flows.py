"""What honest people do every day passes every door, with the hooks on."""

from __future__ import annotations

import pytest

from tests.support.clone import Clone, followed
from tkledger.core.layout import path_of

STARTED, ENDED = {"state": "in_progress"}, {"state": "done"}


@pytest.fixture(autouse=True)
def nothing_refused(clone: Clone) -> object:
    """After each of these, no hook has said no and all history verifies."""
    yield
    assert clone.refusals() == []
    assert clone.verified() == set()


def branch(clone: Clone, name: str = "topic") -> None:
    clone.git("switch", "-q", "-c", name)


def code(clone: Clone, text: str, file: str = "other.txt") -> str:
    clone.write(file, text)
    return clone.commit(text)


def rebase(clone: Clone, onto: str, *edits: str, options: tuple[str, ...] = ()) -> None:
    script = " ".join(f"-e '{edit}'" for edit in edits)
    env = {"GIT_SEQUENCE_EDITOR": f"sed -i {script}" if edits else "true", "GIT_EDITOR": "true"}
    clone.git("rebase", "-q", "-i", *options, onto, env=env)


# -- one's own branch ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--apply",),
        *(
            pytest.param((o,), marks=pytest.mark.long)
            for o in ("--rebase-merges", "--force-rebase")
        ),
    ],
)
def test_rebasing_ones_own_branch(clone: Clone, options: tuple[str, ...]) -> None:
    branch(clone)
    clone.commit(a=STARTED)
    code(clone, "work")
    clone.commit(a=ENDED)
    clone.git("switch", "-q", "main")
    clone.commit(b=STARTED)
    clone.push()
    clone.git("switch", "-q", "topic")
    clone.git("rebase", "-q", *options, "main")
    clone.push("topic")


def test_squashing_what_is_one_step_together(clone: Clone) -> None:
    branch(clone)
    clone.commit(a=STARTED)
    clone.commit(a={"priority": 1})
    code(clone, "work")
    clone.commit(b=STARTED)
    rebase(clone, "main", "2,4s/^pick/squash/")
    assert clone.git("rev-list", "--count", "main..") == "1"
    clone.push("topic")


def test_interactive_rebase_of_code(clone: Clone) -> None:
    branch(clone)
    for number in range(4):
        code(clone, f"{number}\n", f"{number}.txt")
    clone.commit(a=STARTED)
    rebase(clone, "main", "1s/^pick/reword/", "2{h;d}", "3{G}", "4s/^pick/fixup/")
    rebase(clone, "main", "s/^pick/edit/;2,$s/^edit/pick/")
    code(clone, "in between")
    clone.git("rebase", "--continue", env={"GIT_EDITOR": "true"})
    clone.push("topic")


def test_autosquash_of_a_fixup(clone: Clone) -> None:
    branch(clone)
    code(clone, "one\n")
    clone.commit(a=STARTED)
    clone.write("other.txt", "two\n")
    clone.git("commit", "-q", "-a", "--fixup", "HEAD~1")
    rebase(clone, "main", options=("--autosquash",))
    clone.push("topic")


def test_splitting_a_commit(clone: Clone) -> None:
    branch(clone)
    clone.write("other.txt", "x")
    clone.commit(a=STARTED)
    clone.git("reset", "-q", "HEAD~")
    clone.git("add", "other.txt")
    clone.git("commit", "-q", "-m", "code")
    clone.git("commit", "-q", "-m", "start", "--", path_of("a"))
    clone.push("topic")


@pytest.mark.parametrize("options", [("-m", "better"), ("--no-edit", "--reset-author")])
def test_amending_the_message_of_a_move(clone: Clone, options: tuple[str, ...]) -> None:
    clone.commit(a=STARTED)
    clone.git("commit", "-q", "--amend", *options)
    clone.git("commit", "-q", "--amend", "-n", *options)
    clone.push()


def test_amending_a_move_into_another_legal_one(clone: Clone) -> None:
    clone.commit(a=STARTED)
    clone.edit("a", state="blocked", wait={"reason": "user"})
    clone.git("commit", "-q", "-a", "--amend", "--no-edit")
    clone.edit("a", state="todo", wait=None)
    clone.git("commit", "-q", "-a", "--amend", "--no-edit", "--allow-empty")
    clone.push()


def test_taking_a_commit_back_before_it_is_pushed(clone: Clone) -> None:
    clone.commit(a=STARTED)
    clone.git("reset", "-q", "--hard", "HEAD~")
    clone.git("reset", "-q", "--hard", "ORIG_HEAD")
    clone.git("reset", "-q", "--soft", "HEAD~")
    clone.git("commit", "-q", "-m", "again")
    clone.push()


# -- a host's buttons ------------------------------------------------------------------------


def on_topic(clone: Clone) -> None:
    branch(clone)
    clone.commit(a=STARTED)
    code(clone, "work")
    clone.commit(a=ENDED)
    clone.git("switch", "-q", "main")
    clone.commit(b=STARTED)


def test_the_button_that_merges(clone: Clone) -> None:
    on_topic(clone)
    clone.git("merge", "-q", "--no-ff", "-m", "Merge pull request #1", "topic")
    clone.push()


def test_the_button_that_rebases(clone: Clone) -> None:
    on_topic(clone)
    clone.git("rebase", "-q", "--force-rebase", "main", "topic")
    clone.git("switch", "-q", "main")
    clone.git("merge", "-q", "--ff-only", "topic")
    clone.push()


def test_the_button_that_squashes_where_the_policy_says_so(clone: Clone) -> None:
    clone.policy(squash="path")
    clone.commit("policy")
    on_topic(clone)
    clone.git("merge", "-q", "--squash", "topic")
    clone.git("commit", "-q", "-m", "Topic (#1)")
    clone.push()


# -- together --------------------------------------------------------------------------------


def test_two_people_edit_two_fields_at_once(clone: Clone) -> None:
    other = clone.copy(clone.root / "other")
    other.git("remote", "set-url", "origin", str(clone.server))
    other.commit(s={"state": "in_review"})
    other.push()
    clone.commit(s={"labels": ["urgent"]})
    clone.git("pull", "-q", "--no-rebase", "--no-edit")
    clone.push()
    other.commit(s={"notes": ["from here"]})
    other.git("pull", "-q", "--rebase")
    other.push()
    clone.git("pull", "-q", "--ff-only")


def test_a_clock_a_minute_behind_or_ahead(clone: Clone) -> None:
    now = int(clone.git("log", "-1", "--format=%ct"))
    for number, at in enumerate((now, now - 60, now + 60, now - 3600)):
        clone.edit("a", priority=number)
        date = {"GIT_COMMITTER_DATE": f"@{at} +0000"}
        clone.git("commit", "-q", "-a", "--allow-empty", "-m", "x", env=date)
    clone.push()


def test_reverting_code(clone: Clone) -> None:
    clone.write("code.txt", "other\n")
    clone.commit("code")
    clone.commit(a=STARTED)
    clone.git("revert", "--no-edit", "HEAD~")
    clone.push()


def test_a_conflict_in_code_only(clone: Clone) -> None:
    branch(clone)
    code(clone, "theirs\n")
    clone.commit(a=STARTED)
    clone.git("switch", "-q", "main")
    code(clone, "ours\n")
    clone.commit(b=STARTED)
    assert clone.run("merge", "-q", "topic").returncode
    clone.write("other.txt", "both\n")
    clone.git("commit", "-q", "-a", "-m", "merged")
    clone.push()


def test_a_conflict_in_a_task_settled_by_tk(clone: Clone) -> None:
    branch(clone)
    clone.commit(s=ENDED)
    clone.git("switch", "-q", "main")
    clone.commit(s={"state": "blocked", "wait": {"reason": "user"}})
    clone.run("merge", "-q", "-m", "merged", "topic")
    if clone.git("ls-files", "-u"):
        clone.ok("resolve")
        clone.git("commit", "-q", "-m", "merged")
    assert "state: done" in clone.git("show", f"HEAD:{path_of('s')}")
    clone.push()


# -- other histories -------------------------------------------------------------------------


def test_a_foreign_history_is_added_as_a_folder(clone: Clone) -> None:
    clone.git("init", "-q", str(clone.root / "lib"))
    for number in range(3):
        (clone.root / "lib/lib.c").write_text(f"{number}\n")
        clone.git("add", "-A", cwd=clone.root / "lib")
        clone.git("commit", "-q", "-m", "lib", cwd=clone.root / "lib")
    clone.git("fetch", "-q", str(clone.root / "lib"), "main")
    clone.git(
        "merge", "-q", "-s", "ours", "--no-commit", "--allow-unrelated-histories", "FETCH_HEAD"
    )
    clone.git("read-tree", "--prefix=lib/", "-u", "FETCH_HEAD")
    clone.git("commit", "-q", "-m", "lib")
    clone.push()


def test_pages_on_a_branch_of_their_own(clone: Clone) -> None:
    clone.git("switch", "-q", "--orphan", "gh-pages")
    clone.write("index.html", "<p>\n")
    clone.commit("pages")
    clone.push("gh-pages")
    clone.git("switch", "-q", "main")


def test_notes_on_commits(clone: Clone) -> None:
    clone.git("notes", "add", "-m", "reviewed")
    clone.push("refs/notes/commits")


# -- the rest of the day ---------------------------------------------------------------------


def test_stash(clone: Clone) -> None:
    clone.edit("a", **STARTED)
    clone.write("code.txt", "x\n")
    clone.git("stash", "-q")
    code(clone, "in between")
    clone.git("stash", "pop", "-q")
    clone.commit("back")
    clone.edit("b", state="done")  # a draft that is not legal is nobody's business
    clone.git("stash", "-q")
    clone.git("stash", "branch", "draft")
    clone.git("checkout", "-q", "-f", "main")
    clone.push()


def test_fetch_pull_tag_branch_and_worktrees(clone: Clone) -> None:
    clone.commit(a=STARTED)
    clone.push()
    clone.git("fetch", "-q", "--all", "--prune", "--tags")
    clone.git("pull", "-q")
    clone.git("tag", "v1")
    clone.git("tag", "-a", "-m", "x", "v2")
    clone.push("v1", "v2")
    clone.git("branch", "one")
    clone.git("branch", "-m", "one", "two")
    clone.git("branch", "-d", "two")
    clone.git("worktree", "add", "-q", "-b", "linked", str(clone.root / "linked"))
    clone.git("worktree", "remove", str(clone.root / "linked"))
    clone.git("checkout", "-q", "HEAD~2")
    clone.git("switch", "-q", "main")
    clone.git("gc", "-q")
    clone.git("bisect", "start", "HEAD", "HEAD~4")
    clone.git("bisect", "reset")
    clone.git("clone", "-q", str(clone.server), str(clone.root / "again"))


@pytest.mark.parametrize("again", [False, True])
def test_commits_by_tk_pass_its_own_doors(clone: Clone, again: bool) -> None:
    if again:
        clone.git("worktree", "add", "-q", "-b", "linked", str(clone.root / "linked"))
        clone = clone.at(clone.root / "linked")
    clone.ok("start", "a")
    clone.ok("note", "a", "half way")
    clone.ok("done", "a")
    clone.ok("config", "set", "depth", "4")
    clone.push("HEAD")
    assert clone.git("status", "--porcelain") == ""


def test_a_ledger_begins_in_a_repository_with_hooks(clone: Clone) -> None:
    fresh = clone.at(clone.root / "fresh")
    clone.git("init", "-q", "--template=", str(fresh.path))
    fresh.ok("hooks", "install")
    fresh.write("code.txt", "x")
    fresh.commit("code")
    fresh.ok("init")
    fresh.commit(first={"title": "First"})
    assert fresh.verified() == set()


def test_what_was_broken_without_hooks_is_mended_and_accepted(clone: Clone) -> None:
    clone.write(path_of("c"), (clone.path / path_of("c")).read_bytes() + b"# x\n")
    clone.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", "broken")
    broken = clone.oid()
    clone.git("revert", "--no-edit", "HEAD")
    code(clone, "goes on")
    said = clone.ok("accept", broken, "--reason", "a slip, mended at once").err
    followed(clone, said.strip().partition("has it: ")[2])
    clone.git("merge", "-q", "--no-edit", "origin/main")
    other = clone.copy(clone.root / "other")
    other.git("reset", "-q", "--hard", "origin/main")
    other.git("fetch", "-q", str(clone.path), "main")
    other.git("merge", "-q", "--ff-only", "FETCH_HEAD")
    other.push()


def test_several_branches_are_pushed_at_once(clone: Clone) -> None:
    """The hooks read up to eight lines by themselves, and leave the rest to another program."""
    code(clone, "more")
    for count in (8, 9):
        clone.push(*(f"main:refs/heads/of-{count}-{number}" for number in range(count)))
    assert clone.arrived().count("refs/heads/of-") == 17
