"""Ways of committing and of rewriting: rows of the table."""

from __future__ import annotations

from functools import partial

import dulwich.porcelain
import git as gitpython

from tests.support.bypass.table import PC, PCM, PUSH, RT, each, row
from tests.support.clone import Clone, Refused, text_of
from tkledger.core.layout import FOLDER, path_of


def plain(clone: Clone, to: str, *options: str, config: tuple[str, ...] = ()) -> None:
    clone.edit("a", state=to)
    clone.git(*config, "commit", "-q", "-a", *options, "-m", "x")


def without_hooks_path(clone: Clone, to: str) -> None:
    plain(clone, to, config=("-c", "core.hooksPath=/dev/null"))


def by_update_ref(clone: Clone, to: str) -> None:
    clone.git("update-ref", "refs/heads/main", clone.dangling(a={"state": to}))


def by_ref_file(clone: Clone, to: str) -> None:
    ref = clone.path / ".git/refs/heads/main"
    ref.write_text(clone.dangling(a={"state": to}) + "\n")


def by_fast_import(clone: Clone, to: str) -> None:
    data = text_of("a", title="Task a", state=to, creator=clone.task("a").creator)
    stream = (
        b"commit refs/heads/main\ncommitter T <t@example.org> 1700000000 +0000\ndata 1\nx"
        b"\nfrom refs/heads/main^0\nM 100644 inline .tasks/a.yaml\ndata %d\n%s\n"
    )
    clone.git("fast-import", "--quiet", stdin=stream % (len(data), data))


def by_gitpython(clone: Clone, to: str, skip: bool) -> None:
    clone.edit("a", state=to)
    repo = gitpython.Repo(clone.path)
    repo.index.add([path_of("a")])
    try:
        repo.index.commit("x", skip_hooks=skip)
    except gitpython.HookExecutionError as error:  # it runs pre-commit by itself
        raise Refused(f"{PC}: {error}") from None
    finally:
        repo.close()


def by_dulwich(clone: Clone, to: str) -> None:
    clone.edit("a", state=to)
    dulwich.porcelain.add(str(clone.path), paths=[str(clone.path / path_of("a"))])
    dulwich.porcelain.commit(str(clone.path), message=b"x", author=b"t <t@x>", no_verify=True)


def by_partial_commit(clone: Clone, to: str) -> None:
    clone.edit("a", state="blocked", wait={"reason": "other"})
    clone.git("add", "-A")
    clone.edit("a", state=to, wait=None)
    clone.git("commit", "-q", "-m", "x", "--", path_of("a"))


def by_commit_all(clone: Clone, to: str) -> None:
    clone.edit("a", state="in_progress")
    clone.git("add", "-A")
    clone.edit("a", state=to)
    clone.git("commit", "-q", "-a", "-m", "x")


def by_am(clone: Clone, to: str) -> None:
    clone.git("am", "-q", stdin=patch_of(clone, to))


def patch_of(clone: Clone, to: str) -> str:
    return clone.git("format-patch", "-1", "--stdout", clone.dangling(a={"state": to})) + "\n"


def by_apply(clone: Clone, to: str) -> None:
    clone.git("apply", "--index", stdin=patch_of(clone, to))
    clone.git("commit", "-q", "-n", "-m", "x")


def by_stash(clone: Clone, to: str) -> None:
    clone.edit("a", state=to)
    clone.git("stash", "-q")
    clone.git("stash", "apply", "-q")
    clone.git("commit", "-q", "-a", "-n", "-m", "x")


def by_reset(clone: Clone, to: str) -> None:
    clone.git("reset", "-q", "--hard", clone.dangling(a={"state": to}))


def by_branch_force(clone: Clone, to: str) -> None:
    made = clone.dangling(a={"state": to})
    clone.git("switch", "-q", "-c", "side")
    clone.git("branch", "-f", "main", made)


def by_checkout_b(clone: Clone, to: str) -> None:
    clone.git("checkout", "-q", "-B", "main", clone.dangling(a={"state": to}))


def by_fast_forward(clone: Clone, to: str) -> None:
    clone.git("merge", "-q", "--ff-only", clone.dangling(a={"state": to}))


def by_fetch(clone: Clone, to: str) -> None:
    other = clone.copy(clone.root / "other")
    other.hooks_off().commit(a={"state": to})
    clone.git("fetch", "-q", str(other.path), "main")
    clone.git("merge", "-q", "--ff-only", "FETCH_HEAD")


