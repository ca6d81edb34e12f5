"""Installs, chains, restores and describes the hook scripts; what they judge is the gate's matter."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

import tkledger
from tkledger.doors.validated import Baseline
from tkledger.errors import unusable
from tkledger.git.repo import Repo
from tkledger.local.store import replace

CLIENT = (
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "reference-transaction",
    "pre-push",
)
SERVER = ("pre-receive", "post-receive")

MARK = "# tk-hook "
BEFORE = ".before-tk"
"""What the name of a hook that was there before ends with, while ours stands in its place."""


class HookState(NamedTuple):
    """One hook: where it lies, whether it is ours and as this tk writes it, whether git will run
    it, and whether another hook is chained behind it.
    """

    name: str
    path: str
    ours: bool
    current: bool
    executable: bool
    chained: bool


def install(repo: Repo, *, server: bool = False) -> list[HookState]:
    """Put the hooks in place, a hook that is there already behind ours. Doing it again renews them."""
    if server is not repo.is_bare:
        fact = "server hooks belong into a bare repository, the others into a clone"
        raise unusable("not-bare", fact, "tk hooks install" + ("" if server else " --server"))
    folder = _folder(repo)
    os.makedirs(folder, exist_ok=True)
    script = _script()
    for name in _names(server):
        path = os.path.join(folder, name)
        if os.path.lexists(path) and not is_ours(path):
            if os.path.lexists(path + BEFORE):
                raise unusable(
                    "two-hooks",
                    f"{path} was put over tk's, and {name}{BEFORE} lies beside it",
                    f"join the two into {name}{BEFORE}, take {name} away, then tk hooks install",
                )
            os.rename(path, path + BEFORE)
        replace(path, script.encode(), mode=0o755)  # git runs only what is executable
    if server:
        repo.run("config", "receive.fsckObjects", "true")  # git refuses what it cannot have written
        Baseline(repo).begin()
    else:
        repo.run("config", "merge.tk.name", "task files, field by field")
        repo.run("config", "merge.tk.driver", _driver())
    return status(repo, server=server)


def uninstall(repo: Repo, *, server: bool = False) -> list[str]:
    """Take our hooks away and put back those that were there before; names what was restored."""
    folder = _folder(repo)
    restored = []
    for name in _names(server):
        path = os.path.join(folder, name)
        if is_ours(path):
            os.unlink(path)
        if os.path.lexists(path + BEFORE) and not os.path.lexists(path):
            os.rename(path + BEFORE, path)
            restored.append(name)
    if not server:
        repo.answers("config", "--remove-section", "merge.tk")
    return restored


def status(repo: Repo, *, server: bool = False) -> list[HookState]:
    """How each hook stands."""
    folder = _folder(repo)
    script = _script()
    found = []
    for name in _names(server):
        path = os.path.join(folder, name)
        found.append(
            HookState(
                name,
                path,
                is_ours(path),
                _read(path) == script,
                os.access(path, os.X_OK),
                os.access(path + BEFORE, os.X_OK),
            )
        )
    return found


def _names(server: bool) -> tuple[str, ...]:
    return SERVER if server else CLIENT


def _folder(repo: Repo) -> str:
    """The folder git runs hooks from, in every worktree alike."""
    configured = repo.answers("config", "--path", "core.hooksPath")
    if configured is None:
        return os.path.join(repo.common_dir, "hooks")
    if not os.path.isabs(configured):
        where = os.path.join(repo.top or repo.git_dir, configured)
        raise unusable(
            "relative-hooks",
            f"core.hooksPath is {configured}, which in another worktree is another folder",
            f'git config core.hooksPath "{where}", then tk hooks install',
        )
    return configured


def _driver() -> str:
    """The command of git's merge driver; -I for the same reason as in the hook script."""
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    code += "from tkledger.merging.driver import main; sys.exit(main(sys.argv[1:]))"
    return f"'{_quoted(sys.executable)}' -I -c '{code}' '{_quoted(_package())}' %O %A %B %P"


def _package() -> str:
    """The folder that tkledger is imported from."""
    return os.path.dirname(os.path.dirname(os.path.abspath(tkledger.__file__)))


def _script() -> str:
    source = os.path.join(os.path.dirname(__file__), "hook.sh")
    with open(source, encoding="utf-8") as file:
        text = file.read()
    return text.replace("@PYTHON@", _quoted(sys.executable)).replace(
        "@PACKAGE@", _quoted(_package())
    )


def _quoted(path: str) -> str:
    """A path within the single quotes of a shell."""
    return path.replace("'", "'\\''")


def is_ours(path: str) -> bool:
    """Whether a hook is one that tk wrote."""
    return not os.path.islink(path) and f"\n{MARK}" in (_read(path) or "")


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1 << 16)
    except (FileNotFoundError, IsADirectoryError):
        return None
