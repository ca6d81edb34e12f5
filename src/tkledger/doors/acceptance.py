"""Which acceptances count when history is judged: never those that only the judged commits have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tkledger.core.layout import POLICY_PATH
from tkledger.core.trailers import lines
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.ledger.reader import Ledger


class Acceptance(NamedTuple):
    """The commits that are accepted, each with the reason; and whose policy says so, in words."""

    reasons: Mapping[Oid, str]
    by: str


def counting(ledger: Ledger, tip: Oid, bases: Sequence[Oid]) -> Acceptance:
    """For a range, what its bases accept; for all history up to ``tip``, what the branch accepts whose
    policy a server would go by. Otherwise a branch could accept itself.
    """
    by, commits = ("the base of the range", bases) if bases else _deciding(ledger, tip)
    policies = [ledger.at(commit).policy for commit in commits]
    found = [policy.accepted for policy in policies if policy is not None]
    return Acceptance({oid: why for accepted in found for oid, why in accepted.items()}, by)


def _deciding(ledger: Ledger, tip: Oid) -> tuple[str, list[Oid]]:
    """The branch that decides, as a person would name it, and its tips: on a server that of HEAD; in a
    clone the one that its remote's HEAD names, else the one that the ledger's first policy protects,
    as the remote has it and as it is here; if there is none of these, HEAD.
    """
    repo = ledger.repo
    if not repo.is_bare:
        form = "--format=%(objectname) %(refname) %(symref)"
        out = repo.run("for-each-ref", form, "refs/remotes", "refs/heads")
        rows = [line.split(" ") for line in lines(out.decode(errors="surrogateescape"))]
        heads = [to for _, ref, to in rows if to and ref.endswith("/HEAD")]
        names = [to.split("/", 3)[3] for to in sorted(heads, key=_is_not_origins)[:1]]
        for name in names or _protected_first(ledger, tip):
            found = {ref: oid for oid, ref, _ in rows if _names(ref, name)}
            if found:
                first = min(found, key=_is_not_origins)
                return first.removeprefix("refs/remotes/").removeprefix("refs/heads/"), [
                    *found.values()
                ]
    return repo.head_ref.removeprefix("refs/heads/"), [repo.head or tip]


def _is_not_origins(ref: str) -> bool:
    return not ref.startswith("refs/remotes/origin/")


def _names(ref: str, branch: str) -> bool:
    """Whether a ref is a branch of that name, here or at a remote."""
    return ref == f"refs/heads/{branch}" or (
        ref.startswith("refs/remotes/") and ref.split("/", 3)[3:] == [branch]
    )


def _protected_first(ledger: Ledger, tip: Oid) -> tuple[str, ...]:
    """The branches that the policy protects with which the ledger began: no later commit changes it."""
    *_, (first, *_) = [[tip], *history.changed(ledger.repo, tip, POLICY_PATH)]
    policy = ledger.at(first).policy
    return policy.protected if policy is not None else ()
