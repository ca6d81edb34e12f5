"""The words of every rule, as a user reads them, in one file: a change of them is seen in its diff.

``UPDATE_GOLDEN=1`` writes the file anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.support.changes import commit, ledger
from tests.support.rule_cases import CASES
from tests.support.rule_cases.case import FORM
from tests.support.rule_cases.doors import FACTS
from tests.support.rule_cases.flaws import flaws
from tkledger.core.catalogue import EVERY
from tkledger.core.change import Violation
from tkledger.core.door_rules import judge_door
from tkledger.core.rules import judge
from tkledger.core.snapshot import Snapshot

GOLDEN = Path(__file__).parents[2] / "data" / "golden" / "rules.txt"


def _told(what: str, violations: Iterable[Violation]) -> Iterator[str]:
    yield f"# {what}"
    for one in violations:
        yield f"{one.code} {one.name}: {one.task}: {one.message}"
        yield f"  remedy: {one.remedy}"
        if one.repair:
            yield f"  once committed: {one.repair}"
    yield ""


def _all() -> Iterator[str]:
    empty = ledger()
    for what, key, flaw in sorted(flaws()):
        flawed = Snapshot({**empty.entries, key: flaw}, empty.policy)
        yield from _told(what, judge(commit(empty, flawed)))
    for case in sorted(CASES, key=lambda case: (case.code, case.what)):
        if case.code in FORM and any(case.broken.after.flaws()):
            continue  # a flaw with made-up words; above are those of the reader
        yield from _told(f"{case.code} {case.what}", judge(case.broken))
    for what, fact in FACTS:
        yield from _told(what, judge_door(fact))


def test_message_and_remedy_of_every_rule_are_these() -> None:
    told = "".join(f"{line}\n" for line in _all())
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(told, encoding="utf-8")
    assert told == GOLDEN.read_text(encoding="utf-8"), "if this is meant, set UPDATE_GOLDEN=1"


def test_they_are_texts_of_every_rule_and_each_of_the_rule_it_is_for() -> None:
    parts = GOLDEN.read_text(encoding="utf-8").split("\n\n")
    told = [part for part in parts if part]
    for part in told:
        heading, *lines = part.splitlines()
        assert any(line.startswith(f"{heading[2:7]} ") for line in lines), heading
    assert {part[2:7] for part in told} == {rule.code for rule in EVERY}
