"""Chooses between two sides' work on a task by its claim, where the law leaves that open; it moves no claim."""

from __future__ import annotations

from tkledger.claims.remote import name_of
from tkledger.claims.standing import held_on
from tkledger.core.layout import is_task_key, key_of
from tkledger.core.policy import Policy
from tkledger.core.task import WORKED, changed
from tkledger.files import codec
from tkledger.git.repo import Repo
from tkledger.merging.files import Outcome


def by_claim(repo: Repo, path: str, outcome: Outcome, law: Policy) -> Outcome:
    """The same, with the work of the actor who holds the remote's claim, if only one side is that actor's:
    a server with hooks takes no other. Without such a claim the choice stays open.
    """
    key = key_of(path)
    if not {*outcome.conflicts} & {*WORKED} or not is_task_key(key):
        return outcome
    held = held_on(repo, key, name_of(repo.variables(), repo.head_ref))
    if held is None or held.there is None or not held.at_work:
        return outcome
    tasks = codec.load_task(outcome.data), codec.load_task(outcome.other)
    chosen = [one for one in tasks if law.owns(law.actor(held.claim.holder), one.owner)]
    if len(chosen) != 1:
        return outcome
    work = {name: getattr(chosen[0], name) for name in WORKED}
    ours, theirs = (codec.dump_task(changed(one, **work)) for one in tasks)
    left = tuple(name for name in outcome.conflicts if name not in WORKED)
    return Outcome(ours, theirs, left, held.claim.holder)
