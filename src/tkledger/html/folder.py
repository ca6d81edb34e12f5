"""The folder that a page is written into: nothing there is replaced that was not written by this."""

from __future__ import annotations

import os
from collections.abc import Iterator
from stat import S_ISREG

from tkledger.core.layout import FOLDER
from tkledger.core.quoting import quoted
from tkledger.errors import usage_error
from tkledger.git.repo import is_git_folder
from tkledger.html.document import is_written_here
from tkledger.local.store import replace

NAME = "index.html"
_LONGEST = 1 << 28
"""The bytes of a page are fewer."""


def place(folder: str) -> str:
    """Where the page in a folder is. Raises TkError, USAGE, if something else is there."""
    if FOLDER in os.path.realpath(folder).casefold().split(os.sep):
        fact = f"{folder} is in a ledger, where nothing but tasks may lie"
        raise usage_error("ledger", fact, "tk page -o FOLDER")
    if any(map(is_git_folder, _upwards(folder))):
        fact = f"{folder} is in git's own folder"
        raise usage_error("git-folder", fact, "tk page -o FOLDER")
    path = os.path.join(folder, NAME)
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise usage_error("exists", f"{folder} is not a folder", "tk page -o FOLDER")
    if os.path.lexists(path) and not _is_page(path):
        fact = f"{path} was not written by tk page, or was changed since"
        raise usage_error("exists", fact, f"tk page -o {quoted(f'{folder}-page')}")
    return path


def write(path: str, page: bytes) -> None:
    """Write the page to its `place`, atomically: who opens it meanwhile sees the old one or the new one."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    replace(path, page)


def _upwards(folder: str) -> Iterator[str]:
    """The folder itself, and those that it is in."""
    path, below = os.path.realpath(folder), ""
    while path != below:
        yield path
        path, below = os.path.dirname(path), path


def _is_page(path: str) -> bool:
    found = os.lstat(path)
    if not S_ISREG(found.st_mode) or found.st_size > _LONGEST:
        return False
    with open(path, "rb") as file:
        return is_written_here(file.read())
