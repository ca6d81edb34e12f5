"""Snapshots: names of commits of the ledger, kept as tags ``tk/NAME``."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.core.field import ref_name
from tkledger.core.pattern import pattern
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import SNAPSHOTS, TASK_BRANCHES
from tkledger.errors import usage_error
from tkledger.git import refs
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.git.tags import Tag, tag, tags

_NAME = pattern(r"[a-z0-9][a-z0-9_.-]{0,62}\Z")


def name_of(one: Tag) -> str:
    """What a snapshot is called."""
    return one.ref.removeprefix(SNAPSHOTS)


def is_name(name: str) -> bool:
    """Whether a snapshot can be called so."""
    try:
        return _NAME.match(name) is not None and bool(ref_name(name))
    except ValueError:
        return False


def taken(repo: Repo, name: str, commit: Oid, text: str, *, dry_run: bool) -> None:
    """Take a snapshot. Raises TkError if it cannot be called so, or if there is one of that name."""
    if not is_name(name):
        fact = f"{quoted(name)} is not a name: 1 to 63 of a-z, 0-9, _, . and -, as git takes them"
        raise usage_error("bad-name", fact, "tk snapshot before-the-move")
    known = refs.names(repo, SNAPSHOTS, TASK_BRANCHES)
    if f"{SNAPSHOTS}{name}" in known:
        fact = f"there is a snapshot {name} already; it never moves"
        raise usage_error("name-taken", fact, "tk snapshot, and another name")
    if f"{TASK_BRANCHES}{name}" in known:
        fact = f"there is a branch tk/{name}, which git would take for the tag tk/{name}"
        raise usage_error("name-taken", fact, "tk snapshot, and another name")
    if not dry_run:
        tag(repo, f"tk/{name}", commit, text)


def snapshots(repo: Repo, words: Sequence[str] = ()) -> list[Tag]:
    """The snapshots whose names or words have all these words, the oldest first."""
    wanted = [word.lower() for word in words]
    found = tags(repo, SNAPSHOTS.rstrip("/"))
    return [one for one in found if all(w in f"{name_of(one)} {one.text}".lower() for w in wanted)]
