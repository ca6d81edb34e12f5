"""The errors of git: its own words and a remedy, or a lost race; no command is known here."""

from __future__ import annotations

from tkledger.core.quoting import quoted
from tkledger.core.trailers import lines

LOOK = "git status"
"""The remedy if git's words are not known here."""


class GitError(Exception):
    """A git command failed: its own words, and what to do about it."""

    is_outside = False
    """Whether the folder is in no repository at all."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Locked(GitError):
    """Another git held a lock for longer than tk waits: safe to try again."""

    def __init__(self, words: str) -> None:
        first = lines(words)[0].removeprefix("fatal: ")
        super().__init__(first, "run it again; if no git is running, a killed one left this file")


class RefMoved(Exception):
    """A ref was not moved: it no longer names what was read."""


def failed(command: str, words: str, git_folder: str) -> GitError:
    """The error for a git command that ended with ``words`` on stderr."""
    fact = f"git {command}: {words.removeprefix('fatal: ')}"
    if "Permission denied" in words or "insufficient permission" in words:
        from tkledger.git.permissions import denied_in

        found = denied_in(git_folder)
        if found is not None:
            return GitError(f"{fact}; {found.fact}", found.remedy)
        return GitError(fact, _NOT_WRITABLE)
    return GitError(fact, next((way for one, way in _WAYS.items() if one in words), LOOK))


_NOT_WRITABLE = "make the repository writable for you and run it again; nothing was changed"

_WAYS = {
    "No space left": "make room on the disk and run it again; nothing was changed",
    "Read-only": _NOT_WRITABLE,
}
"""What to do about git's words on stderr."""


def not_readable(words: str, folder: str) -> GitError:
    """The error for a folder in which git finds no repository that it reads."""
    if "dubious ownership" in words:
        return GitError(
            f"{folder} belongs to another user, so git does not read it",
            f"git config --global --add safe.directory {quoted(folder)}",
        )
    if "not a git repository" in words:
        error = GitError(
            f"{folder} is not in a git repository",
            "git init, or give the folder of a repository: -C PATH",
        )
        error.is_outside = True
        return error
    return GitError(words.strip().removeprefix("fatal: ") or "git cannot be read", LOOK)
