"""Who signed a commit, by the keys that a policy lists; git verifies it, and what follows is for the rules."""

from __future__ import annotations

from tkledger.core.keyring import signing_with
from tkledger.core.policy import Policy
from tkledger.core.signature import Signature, Signed
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.git.signatures import Verifier


class Signatures:
    """The signatures of the commits of a repository, each verified once for a set of keys, as long as this
    lives: another process asks again.
    """

    def __init__(self, repo: Repo) -> None:
        self._verifier = Verifier(repo)
        self._known: dict[tuple[Oid, frozenset[str]], Signed] = {}

    def close(self) -> None:
        """Leave nothing behind; what was found is still known."""
        self._verifier.close()

    def of(self, commit: Oid, policy: Policy) -> Signature:
        """The signature of a commit. Raises GitError if there is no program to verify it."""
        keys = frozenset(key for listed in policy.keys.values() for key in listed)
        found = self._known.get((commit, keys))
        if found is None:
            found = self._known[commit, keys] = self._verifier.signed(commit, keys)
        who = signing_with(policy, found.key) if found.key else frozenset()
        return Signature(who, found.key, found.state)
