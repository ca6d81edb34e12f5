"""Actions that the policy does not allow to everyone, and who pushes or signs them."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.door_rules import door_rule
from tkledger.core.quoting import quoted
from tkledger.core.rules.rule import Finding
from tkledger.core.typing import NamedTuple


class RestrictedAction(NamedTuple):
    """An approval, a raised limit or a changed policy that is pushed, if a policy asks who pushes it.

    actor: who did it, as the commit says
    logins: who pushed or signed it, as the server knows them; none if it does not know
    known: the actors they speak for
    edition: the newest edition of the law among the policies that ask
    kept: whether the policy says who may change it, so that no unknown actor does
    Names are those of the server's policy.
    """

    task: str
    action: str
    actor: str
    logins: tuple[str, ...]
    known: frozenset[str]
    edition: int = 2
    kept: bool = False


@door_rule("TK705", RestrictedAction)
def actor_not_the_pusher(pushed: RestrictedAction) -> Iterator[Finding]:
    """An action that not everyone may do names another actor than the one who pushed or signed it.

    A server asks this of approvals if the policy says `review: required`, of raised limits, and of
    changes of the policy if its `roles` name who may make them; since edition 2 of the law only if
    the policy says `proof: pusher`. It believes a push certificate with
    a known signer or, without one, the first variable in which its host names the pusher; and a
    signature of the commit.
    Which actors a login speaks for is decided by `pushers` in the policy on the server's HEAD, never
    by the one that is pushed; one that is not listed there speaks for itself.

    Why: anyone can write any name into a commit.

    Remedy: the actor pushes it, or signs the commit. If a login pushes for several actors,
    `tk config set pushers LOGIN=ACTOR,ACTOR`. A server that does not know who pushes needs
    `git config tk.pusher VARIABLE`, the name of the variable that tells, or keys by which it knows signatures;
    if it has none, and `roles` does not say who may change the policy, take the action back by `tk undo`,
    `tk config set proof name`, and do it again. Under edition 1 of the law
    the server may say `git config tk.pusher none`.
    """
    if pushed.actor in pushed.known:
        return
    logins, actors = ", ".join(pushed.logins), ", ".join(sorted(pushed.known))
    for_whom = "" if set(pushed.logins) == pushed.known else f" (for {actors})"
    yield Finding(
        pushed.task,
        f"{pushed.action} in the name of {pushed.actor}, pushed by"
        f" {f'{logins}{for_whom}' if logins else 'an actor this server does not know'}",
        f"{quoted(pushed.actor)} has to push it, or sign it: git commit --amend -S"
        if logins
        else (_KEPT if pushed.kept else _UNKNOWN[pushed.edition > 1]),
    )


_KEPT = (
    "on the server: git config tk.pusher VARIABLE, the one that tells who pushes; or sign it with a key that"
    " the server knows: git commit --amend -S"
)
"""What helps if the server does not know who pushes, and would ask that of a policy without the question."""

_UNKNOWN = (
    "on the server: git config tk.pusher VARIABLE, or none if nothing tells who pushes",
    "on the server: git config tk.pusher VARIABLE, the one that tells who pushes; without one:"
    " tk undo, tk config set proof name, and do it again",
)
"""What helps if the server does not know who pushes, under edition 1 of the law and since."""
