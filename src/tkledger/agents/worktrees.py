"""A checkout of its own for each task: where it lies, on which branch, and how it comes and goes.

Nothing is ever forced: a branch that is there is used, and what is not committed stays.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress

from tkledger.claims.elsewhere import branch_of
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import branch_name
from tkledger.core.trailers import lines
from tkledger.core.typing import NamedTuple
from tkledger.errors import unusable
from tkledger.git.errors import GitError
from tkledger.git.repo import Repo
from tkledger.local.store import TASK, Store

FOLDER_SETTING = "tk.worktrees"
"""Configuration of a clone: the folder that the checkouts lie in, from the top of the main one."""


class Worktree(NamedTuple):
    """The checkout of one task: its folder, and its branch as a full ref name."""

    path: str
    branch: str

    @property
    def short(self) -> str:
        """The branch as people say it."""
        return branch_name(self.branch)


def worktree_of(repo: Repo, config: Mapping[str, str], task: str) -> Worktree:
    """Where a task is worked on, whether or not there is a checkout already; on the branch that it has for
    itself, or as that is called by now.
    """
    branch = branch_of(config, task)
    there = checkouts(repo)
    if branch not in there:
        for place in made(repo).get(task, ()):
            if place.branch and repo.answers("rev-parse", "--verify", "--quiet", branch) is None:
                return place
    return Worktree(there.get(branch, os.path.join(folder_of(repo, config), task)), branch)


def folder_of(repo: Repo, config: Mapping[str, str]) -> str:
    """The folder that checkouts of tasks lie in, whether or not it exists."""
    main = _main_folder(repo, config)
    where = config.get(FOLDER_SETTING) or f"{main}.work"
    return os.path.normpath(os.path.join(main, os.path.expanduser(where)))


def _main_folder(repo: Repo, config: Mapping[str, str]) -> str:
    """The top of the main checkout; of a bare repository, its own folder."""
    if repo.top and repo.git_dir == repo.common_dir:
        return repo.top
    folder, base = os.path.split(repo.common_dir)
    if base == ".git":
        return folder
    if "core.worktree" in config:  # a submodule
        return os.path.normpath(os.path.join(repo.common_dir, config["core.worktree"]))
    # after git init --separate-git-dir git does not know where the main one is; a checkout of a task
    # lies in the folder for these
    around = os.path.dirname(repo.top or repo.common_dir)
    return around.removesuffix(".work") if around.endswith(".work") else repo.common_dir


def made(repo: Repo) -> dict[str, list[Worktree]]:
    """The checkouts that tk made, by their tasks: where each is now, on which branch; none if on no branch."""
    found: dict[str, list[Worktree]] = {}
    notes = os.path.join(repo.common_dir, "worktrees")
    for name in sorted(os.listdir(notes)) if os.path.isdir(notes) else ():
        folder = os.path.join(notes, name)
        task = (Store(folder).read(TASK) or b"").decode("ascii", "replace").strip()
        if task:
            # the name of the checkout's .git, from here if worktree.useRelativePaths is set
            path = os.path.dirname(os.path.normpath(os.path.join(folder, _line(folder, "gitdir"))))
            head = _line(folder, "HEAD")
            branch = head.removeprefix("ref: ") if head.startswith("ref: ") else ""
            if branch.endswith("/.invalid"):  # with reftable
                branch = next((there for where, there in _listed(repo) if where == path), "")
            found.setdefault(task, []).append(Worktree(path, branch))
    return found


def _line(folder: str, name: str) -> str:
    try:
        with open(os.path.join(folder, name), encoding="utf-8", errors="surrogateescape") as file:
            return file.read().rstrip("\n")
    except OSError:
        return ""


def checkouts(repo: Repo) -> dict[str, str]:
    """The folders of all checkouts, by the branch each is on."""
    return {branch: path for path, branch in _listed(repo) if branch}


def rebased(repo: Repo) -> dict[str, str]:
    """The folders of the checkouts in which a branch is being rebased: it moves when that is done."""
    found = {}
    for path in (path for path, branch in _listed(repo) if not branch and os.path.isdir(path)):
        folder = Repo(path).git_dir
        for name in ("rebase-merge", "rebase-apply"):
            with suppress(OSError, UnicodeDecodeError):
                with open(os.path.join(folder, name, "head-name"), encoding="utf-8") as file:
                    found[file.read().strip()] = path
    return found


def _listed(repo: Repo) -> list[tuple[str, str]]:
    """All checkouts, the main one first: the folder and the branch, empty if it is on none.

    Git takes the folder of the repository for the main checkout if that is not ``.git`` in it.
    """
    found: list[tuple[str, str]] = []
    out = repo.run("worktree", "list", "--porcelain").decode(errors="surrogateescape")
    for line in lines(out):
        word, _, value = line.partition(" ")
        if word == "worktree":
            found.append((value, ""))
        elif word == "branch":
            found[-1] = found[-1][0], value
    if found and found[0][0] == repo.common_dir and not repo.is_bare:
        found[0] = _main_folder(repo, repo.variables()), found[0][1]
    return found


def add(repo: Repo, place: Worktree, task: str, start: str = "HEAD") -> bool:
    """Make the checkout, from a commit or from where its branch is; whether the branch is new."""
    new = repo.answers("rev-parse", "--verify", "--quiet", place.branch) is None
    words = (
        ["--no-track", "-b", place.short, place.path, start] if new else [place.path, place.short]
    )
    try:
        repo.run("worktree", "add", "--quiet", *words, apart=True)
    except GitError as error:
        remedy = f"git worktree list, git branch --list {quoted(place.short)}"
        raise unusable("no-worktree", error.message, remedy) from None
    _tell_hooks(place, task)
    return new


def _tell_hooks(place: Worktree, task: str) -> None:
    """Tell the hooks which task this checkout is for, whatever its branch."""
    Store(Repo(place.path).git_dir).replace(TASK, data=f"{task}\n".encode("ascii"))


def undo(repo: Repo, place: Worktree, *, new: bool) -> None:
    """Take away a checkout that was made in vain; git keeps what holds any work."""
    repo.answers("worktree", "remove", place.path)
    _leave_no_empty(repo, place)
    if new:
        repo.answers("branch", "--delete", place.short)


def linked(repo: Repo) -> dict[str, str]:
    """The same as `checkouts`, without the main one, which cannot be removed."""
    return {branch: path for path, branch in _listed(repo)[1:] if branch}


def require_clean(repo: Repo, place: Worktree) -> None:
    """Raise TkError if the checkout of a task, if there is one, has anything that is not committed."""
    there = place.branch in checkouts(repo) and os.path.isdir(place.path)
    if there and Repo(place.path).run("status", "--porcelain"):
        fact = f"{place.path} holds what is not committed"
        raise unusable("dirty", fact, f"git -C {quoted(place.path)} status")


def drop(repo: Repo, place: Worktree) -> None:
    """Take away the checkout of a task, if there is nothing in it that is not committed."""
    if place.branch not in checkouts(repo):
        fact = f"there is no checkout of {place.short}"
        raise unusable("no-worktree", fact, "git worktree list")
    try:
        repo.run("worktree", "remove", place.path, apart=True)
    except GitError as error:
        words = error.message.removeprefix("git worktree: ")
        if "locked working tree" in words:
            way = f"git worktree unlock {quoted(place.path)}"
            raise unusable("locked", f"{place.path} is locked", way) from None
        raise unusable("dirty", words, f"git -C {quoted(place.path)} status") from None
    _leave_no_empty(repo, place)


def _leave_no_empty(repo: Repo, place: Worktree) -> None:
    """Remove the folder for checkouts with the last of them, if tk chose it."""
    config = repo.variables()
    folder = os.path.dirname(place.path)
    if FOLDER_SETTING not in config and folder == folder_of(repo, config):
        with suppress(OSError):  # there is more in it
            os.rmdir(folder)
