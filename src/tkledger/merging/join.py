"""Makes the commit that merges two branches, judged but moving no ref; it does not know why they are merged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from tkledger.core.change import Refused, Violation
from tkledger.core.policy import DEFAULT
from tkledger.core.quoting import few
from tkledger.core.trailers import ACTOR
from tkledger.errors import unusable
from tkledger.git import identity, writing
from tkledger.git.objects import Oid
from tkledger.ledger import signing
from tkledger.ledger.reader import Ledger
from tkledger.merging.trees import merge

Judge = Callable[[Ledger, Oid, Sequence[Oid]], Sequence[Violation]]
"""What the law says of a tree as the merge of these parents."""

_LISTED = 5
"""How many conflicts a message names."""


def join(
    ledger: Ledger,
    parents: tuple[Oid, Oid],
    names: tuple[str, str],
    words: str,
    actor: str,
    judge: Judge,
    remedy: str | Callable[[Collection[str]], str],
) -> Oid:
    """A commit that merges two commits of the branches ``names``, judged and stored. ``words`` are its
    subject.

    Raises Refused if the merge breaks a rule, or has to be signed and cannot be, TkError with the
    ``remedy``, which may depend on the paths, if there are conflicts.
    """
    repo = ledger.repo
    tree, conflicts = merge(ledger, *parents)
    if conflicts:
        named = few(conflicts, _LISTED, "; ")
        fact = f"{' and '.join(names)} both changed the same: {named}"
        paths = [one.partition(" (")[0] for one in conflicts]
        raise unusable("conflict", fact, remedy if isinstance(remedy, str) else remedy(paths))
    violations = judge(ledger, tree, parents)
    if violations:
        raise Refused(*violations)
    title = (ledger.head().policy or DEFAULT).titled(words)
    author, committer, config = identity.identities(repo)
    message = identity.signed_off(f"{title}\n\n{ACTOR}: {actor}\n", committer, config)
    signed = signing.merged(ledger, parents, tree, message)
    sign = signed is not None or identity.signs(config)
    commit = writing.commit_tree(repo, tree, parents, message, author, committer, sign=sign)
    if signed is not None:
        signing.require_signed(ledger, signed, commit)
    return commit
