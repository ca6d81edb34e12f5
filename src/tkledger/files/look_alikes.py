"""Names that could be taken for the ledger's folder or for a task's file; it reads nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tkledger.core.layout import FOLDER
from tkledger.core.pattern import pattern
from tkledger.core.typing import TYPE_CHECKING
from tkledger.errors import unusable
from tkledger.git.objects import TreeEntry

if TYPE_CHECKING:
    from tkledger.core.snapshot import Entry

_MOST_ALIKE = 100
"""More names that look like the ledger's folder than anyone has by chance."""


_SHORT_NAME = pattern(r"tasks~[0-9]+\Z")
"""The second name that NTFS and FAT give ``.tasks``."""

_LETTERS = {
    ord(letter): plain
    for plain, letters in {
        ".": "\u0660\u06d4\u06f0\u0701\u0702\ua4f8",
        "t": "\u0442\u03c4\u1d1b",
        "a": "\u0430\u03b1\u0251\u1d00",
        "s": "\u0455\ua731\uff53",
        "k": "\u043a\u03ba\u1d0b\u0138",
    }.items()
    for letter in letters
}
"""Cyrillic, Greek and other letters that look like those of ``.tasks`` (Unicode's confusables)."""

_INVISIBLE = pattern("[\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]")
"""Characters that show nothing although they count as letters or symbols: the Hangul fillers, the blank
Braille pattern, and code points reserved to be ignored (Default_Ignorable_Code_Point).
"""


def alike(root: Iterable[TreeEntry]) -> tuple[str, ...]:
    """The names in a root folder that could be taken for the ledger's; raises TkError if too many."""
    found = tuple(entry.name for entry in root if looks_like_folder(entry.name))
    if len(found) > _MOST_ALIKE:
        raise unusable(
            "too-many-files",
            f"more than {_MOST_ALIKE} names look like {FOLDER}, such as {found[0]!a}",
            "rename them",
        )
    return found


def look_alike(name: str) -> dict[str, Entry]:
    """The entry of a name in the root folder that could be taken for ``.tasks``."""
    from tkledger.core import flaws
    from tkledger.core.snapshot import Flaw

    flaw = Flaw(flaws.LOOK_ALIKE, name, f"looks like {FOLDER}", f"rename {name!a}", name)
    return {f"{name}/": flaw}


def looks_like_folder(name: str) -> bool:
    """Whether a name is not ``.tasks`` but could be taken for it, by people or by a file system."""
    if name == FOLDER:
        return False
    if name.isascii() and name.isprintable() and "tasks" not in name.lower():
        return False  # nearly every name, so that what knows all letters need not be loaded
    # to NTFS what follows is a stream of the folder, to Windows a file in it
    folder = re.split(r"[:\\]", skeleton(name), maxsplit=1)[0].rstrip(". ")
    return folder.translate(_LETTERS) == FOLDER or bool(_SHORT_NAME.match(folder))


def skeleton(name: str) -> str:
    """A name without what people and some file systems do not distinguish: case, the form of the
    letters, invisible characters.
    """
    import unicodedata

    seen = "".join(
        letter
        for letter in _INVISIBLE.sub("", unicodedata.normalize("NFKC", name))
        if unicodedata.category(letter) not in ("Cf", "Mn", "Me", "Cc")
    )
    return unicodedata.normalize("NFKC", seen.casefold()).rstrip(". ")
