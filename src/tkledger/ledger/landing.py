"""Fast-forwards a checkout, never over uncommitted changes; it does not know where the commit is from."""

from __future__ import annotations

from tkledger.core.quoting import few, quoted
from tkledger.errors import TkError, unusable
from tkledger.git.errors import GitError, RefMoved
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.git.writing import empty_tree
from tkledger.ledger.checkout import Checkout
from tkledger.ledger.place import Place
from tkledger.local.lock import writing
from tkledger.local.verdicts import note_judged

_LISTED = 5
"""How many files a message names."""


def heal(repo: Repo) -> None:
    """Repair index and files if an earlier command was killed."""
    with writing(repo) as lock:
        checkout = Checkout(repo) if repo.top is not None else None
        if lock.waited or (checkout and checkout.is_unfinished):
            repo.refresh()
        if checkout:
            checkout.heal()


def require_room(repo: Repo, commit: Oid) -> None:
    """Raise if the checkout cannot go to ``commit`` without overwriting uncommitted changes."""
    head = repo.head or empty_tree(repo)
    changed = repo.run("diff-tree", "-r", "-z", "--no-renames", "--name-only", head, commit)
    coming = set(changed.decode(errors="surrogateescape").split("\0")[:-1])
    if not coming:
        return
    status = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
    lines = repo.run(*status).decode(errors="surrogateescape").split("\0")[:-1]
    blocked = sorted(coming & {line[3:] for line in lines})
    if blocked:
        files = " ".join(map(quoted, blocked[:_LISTED]))
        stash = f"git -C {quoted(repo.top or '.')} stash push -u"
        raise unusable(
            "dirty",
            f"uncommitted changes would be overwritten: {few(blocked, _LISTED)}",
            f"commit it, or put it aside with {stash} -- {files}",
        )


def land(repo: Repo, commit: Oid, *, judged: bool, again: str) -> None:
    """Bring HEAD's branch, index and files to ``commit``, by git's own fast-forward. ``judged`` is
    whether it was found legal here already, so that the hook need not judge it again;
    ``again`` is the command to run once what is in the way is gone.

    git writes the files first and the ref last, and stops if that would overwrite uncommitted changes.
    It runs in a session of its own, so that killing tk does not stop it halfway. Raises RefMoved if
    the branch has moved.
    """
    place = Place(repo)
    before = place.tip
    with writing(repo):
        place.refresh()
        checkout = Checkout(repo)
        checkout.heal()
        if place.tip != before:
            raise RefMoved(place.ref)
        if judged:
            note_judged(repo, commit)
        options = ("--ff-only", "--no-overwrite-ignore", "--no-stat", "-q")
        try:
            repo.run("merge", *options, commit, apart=True)
        except GitError as error:
            raise _stopped(error, commit, again) from None
        place.advance(commit)


def _stopped(error: GitError, commit: Oid, again: str) -> TkError:
    words = " ".join(error.message.removeprefix("git merge: ").split())
    return unusable(
        "dirty",
        f"the checkout could not follow to {commit[:10]}: {words}",
        f"commit what is in the way, or put it aside with git stash push -u, then {again}",
    )
