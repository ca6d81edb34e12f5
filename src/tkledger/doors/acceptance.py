"""Which acceptances count when history is judged: never those that only the judged commits have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tkledger.core.change import Violation
from tkledger.core.layout import POLICY_PATH
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import HEADS, branch_name
from tkledger.core.trailers import lines
from tkledger.core.typing import NamedTuple
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.ledger.reader import Ledger

PUSH_AGAIN = "then push this again"
"""How the remedy ends if a commit is accepted here, but not yet on the branch that decides."""


class Acceptance(NamedTuple):
    """The commits that are accepted, each with the reason; whose policy says so, in words; and how an
    acceptance gets there, empty if that takes no push.
    """

    reasons: Mapping[Oid, str]
    by: str
    way: str = ""


def counting(ledger: Ledger, tip: Oid, bases: Sequence[Oid]) -> Acceptance:
    """For a range, what its bases accept; for all history up to ``tip``, what the branch accepts whose
    policy a server would go by. Otherwise a branch could accept itself.
    """
    if bases:
        return Acceptance(_accepted(ledger, bases), "the base of the range")
    branch = None if ledger.repo.is_bare else _deciding(ledger, tip)
    if branch is None:
        name = branch_name(ledger.repo.head_ref)
        return Acceptance(_accepted(ledger, [ledger.repo.head or tip]), name)
    return Acceptance(_accepted(ledger, branch.tips), branch.label, branch.way())


def unaccepted(
    ledger: Ledger, tips: Sequence[Oid], remote: str, broken: Iterable[Violation]
) -> Iterator[Violation]:
    """Those of the violations in the history of ``tips`` that a client refuses: which neither the branch
    that decides accepts nor, unless they are pushed to a remote whose branch is known, the tips.
    """
    branch = _deciding(ledger, tips[0], remote)
    there, here = _accepted(ledger, branch.tips if branch else ()), _accepted(ledger, tips)
    for one in broken:
        if one.commit in there:
            continue
        if one.commit not in here:
            yield one
        elif remote and branch is not None:
            message = f"{one.message}; accepted here, but not by {branch.label} yet"
            way = branch.way(one.commit[:10], here[one.commit])
            yield one._replace(message=message, remedy=f"{way}; {PUSH_AGAIN}", repair="")


def way_of(ledger: Ledger, oid: Oid, accepting: Oid, reason: str) -> str:
    """How an acceptance that was committed here comes to count; empty if it counts already."""
    branch = None if ledger.repo.is_bare else _deciding(ledger, accepting)
    if branch is None or not branch.remote or oid in _accepted(ledger, branch.tips):
        return ""
    repo = ledger.repo
    is_there = any(history.is_ancestor(repo, oid, tip) for tip in branch.tips)
    is_alone = is_there or not history.is_ancestor(repo, oid, accepting)
    if is_alone and repo.head_ref == f"{HEADS}{branch.name}":
        return f"git push {quoted(branch.remote)} {quoted(branch.name)}"
    return branch.way(oid[:10], reason)


def waiting(
    ledger: Ledger, tip: Oid, by: str, said: Mapping[Oid, str], broken: Sequence[Violation]
) -> Iterator[Violation]:
    """The violations; of commits that ``said``, the policy of ``tip``, accepts, how that comes to count."""
    ways = {
        oid: way_of(ledger, oid, tip, said[oid]) for oid in {one.commit for one in broken} & {*said}
    }
    for one in broken:
        if way := ways.get(one.commit, ""):
            message = f"{one.message}; accepted here, but not by {by} yet"
            one = one._replace(message=message, remedy=way, repair="")
        yield one


class _Branch(NamedTuple):
    """The branch that decides: its remote, empty if it is one of this repository; its name, and its
    tips, several if several remotes have it.
    """

    remote: str
    name: str
    tips: list[Oid]

    @property
    def label(self) -> str:
        return f"{self.remote}/{self.name}" if self.remote else self.name

    def way(self, commit: str = "COMMIT", reason: str | None = None) -> str:
        """How an acceptance gets to the remote without the commit that it accepts."""
        if not self.remote:
            return ""
        own, label, remote = f"accept-{commit}", quoted(self.label), quoted(self.remote)
        return (
            f"git fetch {remote} && git switch --no-track -c {own} {label} &&"
            f" tk accept {commit} --reason {quoted(reason) if reason else 'TEXT'} &&"
            f" git push {remote} {quoted(f'HEAD:{self.name}')} && git switch -"
        )


def _accepted(ledger: Ledger, commits: Iterable[Oid]) -> dict[Oid, str]:
    policies = [ledger.at(commit).policy for commit in commits]
    found = [policy.accepted for policy in policies if policy is not None]
    return {oid: why for accepted in found for oid, why in accepted.items()}


def _deciding(ledger: Ledger, tip: Oid, remote: str = "") -> _Branch | None:
    """The branch that decides for a clone: the one that its remote's HEAD names, else the one that the
    ledger's first policy protects; as the remote has it, or if none has it, as it is here. None if there
    is none of these: then HEAD decides. ``remote`` leaves all others out.
    """
    form = "--format=%(objectname) %(refname) %(symref)"
    where = [f"refs/remotes/{remote}"] if remote else ["refs/remotes", "refs/heads"]
    out = ledger.repo.run("for-each-ref", form, *where)
    rows = [line.split(" ") for line in lines(out.decode(errors="surrogateescape"))]
    heads = [to for _, ref, to in rows if to and ref.endswith("/HEAD")]
    names = [to.split("/", 3)[3] for to in sorted(heads, key=_is_not_origins)[:1]]
    for name in names or (_protected_first(ledger, tip) if rows else ()):
        found = {ref: oid for oid, ref, _ in rows if _names(ref, name)}
        far = {ref: oid for ref, oid in found.items() if ref.startswith("refs/remotes/")}
        if far:
            _, _, first, _ = min(far, key=_is_not_origins).split("/", 3)
            return _Branch(first, name, [*far.values()])
        if found:
            return _Branch("", name, [*found.values()])
    return None


def _is_not_origins(ref: str) -> bool:
    return not ref.startswith("refs/remotes/origin/")


def _names(ref: str, branch: str) -> bool:
    """Whether a ref is a branch of that name, here or at a remote."""
    return ref == f"{HEADS}{branch}" or (
        ref.startswith("refs/remotes/") and ref.split("/", 3)[3:] == [branch]
    )


def _protected_first(ledger: Ledger, tip: Oid) -> tuple[str, ...]:
    """The branches that the policy protects with which the ledger began: no later commit changes it."""
    *_, (first, *_) = [[tip], *history.changed(ledger.repo, tip, POLICY_PATH)]
    policy = ledger.at(first).policy
    return policy.protected if policy is not None else ()
