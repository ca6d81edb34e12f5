"""Anchors: a commit that was noted elsewhere shows whether a history was cut off or rewritten since."""

from __future__ import annotations

from tkledger.core.quoting import quoted
from tkledger.errors import Exit, TkError
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger


def require_in_history(ledger: Ledger, anchor: str, tip: Oid) -> None:
    """Raise TkError, as a rule would refuse, if the history of ``tip`` does not have the commit that was noted."""
    if not anchor or anchor.startswith("-"):
        raise _missing(anchor, "is not a revision", "tk anchor")
    repo = ledger.repo
    oid = repo.answers("rev-parse", "--verify", "--quiet", f"{anchor}^{{commit}}")
    if oid and history.is_ancestor(repo, oid, tip):
        return
    ledger.place.require_whole()  # or what is missing would not say anything
    if not oid:
        fact = "is not here: history was cut off or rewritten since, or it is of another repository"
        raise _missing(anchor, fact, "git fetch --all --tags, then again")
    if history.is_ancestor(repo, tip, oid):
        fact = f"is not in the history of {tip[:10]}, which ends before it: it was cut off"
        raise _missing(anchor, fact, f"to see what is missing: git log {tip[:10]}..{oid[:10]}")
    fact = f"is not in the history of {tip[:10]}: it was rewritten, or this is another branch"
    raise _missing(
        anchor, fact, f"to compare them: git log --graph --oneline {tip[:10]} {oid[:10]}"
    )


def _missing(anchor: str, fact: str, remedy: str) -> TkError:
    return TkError(Exit.REJECTED, "anchor", f"the anchor {quoted(anchor)} {fact}", remedy)


def tagged(repo: Repo, name: str) -> str:
    """A new signed tag of HEAD, by its name ``tk/NAME``; raises GitError if it cannot be made."""
    from tkledger.git.errors import GitError
    from tkledger.git.signing_keys import can_sign, set_to_sign

    tag = f"tk/{name}"
    if repo.call("check-ref-format", f"refs/tags/{tag}").status:
        raise GitError(f"{name!r} cannot be the name of a tag", "tk anchor release-1")
    if not can_sign(repo.variables()):
        raise GitError("git knows no key to sign with", set_to_sign({}))
    repo.run("tag", "--sign", "-m", "An anchor of the ledger", tag)
    return tag