def by_fetch_refspec(clone: Clone, to: str) -> None:
    other = clone.copy(clone.root / "other")
    other.hooks_off().commit(a={"state": to})
    clone.git("switch", "-q", "-c", "side")
    clone.git("fetch", "-q", str(other.path), "main:main")


def by_known_branch(clone: Clone, to: str) -> None:
    """The bad branch was made while the hooks were off; forwarding to it shows nothing new."""
    (clone.path / ".git/refs/heads/bad").write_text(clone.dangling(a={"state": to}) + "\n")
    clone.git("merge", "-q", "--ff-only", "bad")


def by_remote(clone: Clone, to: str) -> None:
    """Another remote's branch is known too; but not to the server that one pushes to."""
    other = clone.copy(clone.root / "other")
    other.hooks_off().commit(a={"state": to})
    clone.git("remote", "add", "fork", str(other.path))
    clone.git("pull", "-q", "--ff-only", "fork", "main")


def by_merge_of_a_bad_branch(clone: Clone, to: str) -> None:
    made = clone.dangling(a={"state": to})
    clone.write("code.txt", "other\n")
    clone.commit()
    clone.git("merge", "-q", "--no-ff", "-m", "x", made)


def detached(clone: Clone, to: str) -> None:
    clone.git("switch", "-q", "--detach")
    plain(clone, to, "-n")
    clone.git("branch", "-f", "main", "HEAD")


def in_worktree(clone: Clone, to: str) -> None:
    tree = clone.root / "linked"
    clone.git("worktree", "add", "-q", "-b", "linked", str(tree))
    (tree / path_of("a")).write_bytes(
        text_of("a", title="Task a", state=to, creator=creator(clone))
    )
    (tree / "sub").mkdir()
    clone.git("commit", "-q", "-a", "-m", "x", cwd=tree / "sub")


def creator(clone: Clone) -> str | None:
    return clone.task("a").creator


def worktree_add(clone: Clone, to: str) -> None:
    made = clone.dangling(a={"state": to})
    clone.git("worktree", "add", "-q", "-b", "linked", str(clone.root / "linked"), made)


def from_subfolder(clone: Clone, to: str) -> None:
    clone.edit("a", state=to)
    clone.git("commit", "-q", "-a", "-m", "x", cwd=clone.path / FOLDER)


def new_branch(clone: Clone, to: str) -> None:
    clone.git("branch", "topic", clone.dangling(a={"state": to}))


def tag(clone: Clone, to: str) -> None:
    clone.git("tag", "-a", "-m", "x", "v1", clone.dangling(a={"state": to}))


def one_of_several(clone: Clone, to: str) -> None:
    clone.git("branch", "good", clone.dangling(b={"state": "in_progress"}))
    clone.git("tag", "v1", clone.dangling(a={"state": to}))
    clone.git("branch", "also", clone.dangling(c={"state": "in_progress"}))


def forged_trailer(clone: Clone, to: str) -> None:
    plain(clone, to, "-m", f"Tk-Event: start\nTk-Actor: root\nTk-Transition: a todo->{to}")


each("plain commit", plain, PC)
each("--no-verify", lambda clone, to: plain(clone, to, "-n"), PCM)
each("-c core.hooksPath=", without_hooks_path, PUSH)
each("commit-tree and update-ref", by_update_ref, RT)
each("a ref's file by hand", by_ref_file, PUSH)
each("fast-import", by_fast_import, RT)
each("GitPython", partial(by_gitpython, skip=False), PC)
each("GitPython without hooks", partial(by_gitpython, skip=True), PUSH)
each("dulwich", by_dulwich, PUSH)
each("a path of another index", by_partial_commit, PC)
each("commit -a over what is staged", by_commit_all, PC)
each("am", by_am, RT)
each("apply --index", by_apply, PCM)
each("stash apply", by_stash, PCM)
each("reset --hard", by_reset, RT)
each("branch -f", by_branch_force, RT)
each("checkout -B", by_checkout_b, RT)
each("fast-forward", by_fast_forward, RT)
each("fast-forward of what was fetched", by_fetch, RT)
each("fetch into a branch", by_fetch_refspec, RT)
each("fast-forward to a branch made without hooks", by_known_branch, PUSH)
each("pull from another remote", by_remote, PUSH)
each("merge of a bad branch", by_merge_of_a_bad_branch, RT)
each("on a detached HEAD", detached, PCM)
each("in a linked worktree's folder", in_worktree, PC, pushed=("linked",))
each("worktree add", worktree_add, RT, pushed=("linked",))
each("from a folder", from_subfolder, PC)
each("a new branch", new_branch, RT, pushed=("topic",))
each("a tag", tag, PUSH, pushed=("v1",))
each("one bad ref of several", one_of_several, PUSH, pushed=("good", "also", "v1"))
each("forged trailers", forged_trailer, PC)


