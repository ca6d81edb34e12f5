"""Merges the trees of two commits without a checkout: code by git, task files by the law; it makes no commit."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.field import FieldError
from tkledger.core.layout import FOLDER
from tkledger.core.policy import Policy
from tkledger.core.typing import NamedTuple
from tkledger.errors import unusable
from tkledger.files import codec
from tkledger.git import history, writing
from tkledger.git.errors import GitError
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.merging.by_claim import by_claim
from tkledger.merging.files import Outcome, by_best_base, law_of, only_one

_TOO_OLD = "git 2.38 and later merge without a checkout, and this one is older"
Sides = tuple[bytes | None, bytes | None]


class Merged(NamedTuple):
    """A merged tree, and the files in conflict; if there are any, it is not to be committed."""

    tree: Oid
    conflicts: tuple[str, ...]


def merge(ledger: Ledger, a: Oid, b: Oid) -> Merged:
    """The merged tree of two commits; task files that both changed are merged field by field.

    That is done here, since the driver costs a process for each file. So that git does not merge them
    as text, it is given a driver that fails.
    """
    repo = ledger.repo
    tree, stages = _merged_by_git(repo, a, b)
    files: dict[str, bytes] = {}
    conflicts: list[str] = []
    law = law_of(ledger)
    for path, sides in stages.items():
        outcome = _settled(repo, path, sides, (a, b), law)
        if outcome is None:
            conflicts.append(path)
        elif outcome.conflicts:
            conflicts.append(f"{path} ({', '.join(outcome.conflicts)})")
        else:
            files[path] = outcome.data
    if files and not conflicts:
        tree = writing.write_tree(repo, tree, files)
    return Merged(tree, tuple(conflicts))


def _merged_by_git(repo: Repo, a: Oid, b: Oid) -> tuple[Oid, dict[str, Sides]]:
    """The tree that git makes of two commits, and both versions of each file it left open."""
    driver = ("-c", "merge.tk.driver=false", "-c", "merge.tk.name=settled by tk sync")
    asked = ("merge-tree", "--write-tree", "-z", "--no-messages", a, b)
    done = repo.call(*driver, *asked)
    tree, *rows = done.out.decode(errors="surrogateescape").split("\0")
    if done.status > 1 or not tree:
        if "--write-tree" in done.err or "usage:" in done.err:
            raise unusable("old-git", _TOO_OLD, "upgrade git, or git pull and git push by hand")
        raise GitError(f"git merge-tree: {done.err.strip()}", "git fsck")
    stages: dict[str, Sides] = {}
    for meta, path in (row.split("\t", 1) for row in rows if "\t" in row):
        _, oid, stage = meta.split(" ")
        ours, theirs = stages.get(path, (None, None))
        if path.startswith(f"{FOLDER}/") and stage != "1":
            found = repo.read(oid, limit=codec.MAX_BYTES)
            data = found[2] if found and found[1] == "blob" else None
            ours, theirs = (data, theirs) if stage == "2" else (ours, data)
        stages[path] = ours, theirs
    return tree, stages


def _settled(
    repo: Repo, path: str, sides: Sides, parents: tuple[Oid, Oid], law: Policy
) -> Outcome | None:
    """A task file that both sides changed, merged; None if it is not one or cannot be read."""
    ours, theirs = sides
    if not path.startswith(f"{FOLDER}/") or (ours is None and theirs is None):
        return None
    if ours is None or theirs is None:
        return only_one(ours, theirs)
    try:
        bases: list[bytes | None] = [*_bases(repo, path, parents)] or [None]
        return by_claim(repo, path, by_best_base(bases, ours, theirs, path, law), law)
    except (codec.FormError, FieldError):
        return None


def _bases(repo: Repo, path: str, parents: tuple[Oid, Oid]) -> Iterator[bytes]:
    for base in history.merge_bases(repo, parents):
        found = repo.read(f"{base}:{path}", limit=codec.MAX_BYTES)
        if found is not None:
            yield found[2]
