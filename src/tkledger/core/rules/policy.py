"""TK6xx, policy: the law changes openly, one version at a time, and never by the way."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.layout import POLICY_PATH
from tkledger.core.lifecycle import State, is_terminal
from tkledger.core.policy import Policy
from tkledger.core.quoting import quoted
from tkledger.core.rules.rule import NO_ACCEPTANCE, Finding, rule
from tkledger.core.snapshot import governing


def amended(change: Change) -> Iterator[tuple[Policy, Policy]]:
    """The policy before and after an ordinary commit that changes it.

    To restore the one in force, where its file was gone or could not be read, changes nothing.
    """
    if not change.is_merge and POLICY_PATH in change.touched:
        new = change.after.entry(POLICY_PATH)
        old = change.before.policy
        if old is not None and isinstance(new, Policy) and new != old:
            yield old, new


def _written(change: Change) -> Policy | None:
    """The policy of a commit, unless it is that of a parent."""
    policy = change.after.entry(POLICY_PATH) if POLICY_PATH in change.touched else None
    known = [parent.entry(POLICY_PATH) for parent in change.parents]
    return policy if isinstance(policy, Policy) and policy not in known else None


@rule("TK601")
def policy_deleted(change: Change) -> Iterator[Finding]:
    """The policy's file is gone.

    Why: a ledger without its law would judge nothing.

    Remedy: restore `.tasks/config.yaml` from the parent commit.
    """
    if POLICY_PATH not in change.after.entries and POLICY_PATH in change.touched:
        yield Finding(
            POLICY_PATH,
            "the policy is deleted",
            f"git restore --staged --worktree {POLICY_PATH}",
            f"git restore --source COMMIT~1 --staged --worktree {POLICY_PATH}, then commit it",
        )


@rule("TK602")
def policy_version_not_next(change: Change) -> Iterator[Finding]:
    """The policy changed and its version did not rise by exactly one.

    Why: a merge is judged by the highest version; a version must mean one policy.

    Remedy: `tk config set KEY VALUE` does it; by hand, write the next version.
    """
    for old, new in amended(change):
        if new.version != old.version + 1:
            yield Finding(
                POLICY_PATH,
                f"version goes from {old.version} to {new.version}",
                f"write 'version: {old.version + 1}'",
            )


@rule("TK603")
def policy_not_alone(change: Change) -> Iterator[Finding]:
    """A commit changes the policy together with tasks.

    Why: what a new law allows must not come in the same commit as the law.

    Remedy: commit the policy by itself, then the tasks.
    """
    for _ in amended(change):
        if len(change.touched) > 1:
            yield Finding(
                POLICY_PATH,
                "the policy changes in the same commit as a task",
                f"git commit -m TEXT {POLICY_PATH} (by itself first)",
            )


@rule("TK604")
def second_ledger(change: Change) -> Iterator[Finding]:
    """A merge joins two ledgers that began separately; since edition 2 of the law also if both hold
    the same files. A server refuses the second one before it is merged: TK710.

    Why: the tasks of one have no history in the other.

    Remedy: keep one, and bring the other's open work over as new tasks; if `tk init` was only run
    on two branches, rebase one branch onto the other.
    """
    begun = [parent for parent in change.parents if POLICY_PATH in parent.entries]
    asked = len(begun) > 1 and (change.touched or change.law.law > 1)
    if asked and not any(POLICY_PATH in base.entries for base in change.bases):
        yield Finding(
            POLICY_PATH,
            "merges two ledgers that began separately",
            "rebase one branch onto the other instead",
        )


@rule("TK605")
def policy_not_the_newest(change: Change) -> Iterator[Finding]:
    """A merge has another policy than the newest of those it joins; of two that are as new, than
    the first parent's. Since edition 2 of the law it has the `accepted` of all of them.

    Why: merging an old branch would bring an old law back, and a merge that writes one of its own
    would pass a law that no one proposed. What one branch accepts stays accepted.

    Remedy: take `.tasks/config.yaml` from the side with the higher version, and add the other's
    entries of `accepted`; tk's merge driver and `tk sync` do it. To keep what both of one version changed,
    `git merge --abort`, make the other's changes by `tk config set`, and merge again.
    """
    if not change.is_merge or POLICY_PATH not in change.touched:
        return
    newest = wanted(change)
    result = change.after.entry(POLICY_PATH)
    if result is not None and newest is not None and result != newest:
        known = result.accepted if isinstance(result, Policy) else {}
        lost = [commit[:10] for commit in newest.accepted if commit not in known]
        yield Finding(
            POLICY_PATH,
            f"the merge does not keep the policy of version {newest.version}",
            f"take {POLICY_PATH} from the first parent that has version {newest.version}"
            + (f", and keep under 'accepted': {', '.join(lost)}" if lost else ""),
        )


@rule("TK606")
def state_without_a_way_out(change: Change) -> Iterator[Finding]:
    """The policy forbids so many edges that some state can never be left for an end.

    Why: a task in that state would stay open forever.

    Remedy: leave at least one way from every state to done or cancelled.
    """
    policy = _written(change)
    laws = [policy.lifecycle] if policy is not None else []
    for law, state in ((law, state) for law in laws for state in State):
        if not any(is_terminal(end) and law.reaches(state, end) for end in State):
            yield Finding(
                POLICY_PATH,
                f"no way leads from {state.value} to done or cancelled",
                "tk config set forbid with fewer edges",
            )


@rule("TK607")
def law_went_back(change: Change) -> Iterator[Finding]:
    """The policy names an older format or an older edition of the law than before; since edition 2 of the
    law also by a merge, than any of its sides.

    Why: the rules of the newer edition would silently stop applying.

    Remedy: keep `format` and `law` as they were; before a merge, raise them on the side with the higher
    version.
    """
    for side in change.parents if change.is_merge and change.edition >= 2 else ():
        kept = governing(change.parents, change.after)
        for name in ("format", "law"):
            was = getattr(side.policy, name, 0)
            if kept is not None and getattr(kept, name) < was:
                yield Finding(
                    POLICY_PATH,
                    f"the merge keeps version {kept.version}, and {name} goes back from {was}",
                    f"on the branch with version {kept.version}: tk config set {name} {was}, then merge",
                )
    for old, new in amended(change):
        for name in ("format", "law"):
            if getattr(new, name) < getattr(old, name):
                yield Finding(
                    POLICY_PATH,
                    f"{name} goes back from {getattr(old, name)} to {getattr(new, name)}",
                    f"put back '{name}: {getattr(old, name)}'",
                )


@rule("TK608", since=2)
def acceptance_taken_back(change: Change) -> Iterator[Finding]:
    """A commit that was accepted is not accepted any more, or for another reason.

    Why: the next to verify would find yesterday's history illegal, and could not see since when.

    Remedy: put the entry of `accepted` back; `tk accept` only adds.
    """
    for old, new in amended(change):
        for commit, reason in old.accepted.items():
            if new.accepted.get(commit) != reason:
                yield Finding(
                    POLICY_PATH,
                    f"{commit[:10]} is no longer accepted for the reason given",
                    f"put {commit[:10]} back under 'accepted': git show HEAD:{POLICY_PATH} has it",
                )


@rule("TK609", since=2)
def policy_nobody_can_sign(change: Change) -> Iterator[Finding]:
    """The policy says `proof: signature`, and lists no key of an actor who may change it.

    Why: it could never be changed again, not even to list a key.

    Remedy: first `tk config set keys.ACTOR KEY`, then `tk config set proof signature`; and remove the last key
    only after another one is listed. Once it is committed no one can accept it any more, so the commit has to go.
    """
    policy = _written(change)
    if policy is None or policy.proof != "signature":
        return
    from tkledger.core.keyring import signing_keepers  # few policies want signatures

    if not signing_keepers(policy):
        from tkledger.core.roles import holders  # only a refusal asks

        who = next(iter(holders(policy, "policy")), "") or change.actor or "ACTOR"
        yield Finding(
            POLICY_PATH,
            "says proof: signature, and lists no key of an actor who may change it",
            f"first tk config set {quoted(f'keys.{who}')} KEY",
            f"git rebase --onto COMMIT~1 COMMIT {NO_ACCEPTANCE}",
        )


def wanted(change: Change) -> Policy | None:
    """The policy that a merge has to have; None if it cannot be told."""
    from tkledger.core.policy_merge import merged_policy  # few merges join policies

    return merged_policy(change.parents, change.after)
