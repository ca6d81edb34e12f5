"""Actions that the policy does not allow to everyone, and who pushes or signs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tkledger.core.change import quoted
from tkledger.core.door_rules import door_rule
from tkledger.core.rules.rule import Finding


class RestrictedAction(NamedTuple):
    """An approval, a raised limit or a changed policy that is pushed.

    actor: who did it, as the commit says
    known: the names of those who pushed or signed it, None if the server is set up not to know
    Both are names of the server's policy.
    """

    task: str
    action: str
    actor: str
    known: frozenset[str] | None


@door_rule("TK705", RestrictedAction)
def actor_not_the_pusher(pushed: RestrictedAction) -> Iterator[Finding]:
    """An action that not everyone may do names another actor than the one who pushed or signed it.

    A server asks this of approvals if the policy says `review: required`, of raised limits, and of
    changes of the policy if its `roles` name who may make them. It believes a push certificate with
    a known signer or, without one, the first variable in which its host names the pusher; and a
    signature of the commit.
    Which actor a login belongs to is decided by the policy on the server's HEAD, never by the one
    that is pushed.

    Why: anyone can write any name into a commit.

    Remedy: the actor pushes it, or signs the commit. A server that cannot know who pushes needs
    `git config tk.pusher none`, or the name of its own variable.
    """
    if pushed.known is not None and pushed.actor not in pushed.known:
        who = ", ".join(sorted(pushed.known))
        yield Finding(
            pushed.task,
            f"{pushed.action} in the name of {pushed.actor}, pushed by"
            f" {who or 'an actor this server does not know'}",
            f"{quoted(pushed.actor)} has to push it, or sign it: git commit --amend -S"
            if who
            else "on the server: git config tk.pusher VARIABLE, or none if nothing tells who pushes",
        )
