"""Merges two commits without a checkout: code by git, task files by the law; it moves no ref."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tkledger.core.field import FieldError
from tkledger.core.layout import FOLDER
from tkledger.core.policy import Policy
from tkledger.doors import gate
from tkledger.errors import TkError, unusable
from tkledger.files import codec
from tkledger.git.objects import Oid
from tkledger.git.repo import GitError, Repo
from tkledger.ledger.reader import Ledger
from tkledger.merging.driver import Outcome, by_best_base, law_of
from tkledger.verbs.moves import Refused

_TOO_OLD = "git 2.38 and later merge without a checkout, and this one is older"
_LISTED = 5
"""How many conflicts a message names."""

Sides = tuple[bytes | None, bytes | None]


class Merged(NamedTuple):
    """A merged tree, and what in it somebody has to choose; then it is not to be committed."""

    tree: Oid
    conflicts: tuple[str, ...]


def join(ledger: Ledger, theirs: Oid, ours: Oid, words: tuple[str, str], actor: str) -> Oid:
    """A commit that merges ``ours`` into ``theirs``, judged and stored; ``words`` name the two.

    ``theirs`` is its first parent, so that the shared branch's own line goes straight on through
    everybody's merges. Raises Refused where the two do not go together, TkError where somebody has
    to choose, or where they have no common beginning.
    """
    repo = ledger.repo
    if not repo.merge_bases([theirs, ours]):
        raise _unrelated(repo, words)
    tree, conflicts = merge(ledger, theirs, ours)
    here, there = words
    if conflicts:
        more = len(conflicts) - _LISTED
        named = "; ".join(conflicts[:_LISTED]) + (f"; and {more} more" if more > 0 else "")
        raise unusable(
            "conflict",
            f"{here} and {there} both changed the same: {named}",
            f"git merge {there}, then tk resolve, git commit and tk sync",
        )
    violations = gate.joined(ledger, tree, [theirs, ours])
    if violations:
        raise Refused(*violations)
    author, committer, config = repo.identities()
    return repo.commit_tree(
        tree,
        [theirs, ours],
        f"tk: sync {here} with {there}\n\nTk-Actor: {actor}\n",
        author,
        committer,
        sign=config.get("commit.gpgsign", "").lower() in ("true", "yes", "on", "1"),
    )


def _unrelated(repo: Repo, words: tuple[str, str]) -> TkError:
    if repo.is_shallow:
        return unusable(
            "shallow",
            f"this clone is shallow, and where {words[0]} and {words[1]} parted is not in it",
            "git fetch --unshallow, then tk sync",
        )
    return unusable(
        "unrelated",
        f"{words[0]} and {words[1]} have no common beginning",
        f"git rebase --onto {words[1]} --root, or sync with another remote",
    )


def merge(ledger: Ledger, a: Oid, b: Oid) -> Merged:
    """The tree of two commits merged; task files that both changed field by field.

    They are settled here rather than by the driver, which is a process for each file; so that git
    does not merge them as text, where it is told to run the driver, that is one that fails.
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
        tree = repo.write_tree(tree, files)
    return Merged(tree, tuple(conflicts))


def _merged_by_git(repo: Repo, a: Oid, b: Oid) -> tuple[Oid, dict[str, Sides]]:
    """The tree that git makes of two commits, and both versions of each file it left open."""
    driver = ("-c", "merge.tk.driver=false", "-c", "merge.tk.name=settled by tk sync")
    asked = ("merge-tree", "--write-tree", "-z", "--no-messages", a, b)
    status, out, words = repo.outcome(*driver, *asked)
    tree, *rows = out.split("\0")
    if status > 1 or not tree:
        if "--write-tree" in words or "usage:" in words:
            raise unusable("old-git", _TOO_OLD, "upgrade git, or git pull and git push by hand")
        raise GitError(f"git merge-tree: {words.strip()}", "git fsck")
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
    """A task file that both sides changed, merged; None for what is none or cannot be read."""
    ours, theirs = sides
    if not path.startswith(f"{FOLDER}/") or (ours is None and theirs is None):
        return None
    if ours is None or theirs is None:  # one side has no such file: nothing is ever deleted
        data = (ours if ours is not None else theirs) or b""
        return Outcome(data, data, ())
    try:
        return by_best_base(list(_bases(repo, path, parents)) or [None], ours, theirs, path, law)
    except (codec.FormError, FieldError):
        return None


def _bases(repo: Repo, path: str, parents: tuple[Oid, Oid]) -> Iterator[bytes]:
    for base in repo.merge_bases(parents):
        found = repo.read(f"{base}:{path}", limit=codec.MAX_BYTES)
        if found is not None:
            yield found[2]
