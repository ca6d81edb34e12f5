"""Finds the newest change of the ledger, and what prevents taking it back; it takes nothing back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet

from tkledger.core.charges import bills
from tkledger.core.layout import FOLDER, path_at
from tkledger.core.ref_names import AGREED, HEADS
from tkledger.core.snapshot import Snapshot, in_order, touched
from tkledger.core.trailers import ACTOR, lines
from tkledger.core.typing import NamedTuple
from tkledger.errors import Exit, TkError, unusable
from tkledger.git import history
from tkledger.git.commit import Commit, FileDiff, is_signed
from tkledger.git.objects import ABSENT, Oid, TreeEntry
from tkledger.ledger.reader import Ledger

MOST_ABOVE = 1_000
"""How many commits may lie above the one that is taken back: they are made again."""

_PLAIN = frozenset({ABSENT, "100644"})


class Newest(NamedTuple):
    """The newest commit that changed the ledger, or that only charges tasks.

    parent: the one below it; before, after: the ledger there and in it
    diffs: the files that it changed; above: the commits on top of it, the oldest first
    obstacle: why it cannot be taken back, as the end of a sentence about it; empty if it can
    """

    commit: Commit
    parent: Oid
    before: Snapshot
    after: Snapshot
    diffs: tuple[FileDiff, ...]
    above: tuple[Commit, ...] = ()
    obstacle: str = ""

    @property
    def touched(self) -> AbstractSet[str]:
        """The keys of what it changed, and the ids of the tasks that it charges."""
        charged = (one.task for one in bills(self.commit.message))
        return in_order(touched((self.before,), self.after) | {*charged})


def newest(ledger: Ledger, is_own: Callable[[Commit], bool]) -> Newest:
    """The newest change of the ledger in HEAD's history.

    It can be taken back if no other ref and no other checkout has it, and if all commits on top of it
    are the actor's own (``is_own``), not signed, no merges, and not work on a task that it created.
    Raises TkError, NOTHING, if there is no change.
    """
    above: list[Commit] = []
    found, obstacle = None, ""
    oid = ledger.place.tip
    while oid is not None and found is None and not obstacle:
        made = commit_at(ledger, oid)
        if len(made.parents) < 2 and _is_of_ledger(ledger, made):
            found = made
        elif why := _cannot_move(ledger, made, is_own(made), len(above)):
            obstacle = f"is below {oid[:10]}, which {why}"
            found = last_change(ledger, oid)
        else:
            above.insert(0, made)
            oid = made.parents[0] if made.parents else None
    if found is None:
        nothing = "there is no change of the ledger to take back"
        raise TkError(Exit.NOTHING, "nothing-to-undo", nothing, "tk log")
    change = change_of(ledger, found)
    change = change._replace(above=tuple(above))
    where = _elsewhere(ledger, found.oid)
    return change._replace(
        obstacle=where or obstacle or _unfit(ledger, change) or _worked_on(change)
    )


def _worked_on(change: Newest) -> str:
    """Why a creation cannot be taken back, likewise: a commit above is work on what would be gone."""
    created = change.after.entries.keys() - change.before.entries.keys()
    for made in change.above:
        for bill in bills(made.message):
            if bill.task in created:
                return f"is below {made.oid[:10]}, which is work on {bill.task}"
    return ""


def change_of(ledger: Ledger, commit: Commit) -> Newest:
    """What a commit did to the ledger, whether or not it can be taken back."""
    before, after = ledger.before(commit), ledger.at(commit.oid)
    if not commit.parents:
        return Newest(commit, "", before, after, ())
    parent = commit.parents[0]
    diffs = tuple(
        diff
        for one in history.log(ledger.repo, commit.oid, f"^{parent}", path=FOLDER)
        for diff in one.diffs
    )
    return Newest(commit, parent, before, after, diffs)


def last_change(ledger: Ledger, oid: Oid, key: str | None = None) -> Commit | None:
    """The last commit up to ``oid`` that is not a merge and changed a task, or anything in the ledger."""
    path = FOLDER if key is None else path_at(key)
    name = ledger.repo.run("log", "-1", "--no-merges", "--format=%H", oid, "--", path)
    return commit_at(ledger, name.decode().strip()) if name.strip() else None


def commit_at(ledger: Ledger, oid: Oid) -> Commit:
    """A commit that is here. Raises TkError if the clone is too shallow for it."""
    made = history.as_commit((oid, "commit", bytes_of(ledger, oid)))
    assert made is not None
    return made


def bytes_of(ledger: Ledger, oid: Oid) -> bytes:
    """The bytes of such a commit."""
    found = ledger.repo.read(oid)
    if found is None or found[1] != "commit":
        fact = f"{oid[:10]} is not in this clone, which is shallow"
        raise unusable("shallow", fact, "git fetch --unshallow")
    return found[2]


def root_of(ledger: Ledger, oid: Oid) -> dict[str, TreeEntry]:
    """The entries of the tree of such a commit, by name."""
    bytes_of(ledger, oid)
    return {entry.name: entry for entry in ledger.repo.tree(f"{oid}^{{tree}}") or ()}


def subject(commit: Commit) -> str:
    """The first line of a commit's message, cut if it is long."""
    text = commit.subject
    return text if len(text) <= 72 else f"{text[:71]}…"


