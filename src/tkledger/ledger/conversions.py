"""Attributes by which git keeps other bytes in the checkout than were committed: whether task files have any."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from tkledger.core.layout import FOLDER
from tkledger.core.quoting import quoted
from tkledger.core.trailers import lines
from tkledger.errors import unusable
from tkledger.git.repo import Repo
from tkledger.ledger.checkout import attributes

ENCODING = "working-tree-encoding"
"""With this one, git would take what a move writes for text in another encoding."""

CONVERSIONS = ("filter", "ident", ENCODING)

PLAIN = f"/{FOLDER}/** -filter -ident !working-tree-encoding"
"""The line of attributes that turns them off; git takes no ``-working-tree-encoding``."""


def found(repo: Repo, paths: Iterable[str], *more: str) -> dict[str, dict[str, str]]:
    """By path, the values of these attributes, and of ``more``, as git has them here."""
    names = "".join(f"{path}\0" for path in paths).encode(errors="surrogateescape")
    out = repo.run("check-attr", "-z", "--stdin", *CONVERSIONS, *more, stdin=names)
    fields = out.decode(errors="surrogateescape").split("\0")
    values: dict[str, dict[str, str]] = {}
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3]):
        values.setdefault(path, {})[name] = value
    return values


def active(values: Mapping[str, str]) -> list[str]:
    """Those of a path's attributes that change its file on checkout, or stop git altogether."""
    off = {"unspecified", "unset"}
    set_ = [name for name in CONVERSIONS[:-1] if values.get(name, "unset") not in off]
    return set_ + ([ENCODING] if values.get(ENCODING, "unspecified") != "unspecified" else [])


def require_none(repo: Repo, paths: Iterable[str]) -> None:
    """Raise TkError if git would take one of these files for text in another encoding.

    git is asked only if a file of attributes has a line that may mean one: that costs a process.
    """
    names = [*paths]
    texts = (data.decode(errors="surrogateescape") for data in attributes(repo))
    if not any(_may_mean(line, names) for text in texts for line in lines(text)):
        return
    for path, values in found(repo, names).items():
        if ENCODING in active(values):
            fact = f"{path}: {ENCODING} makes git keep other bytes in the checkout"
            raise unusable("converted", fact, remedy(repo))


def _may_mean(line: str, paths: Iterable[str]) -> bool:
    """Whether a line sets an encoding for one of these paths; it errs on the side of yes."""
    pattern, *words = line.split() or [""]
    if not any(word.partition("=")[0] == ENCODING for word in words):
        return False
    if pattern.startswith("[attr]") or set(pattern) & set('["\\'):
        return True
    last = pattern.rpartition("/")[2].lower()
    return any(fnmatchcase(path.rpartition("/")[2].lower(), last) for path in paths)


def remedy(repo: Repo) -> str:
    """What turns conversions off, in this repository, and puts the files as committed in place."""
    folder = os.path.join(repo.common_dir, "info")  # which not every template of git's has
    commands = [] if os.path.isdir(folder) else [f"mkdir {quoted(folder)}"]
    commands += [f"echo {quoted(PLAIN)} >>{quoted(os.path.join(folder, 'attributes'))}"]
    return "; ".join([*commands, f"git stash push -- {FOLDER}"])
