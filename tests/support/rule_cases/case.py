"""What breaks a rule beside what is legal, and the words that cases are told in."""

from __future__ import annotations

from typing import NamedTuple

from tests.support.changes import a_task, commit, edit, ledger
from tkledger.core.change import Change
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.snapshot import Flaw, Snapshot


class Case(NamedTuple):
    """A change that breaks exactly the rules ``also`` and ``code``, and a legal twin."""

    code: str
    what: str
    broken: Change
    legal: Change
    also: tuple[str, ...] = ()


FORM = ("TK101", "TK102", "TK103", "TK104", "TK105", "TK106", "TK107", "TK108", "TK109", "TK110")

SQUASH = DEFAULT._replace(squash="path")
REVIEW = DEFAULT._replace(review="required")
SQUASH_REVIEW = SQUASH._replace(review="required")
LOOPS = DEFAULT._replace(loops={"identity": "refuse", "respawn": "refuse"})
FEW = DEFAULT._replace(children=2)
SHALLOW = DEFAULT._replace(depth=1)
V2 = DEFAULT._replace(version=2)
V3 = DEFAULT._replace(version=3)


CONCERNS = ["ops: o", "design: d"]


def flaw(code: str, subject: str = "a", mark: str = "1") -> Flaw:
    return Flaw(code, subject, "is bad", "mend it", mark)


def to(state: str, **fields: object) -> Change:
    """A task goes from todo to ``state`` without more ado."""
    return edit(a_task(), a_task(state=state, **fields))


def law(before: Policy, after: Policy) -> Change:
    return commit(ledger(policy=before), ledger(policy=after))


def lawless(before: Snapshot, after: Snapshot) -> Snapshot:
    """A ledger whose policy's file is gone, while the last one is still in force."""
    entries = {key: entry for key, entry in after.entries.items() if key != POLICY_PATH}
    return Snapshot(entries, before.policy)
