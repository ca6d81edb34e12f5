"""No short history of two actors and a keeper gets past a policy; `stress/bounded.py` tries longer ones."""

from __future__ import annotations

import pytest

from stress.bounded import Setting, explored, settings
from tkledger.core.rules import RULES

SETTINGS = {one.title: one for one in settings()}
SHORT = ("one approval, pauses", "by role", "a guard of a type", "a gate of a type, more of each")
"""Settings without branches: their histories are few."""


@pytest.mark.parametrize("title", [*SHORT, *(f"{one}, forged" for one in SHORT)])
def test_nothing_wrong_is_accepted(title: str) -> None:
    world = explored(SETTINGS[title]._replace(most_evidence=1), 4)
    assert world.wrongs == []
    assert world.accepted > 100
    more = {"TK513", "TK514"} if SETTINGS[title].policy.gates else {"TK201"}
    assert {"TK503", "TK504"} | more <= set(world.refused)


@pytest.mark.parametrize(
    ("code", "title", "steps"),
    [
        ("TK502", "the policy", 1),
        ("TK503", "one approval, pauses", 3),
        ("TK505", "two approvals", 3),
        ("TK507", "a guard of a type", 3),
        ("TK508", "a guard of a type", 1),
        ("TK512", "by role, forged", 3),
        ("TK513", "a gate of a type", 2),
        ("TK514", "a gate of a type", 3),
        ("TK508", "a gate of a type", 3),
    ],
)
def test_without_a_rule_something_wrong_is_accepted(code: str, title: str, steps: int) -> None:
    setting: Setting = SETTINGS[title]
    few = setting._replace(tried=setting.tried - {"branches"})
    rules = tuple(one for one in RULES if one.code != code)
    assert explored(few, steps, rules).wrongs
