"""Where the hooks of a repository are, and those of other tools; it does not know what hooks judge."""

from __future__ import annotations

import os
from contextlib import suppress

from tkledger.core.quoting import quoted
from tkledger.core.typing import NamedTuple
from tkledger.doors import script
from tkledger.doors.script import BEFORE, CHAINED, CLIENT, UNUSED, command
from tkledger.errors import TkError, unusable
from tkledger.git.repo import Repo
from tkledger.local.store import HOOKS, Store

HOOKS_PATH = "core.hooksPath"
OTHERS = "tk.hooksPath"
"""In git's configuration of a clone: core.hooksPath as it was before tk had its own hooks run."""


class Folders(NamedTuple):
    """The folder for tk's hooks, and that of the hooks which run after them under their own names;
    without one they are next to tk's.
    """

    folder: str
    others: str = ""


def folders(repo: Repo) -> Folders:
    """Where the hooks of tk are to be, in every worktree alike.

    If core.hooksPath is another tool's, tk has a folder of its own: what lies in that one is written by
    the tool, or committed, and a hook there may go by its own name and folder. Raises TkError if
    core.hooksPath of a bare repository is relative.
    """
    configured = repo.variables().get(HOOKS_PATH.lower())
    folder = repo.hooks_folder
    if configured is None:
        return Folders(folder)
    if repo.is_bare:
        if not os.path.isabs(folder):
            raise _relative(repo, folder)
        return Folders(folder)
    own, known = own_folder(repo), repo.variables().get(OTHERS.lower())
    # the repository may have been moved
    if folder == own or (known and folder.endswith(own.removeprefix(repo.common_dir))):
        return Folders(own, os.path.expanduser(known or ""))
    if os.path.isabs(folder) and all(is_ours(os.path.join(folder, name)) for name in CLIENT):
        return Folders(folder)
    return Folders(own, folder)


def own_folder(repo: Repo) -> str:
    """The folder that only tk writes hooks to."""
    return Store(repo.common_dir).path(HOOKS)


def take(repo: Repo, where: Folders) -> None:
    """Let git run the hooks in a place, and note which it ran before."""
    configured = repo.variables().get(HOOKS_PATH.lower())
    if configured in (None, where.folder):
        return
    if where.others == os.path.expanduser(configured or ""):
        repo.configure(OTHERS, configured)
    repo.configure(HOOKS_PATH, where.folder)


def give_back(repo: Repo, where: Folders) -> None:
    """Let git run the hooks again that it ran before tk's."""
    with suppress(OSError):  # it is empty, or not there
        os.rmdir(own_folder(repo))
    before = repo.variables().get(OTHERS.lower())
    if where.folder != own_folder(repo) or before is None:
        return
    repo.configure(HOOKS_PATH, None)
    # unless it is the user's for all repositories
    if repo.variables().get(HOOKS_PATH.lower()) != before:
        repo.configure(HOOKS_PATH, before)
    repo.configure(OTHERS, None)


def current(repo: Repo) -> Folders:
    """Where git looks for hooks in this checkout, whatever is there."""
    where = folders(repo)
    folder = _seen(repo, repo.hooks_folder)
    return Folders(folder, where.others if folder == where.folder else "")


def _seen(repo: Repo, folder: str) -> str:
    return os.path.join(repo.top or repo.git_dir, folder)


def script_path(folder: str, name: str) -> str:
    """Where tk's hook of a name is, or is to be: behind the hook of a tool that runs it from there, or
    in its place.
    """
    path = os.path.join(folder, name)
    chained = path + CHAINED
    return chained if not is_ours(path) and os.path.lexists(path) and is_ours(chained) else path


def previous(where: Folders, name: str) -> str:
    """Where the hook is that runs after tk's."""
    return os.path.join(where.others, name) if where.others else _before(where.folder, name)


def make_way(folder: str, name: str, server: bool) -> str:
    """Set aside a hook that is where tk's is to be; the path for tk's.

    Raises TkError if it took the place of a hook of tk's that already ran another one.
    """
    path, before = script_path(folder, name), _before(folder, name)
    if os.path.lexists(path) and not is_ours(path):
        if os.path.lexists(before) and not same_tool(path, before):
            raise unusable(
                "two-hooks",
                f"{path} replaced tk's hook, and {name}{BEFORE} already exists",
                f"join the two into {name}{BEFORE}, remove {name}, then"
                f" {command('install', server=server)}",
            )
        os.replace(path, before)
    _drop_unused(folder, name)
    return path


def restore(folder: str, name: str) -> bool:
    """Remove tk's hook and put back the one that was there before; whether there was one."""
    path, before = script_path(folder, name), _before(folder, name)
    if is_ours(path):
        os.unlink(path)
    _drop_unused(folder, name)
    if not os.path.lexists(before):
        return False
    if os.path.lexists(path):
        if same_tool(path, before):  # the tool has put the same hook in place again
            os.unlink(before)
        return False
    if same_tool(os.path.join(folder, name), before):
        os.unlink(before)
        return False
    os.rename(before, path)
    return True


def _before(folder: str, name: str) -> str:
    return os.path.join(folder, name) + BEFORE


def _drop_unused(folder: str, name: str) -> None:
    """Remove tk's hook where a tool has put it aside: it would not put aside another."""
    path = os.path.join(folder, name) + UNUSED
    if is_ours(path):
        os.unlink(path)


def same_tool(one: str, other: str) -> bool:
    """Whether two hooks are alike, or written by the same tool."""
    first, second = read(one) or "", read(other) or ""
    return first == second or script.tool_of(first) == script.tool_of(second) != ""


def is_ours(path: str) -> bool:
    """Whether a hook is one that tk wrote."""
    return not os.path.islink(path) and script.has_mark(read(path) or "")


def read(path: str) -> str | None:
    """The text of a hook; None if there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1 << 16)
    except (FileNotFoundError, IsADirectoryError):
        return None


def _relative(repo: Repo, folder: str) -> TkError:
    return unusable(
        "relative-hooks",
        f"core.hooksPath is {folder}, which depends on the folder that git is run in",
        f"git config core.hooksPath {quoted(_seen(repo, folder))}, then tk hooks install --server",
    )
