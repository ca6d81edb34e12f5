"""Overrides: an actor with the role ``override`` sets rules aside that allow it, and says why."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core import policy
from tkledger.core.change import Change, Violation
from tkledger.core.quoting import any_of
from tkledger.core.rules.rule import Finding, rule
from tkledger.core.trailers import OVERRIDE, says, trailers
from tkledger.core.typing import NamedTuple


class SetAside(NamedTuple):
    """A rule that an authorised actor set aside: what it said, who did it, and why."""

    violation: Violation
    actor: str
    reason: str


def reason(message: str) -> str | None:
    """Why a commit with this message sets rules aside; None if it does not say that it does."""
    return trailers(message).get(OVERRIDE) if OVERRIDE in message else None


def lifts(change: Change) -> bool:
    """Whether the rules that allow it are set aside for a change: its actor has the role, and the message
    gives a reason, or is not written yet.
    """
    if not change.law.roles.get(policy.OVERRIDE) or change.law.law < 2:
        return False
    said = change.message is None or says(reason(change.message) or "")
    return said and change.law.has_role(change.actor, policy.OVERRIDE)


def way_around(change: Change) -> str:
    """The further remedy, if the actor may set the rule aside."""
    law = change.law
    may = law.roles.get(policy.OVERRIDE) and law.has_role(change.actor, policy.OVERRIDE)
    return "; or --override REASON" if may else ""


@rule("TK510", since=2)
def override_without_the_role(change: Change) -> Iterator[Finding]:
    """A commit that changes the ledger sets rules aside by a line `Tk-Override: REASON` in its message,
    and its actor does not have the role `override`, or the reason says nothing.

    With the role and a reason, which has a letter or digit, the line sets aside what breaks a rule
    that says so on its page. `tk verify` reports it, and `tk log` and `tk show` show it. The violation is
    reported for the first task or path that the commit changes, in the order of their names.

    Why: an exception is a decision; who made it, and why, has to be seen.

    Remedy: an actor with the role runs the command, or leave the line out. `tk config set roles.override
    ACTOR...` says who has it.
    """
    said = reason(change.message) if change.message and change.touched else None
    law = change.law
    if said is None or not change.actor:
        return
    first = min(change.touched)
    if not law.has_role(change.actor, policy.OVERRIDE):
        from tkledger.core.roles import holders  # only a refusal asks

        named = holders(law, policy.OVERRIDE)
        way = f"leave out --override, and the line '{OVERRIDE}' in the message"
        yield Finding(
            first,
            f"sets rules aside, which is not for {change.actor}",
            f"{way}, or ask {any_of(named)} to do it"
            if named
            else f"{way}: no actor has that role",
        )
    elif not says(said):
        yield Finding(
            first,
            "sets rules aside without a reason",
            f"give --override REASON, or a line '{OVERRIDE}: REASON' in the message",
        )