# -- ways of rewriting -----------------------------------------------------------------------


def steps(clone: Clone, *states: str) -> None:
    for state in states:
        clone.commit(f"to {state}", a={"state": state})


def amend(clone: Clone, to: dict[str, object]) -> None:
    steps(clone, "in_progress")
    clone.edit("a", **to)
    clone.git("commit", "-q", "--amend", "-a", "--no-edit")


def merge_squash(clone: Clone, *states: str) -> None:
    clone.git("switch", "-q", "-c", "side")
    steps(clone, *states)
    clone.git("switch", "-q", "main")
    clone.git("merge", "-q", "--squash", "side")
    clone.git("commit", "-q", "-m", "x")


def soft_reset(clone: Clone, *states: str) -> None:
    steps(clone, *states)
    clone.git("reset", "-q", "--soft", f"HEAD~{len(states)}")
    clone.git("commit", "-q", "-m", "x")


def rebase(clone: Clone, script: str, *states: str) -> None:
    steps(clone, *states)
    env = {"GIT_SEQUENCE_EDITOR": f"sed -i -e '{script}'", "GIT_EDITOR": "true"}
    clone.git("rebase", "-q", "-X", "theirs", "-i", f"HEAD~{len(states)}", env=env)


def cherry_pick(clone: Clone, count: int, *options: str) -> None:
    clone.git("switch", "-q", "-c", "side")
    steps(clone, *("in_progress", "in_review", "done")[:count])
    clone.git("switch", "-q", "main")
    clone.git("cherry-pick", "-X", "theirs", *options, "side")
    if options:
        clone.git("commit", "-q", "-n", "-m", "x")


def revert(clone: Clone, **fields: object) -> None:
    clone.commit(a=fields)
    clone.git("revert", "--no-edit", "HEAD")


def back_again(clone: Clone, to: str) -> None:
    steps(clone, "in_progress")
    clone.edit("a", state=to, wait={"reason": "user"} if to == "blocked" else None)
    clone.git("commit", "-q", "-a", "-m", "x")


def no_owner(clone: Clone) -> None:
    amend(clone, {"owner": "bob"})


row("amend into a jump", lambda c: amend(c, {"state": "done"}), RT, "TK201", no_owner)
row(
    "a step back, which an amend might be",
    lambda c: back_again(c, "todo"),
    RT,
    "TK201",
    lambda c: back_again(c, "blocked"),
)
for name, how, door in (("merge --squash", merge_squash, PC), ("reset --soft", soft_reset, PC)):
    row(
        name,
        lambda c, how=how: how(c, "in_progress", "done"),
        door,
        "TK201",
        lambda c, how=how: how(c, "in_progress"),
    )
for word in ("squash", "fixup"):
    row(
        f"rebase with {word}",
        lambda c, word=word: rebase(c, f"2s/pick/{word}/", "in_progress", "done"),
        RT,
        "TK201",
        lambda c: rebase(c, "s/pick/reword/", "in_progress", "done"),
    )
row(
    "rebase that drops a step",
    lambda c: rebase(c, "1d", "in_progress", "in_review", "done"),
    PCM,
    "TK201",
    lambda c: rebase(c, "2d", "in_progress", "in_review", "done"),
)
row("cherry-pick", lambda c: cherry_pick(c, 3), PCM, "TK201", lambda c: cherry_pick(c, 1))
row(
    "cherry-pick -n",
    lambda c: cherry_pick(c, 3, "-n"),
    PCM,
    "TK201",
    lambda c: cherry_pick(c, 1, "-n"),
)
row(
    "revert of a move",
    lambda c: revert(c, state="in_progress"),
    RT,
    "TK201",
    lambda c: revert(c, priority=1),
)
