"""Installs and removes the hooks, and says how they are; it does not know what they judge."""

from __future__ import annotations

import os
import sys

from tkledger.core.change import Violation
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import HEADS
from tkledger.core.typing import NamedTuple
from tkledger.doors import places, script
from tkledger.doors.places import is_ours
from tkledger.doors.script import CLIENT, SERVER, command
from tkledger.doors.validated import ValidatedTips
from tkledger.errors import TkError, unusable
from tkledger.git import refs
from tkledger.git.repo import Repo
from tkledger.local.python import PACKAGE
from tkledger.local.store import NO_HOOKS, make_folder, replace

DRIVER = "merge.tk.driver"
"""Configuration of a clone: the command that merges task files."""


class HookState(NamedTuple):
    """One hook: where it is, whether tk wrote it, and this tk, whether git will run it, whether a
    previously installed hook is run from it, and the tool whose hook is in its place and does not run it.
    """

    name: str
    path: str
    ours: bool
    current: bool
    executable: bool
    chained: bool
    tool: str = ""


class Installed(NamedTuple):
    """The hooks as they are now; and what breaks the rules of the commits that a server had before
    its first hooks, which stay, and are taken as validated.
    """

    hooks: list[HookState]
    violations: tuple[Violation, ...] = ()


def install(repo: Repo, *, server: bool = False) -> Installed:
    """Write the hooks, which run any previously installed ones; repeat it to renew them.

    The first time, a server judges its branches and tags and takes them as validated; never again,
    or whatever came in past the hooks would become known by renewing them.

    Raises TkError if hooks of that kind do not belong in this repository, if another tool replaced a
    hook of tk's that already ran a previous one, if core.hooksPath of a server is relative, or if its
    HEAD names no branch.
    """
    require_kind(repo, "install", server=server)
    missing = missing_head_branch(repo) if server else None
    if missing is not None:
        raise missing
    where = places.folders(repo)
    make_folder(where.folder, repo.common_dir)
    for name in _names(server):
        path = places.make_way(where.folder, name, server)
        data = _script(name, where).encode()
        replace(path, data, mode=0o755)  # git runs only what is executable
    places.take(repo, where)
    if server:
        repo.run("config", "receive.fsckObjects", "true")  # git rejects malformed objects
        found = _begun(repo)
        from tkledger.doors.published import publish

        publish(repo)
        return Installed(status(repo), found)
    if NO_HOOKS in repo.variables():
        repo.answers("config", "--unset-all", NO_HOOKS)
    repo.run("config", "merge.tk.name", "task files, field by field")
    repo.run("config", DRIVER, script.driver(sys.executable, PACKAGE))
    return Installed(status(repo))


def require_kind(repo: Repo, action: str, *, server: bool) -> None:
    """Raise TkError if ``tk hooks`` is asked to do this with hooks that do not belong in this repository."""
    if server is not repo.is_bare:
        fact = "server hooks belong in a bare repository, the others in a clone"
        raise unusable("not-bare", fact, command(action, server=repo.is_bare))


def decline(repo: Repo) -> None:
    """Note that this clone is to have no hooks, so that no command asks for them."""
    repo.run("config", NO_HOOKS, "false")


def missing_head_branch(repo: Repo) -> TkError | None:
    """The error if a server has branches but HEAD names none of them: anyone who created that branch
    would choose the policy.
    """
    branches = refs.listed(repo, "refs/heads")
    if not branches or repo.head_ref in branches:
        return None
    names = "names a commit" if repo.is_detached else f"names {repo.head_ref}, which does not exist"
    fact = f"HEAD {names}: the policy that counts here is that of the branch which HEAD names"
    only = next(iter(branches)) if len(branches) == 1 else f"{HEADS}BRANCH"
    return unusable("no-branch", fact, f"git symbolic-ref HEAD {quoted(only)}")


def _begun(repo: Repo) -> tuple[Violation, ...]:
    """Take what a server has as validated, if nothing is yet; what of it breaks the rules."""
    validated = ValidatedTips(repo)
    if validated.has_begun:
        return ()
    from tkledger.doors.judged import judge_present

    present = validated.present()
    found = judge_present(repo, present)
    validated.begin(present)
    return found


def uninstall(repo: Repo, *, server: bool = False) -> list[str]:
    """Remove our hooks and restore the previous ones; returns the names of those restored.

    Raises TkError if none of that kind are installed, and this repository is of the other kind.
    """
    where = places.folders(repo)
    folders = dict.fromkeys([where.folder, os.path.join(repo.common_dir, "hooks")])
    found = [(one, name) for one in folders for name in _names(server)]
    if not any(is_ours(places.script_path(*one)) for one in found):
        require_kind(repo, "uninstall", server=server)
    restored = [name for one, name in found if places.restore(one, name)]
    places.give_back(repo, where)
    if not server:
        repo.answers("config", "--remove-section", "merge.tk")
        decline(repo)
    return restored


def status(repo: Repo) -> list[HookState]:
    """The state of each hook that belongs in this repository."""
    where = places.current(repo)
    return [_state(repo, where, name) for name in _names(repo.is_bare)]


def _state(repo: Repo, where: places.Folders, name: str) -> HookState:
    path = places.script_path(where.folder, name)
    text = places.read(path)
    return HookState(
        name,
        path,
        is_ours(path),
        text in (_script(name, where), script.hook(name)),
        os.access(path, os.X_OK),
        os.access(os.path.join(repo.top or "", places.previous(where, name)), os.X_OK),
        script.tool_of(text or ""),
    )


def _names(server: bool) -> tuple[str, ...]:
    return SERVER if server else CLIENT


def _script(name: str, where: places.Folders) -> str:
    return script.hook(name, sys.executable, PACKAGE, where.others)


def outdated(state: HookState) -> bool:
    """Whether a hook is of an older tk, which enters this one under a name that will be dropped."""
    return state.ours and script.is_old(places.read(state.path) or "")