def _is_of_ledger(ledger: Ledger, made: Commit) -> bool:
    """Whether a commit changed the ledger; or changed no file and is tk's, as one that charges is."""
    now = root_of(ledger, made.oid)
    then = root_of(ledger, made.parents[0]) if made.parents else {}
    return now.get(FOLDER) != then.get(FOLDER) or (now == then and ACTOR in made.trailers)


def _cannot_move(ledger: Ledger, made: Commit, own: bool, count: int) -> str:
    """Why a commit cannot be made again on top of another, as the end of a sentence; or nothing."""
    if len(made.parents) > 1:
        return "is a merge"
    if not own:
        return f"is by {made.email or 'another author'}"
    if is_signed(bytes_of(ledger, made.oid)):
        return "is signed"
    return f"has {count} commits above it" if count == MOST_ABOVE else ""


def _unfit(ledger: Ledger, change: Newest) -> str:
    """Why files of the ledger alone cannot take a change back, likewise."""
    if change.before.policy is None:
        return "begins the ledger"
    now, then = root_of(ledger, change.commit.oid), root_of(ledger, change.parent)
    if {**now, FOLDER: None} != {**then, FOLDER: None}:
        return f"also changes files outside of {FOLDER}"
    if any(not {one.old_mode, one.new_mode} <= _PLAIN for one in change.diffs):
        return "changes something that is not a plain file"
    return ""


def _elsewhere(ledger: Ledger, oid: Oid) -> str:
    """Where else a commit is, likewise: another ref has it, or another checkout; or nothing."""
    repo, own = ledger.repo, ledger.place.ref
    out = repo.run("for-each-ref", "--contains", oid, "--format=%(refname)%00%(symref)")
    rows = (line.partition("\0") for line in lines(out.decode(errors="surrogateescape")))
    # a symbolic ref leads to one that is listed as well; a stash is on top of it, and can be
    # applied to anything
    names = [name for name, _, leads in rows if not leads and name not in (own, "refs/stash")]
    if names:
        return f"is on {min(map(_in_words, names))[1]} already"
    for path, head, branch in _other_checkouts(ledger):
        if branch == own or (head and not branch and history.is_ancestor(repo, oid, head)):
            return f"is checked out at {path} too"
    return ""


_PLACES = (
    *(("refs/remotes/", ""), (AGREED, "")),
    *(("refs/tags/", "the tag "), (HEADS, "the branch ")),
)
"""How refs are called, those first that say most of who may have a commit."""


def _in_words(ref: str) -> tuple[int, str]:
    """The rank of a ref in `_PLACES`, and its name in words."""
    for rank, (prefix, words) in enumerate(_PLACES):
        if ref.startswith(prefix):
            return rank, words + ref.removeprefix(prefix)
    return len(_PLACES), ref


def _other_checkouts(ledger: Ledger) -> Iterator[tuple[str, Oid, str]]:
    """The other checkouts that exist: where, at which commit, on which branch ("" for none)."""
    top = os.path.realpath(ledger.repo.top or "")
    out = ledger.repo.run("worktree", "list", "--porcelain", "-z")
    for part in out.decode(errors="surrogateescape").split("\0\0"):
        found = dict(line.partition(" ")[::2] for line in part.split("\0"))
        path, head = found.get("worktree", ""), found.get("HEAD", "")
        if path and os.path.realpath(path) != top and "prunable" not in found:
            yield path, head if head.strip("0") else "", found.get("branch", "")
