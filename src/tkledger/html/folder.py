"""The folder that a page is written into: nothing there is replaced that was not written by this."""

from __future__ import annotations

import os
from stat import S_ISREG

from tkledger.core.layout import FOLDER
from tkledger.core.quoting import quoted
from tkledger.errors import usage_error
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
    path = os.path.join(folder, NAME)
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise usage_error("exists", f"{folder} is not a folder", "tk page -o FOLDER")
    if os.path.lexists(path) and not _is_page(path):
        fact = f"{path} was not written by tk page, or was changed since"
        raise usage_error("exists", fact, f"tk page -o {quoted(f'{folder}-page')}")
    return path


def write(folder: str, page: bytes) -> str:
    """Write the page, atomically: who opens it meanwhile sees the old one or the new one. Its path."""
    path = place(folder)
    os.makedirs(folder, exist_ok=True)
    replace(path, page)
    return path


def _is_page(path: str) -> bool:
    found = os.lstat(path)
    if not S_ISREG(found.st_mode) or found.st_size > _LONGEST:
        return False
    with open(path, "rb") as file:
        return is_written_here(file.read())
