"""The refs that a push moves: protected branches, reserved refs, commits dated in the future."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tkledger.core import ref_names
from tkledger.core.door_rules import door_rule
from tkledger.core.policy import Policy
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import branch_name
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import NamedTuple

CLOCK_SECONDS = 600
"""How far ahead of the server's clock a commit may be dated: clocks differ by minutes."""


class RefUpdate(NamedTuple):
    """One ref that a push moves: its full name, and its commit before and after, None for absent.

    is_head: whether the server's HEAD names it: that branch is protected whatever the policy says
    forward: whether the new commit has the old one in its history
    dates: the commits that are new in the push, and their committer dates, in seconds since 1970
    now: the server's clock, likewise
    policy: the policy in force at the old commit, or on the server's HEAD for a new ref
    """

    ref: str
    old: str | None
    new: str | None
    is_head: bool
    forward: bool
    dates: Mapping[str, int]
    now: int
    policy: Policy | None


def protected(ref: str, policy: Policy | None, *, is_head: bool) -> bool:
    """Whether a ref is a protected branch by this policy, or since the server's HEAD names it."""
    branch = branch_name(ref)
    return is_head or (policy is not None and branch in policy.protected and branch != ref)


def _protected(update: RefUpdate) -> bool:
    return protected(update.ref, update.policy, is_head=update.is_head)


@door_rule("TK701", RefUpdate)
def protected_branch_deleted(update: RefUpdate) -> Iterator[Finding]:
    """A push deletes a branch that the policy protects, by its own name or through a symbolic ref.

    Why: the ledger's history is lost with the branch, and another one could take its place.

    Remedy: keep the branch; `tk config set protected BRANCH...` says which branches are protected.
    """
    if _protected(update) and update.new is None:
        yield Finding(update.ref, "is protected and would be deleted", "push to another branch")


@door_rule("TK702", RefUpdate)
def protected_branch_rewritten(update: RefUpdate) -> Iterator[Finding]:
    """A push moves a protected branch, by its own name or through a symbolic ref, to a commit that
    does not have the old one in its history.

    Why: commits that others rely on, and what was counted in them, would be gone.

    Remedy: fetch, merge or rebase onto the branch, and push again.
    """
    if _protected(update) and update.old and update.new and not update.forward:
        branch = branch_name(update.ref)
        yield Finding(
            update.ref,
            "is protected and would be rewritten",
            f"git pull --rebase origin {quoted(branch)}, then push again",
        )


@door_rule("TK703", RefUpdate)
def dated_in_the_future(update: RefUpdate) -> Iterator[Finding]:
    """A commit is dated more than ten minutes ahead of the server's clock.

    Why: time spent and leases are counted from commit dates; a date from tomorrow adds time for free.

    Remedy: set the clock right, and make the commit again.
    """
    for commit, at in update.dates.items():
        if at > update.now + CLOCK_SECONDS:
            yield Finding(
                commit[:10],
                f"is dated {at - update.now} s ahead of the server's clock",
                "set the clock right, then git rebase --force-rebase onto its parent",
            )


@door_rule("TK704", RefUpdate)
def reserved_ref(update: RefUpdate) -> Iterator[Finding]:
    """A push writes a ref that would change how history reads.

    ``refs/replace/`` shows other objects than were committed, and ``refs/tk/`` is tk's own, except
    for its claims, messages and artifacts.

    Why: the verdict rests on the objects as they were written.

    Remedy: push branches and tags.
    """
    inner = update.ref.startswith(f"{ref_names.ALL}/")
    if update.ref.startswith(ref_names.REPLACEMENTS) or (
        inner and not update.ref.startswith(ref_names.SHARED)
    ):
        yield Finding(update.ref, "is a reserved ref", "push branches and tags only")


class NewLedger(NamedTuple):
    """A commit in a push that begins a ledger.

    commit: its id; other: the branch or tag of the server that has another one, or the commit of
    the push that begins another; empty without one
    """

    commit: str
    other: str


@door_rule("TK710", NewLedger)
def second_ledger_pushed(new: NewLedger) -> Iterator[Finding]:
    """A push brings a ledger that began separately from the one that the server has.

    Asked of every branch and tag, also if the files are the same, or a merge brings it in.

    Why: a second ledger begins with a policy of its own and unused budgets; on the branch of the
    server's HEAD it would replace the first.

    Remedy: `git rebase --onto BRANCH COMMIT` puts what came after the beginning onto the other
    ledger; or bring the open work over as new tasks.
    """
    branch = branch_name(new.other)
    if new.other:
        yield Finding(
            new.commit[:10],
            f"begins a second ledger; {new.other} already has one",
            f"in the clone: git rebase --onto origin/{quoted(branch)} {new.commit[:10]}",
        )


class FirstPolicy(NamedTuple):
    """The branch of a server's HEAD, which gets a policy by a push for the first time.

    ref: its full name; missing: the commit that last changed the policy of another branch or tag of
    the server, ``other``, and is not in the new commit's history
    """

    ref: str
    missing: str
    other: str


@door_rule("TK712", FirstPolicy)
def older_policy_first(first: FirstPolicy) -> Iterator[Finding]:
    """The branch of the server's HEAD gets its first policy, and another branch or tag has a newer one.

    It is asked only if that branch does not exist yet, or has no ledger, while others have one.

    Why: the policy of that branch is the server's law; with one from before the roles were given
    away, anyone could take them.

    Remedy: merge the other branch, and push again; or on the server, `git symbolic-ref HEAD
    refs/heads/BRANCH` lets the other branch decide.
    """
    other = branch_name(first.other)
    yield Finding(
        first.ref,
        f"would decide by a policy that lacks {first.missing[:10]} of {first.other}",
        f"git pull --no-rebase origin {quoted(other)}, then push again",
    )
