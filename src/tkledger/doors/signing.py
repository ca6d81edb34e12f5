"""Looks whether what has to be signed can be signed and verified here; it signs nothing."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.keyring import keys_of, signing_keepers
from tkledger.core.policy import Policy
from tkledger.core.public_keys import is_ssh
from tkledger.core.rules.signatures import listed_by
from tkledger.git import identity, signing_keys
from tkledger.git.errors import GitError
from tkledger.git.repo import Repo
from tkledger.git.signatures import require


def examined(repo: Repo, policy: Policy) -> Iterator[tuple[bool, str, str]]:
    """Of a policy that lists keys: whether all is well, what is so, and the remedy if it is not."""
    keys = [key for listed in policy.keys.values() for key in listed]
    for program in sorted({"ssh-keygen" if is_ssh(key) else "gpg" for key in keys}):
        try:
            require(program, "without it nothing is judged that has to be signed")
        except GitError as error:
            yield False, error.message, error.remedy
    keepers = signing_keepers(policy)
    if len(keepers) == 1 and policy.proof == "signature":
        fact = f"only {keepers[0]} can sign a change of the policy: if that key is lost, no one can"
        yield True, fact, ""
    if keys and not repo.is_bare:
        yield _of_actor(repo, policy)


def _of_actor(repo: Repo, policy: Policy) -> tuple[bool, str, str]:
    """Whether who acts here can sign."""
    try:
        actor = policy.actor(identity.acting(repo).actor)
    except GitError as error:
        return False, error.message, error.remedy
    listed, config = keys_of(policy, actor), repo.variables()
    if not listed:
        way = listed_by(policy, actor, signing_keys.shown(config))
        return True, f"the policy lists no key of {actor}; to sign: {way}", ""
    if not signing_keys.can_sign(config):
        fact = f"the policy lists a key of {actor}, and there is none to sign with here"
        return False, fact, signing_keys.set_to_sign(listed)
    return True, f"the policy lists a key of {actor}, and there is one to sign with here", ""
