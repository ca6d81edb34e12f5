"""Rules that are set aside: by whom, by which words, and which rules."""

from __future__ import annotations

import pytest

from tests.support.changes import a_task, birth, codes, commit, edit, ledger
from tests.support.rule_cases.overrides import CHIEF, WHY, begun
from tkledger.core.change import Change
from tkledger.core.policy import DEFAULT
from tkledger.core.rules.rule import Finding, rule
from tkledger.core.rules.suppose import legal_whatever_is_said, set_aside
from tkledger.core.trailers import OVERRIDE


def _nothing_begins(change: Change) -> list[Finding]:
    return [Finding(key, "begins", "do not") for key in change.touched]


SOFT = rule("TK998", since=2, overridable=True)(_nothing_begins)
HARD = rule("TK999", since=2)(_nothing_begins)
BOTH = (SOFT, HARD)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (begun("chief-7"), {"TK999"}),
        (begun("zoe"), {"TK999"}),
        (begun("zoe", f"{WHY}{OVERRIDE}: -\n"), {"TK998", "TK999"}),
        (begun("zoe", "tk: start a"), {"TK998", "TK999"}),
        (begun("zoe", f"a {OVERRIDE}: x"), {"TK998", "TK999"}),
        (begun("ann"), {"TK998", "TK999"}),
        (begun(""), {"TK998", "TK999"}),
        (begun("zoe", law=DEFAULT), {"TK998", "TK999"}),
        (begun("zoe", law=CHIEF._replace(law=1)), set()),
        (begun("ann")._replace(message=None), {"TK998", "TK999"}),
        (begun("zoe")._replace(message=None), {"TK999"}),
    ],
)
def test_only_what_may_be_is_set_aside_and_only_by_the_role_with_a_reason(
    change: Change, left: set[str]
) -> None:
    assert codes(change, BOTH) == left
    aside = {one.violation.code for one in set_aside(change, BOTH)}
    assert aside == ({"TK998"} if left == {"TK999"} and change.message else set())


def test_what_waits_for_its_message_is_not_legal_whatever_is_said() -> None:
    waiting = begun("zoe")._replace(message=None)
    assert not legal_whatever_is_said(waiting, BOTH[:1])
    assert legal_whatever_is_said(waiting)
    assert legal_whatever_is_said(commit(ledger(policy=CHIEF), ledger(policy=CHIEF)))


def test_a_page_says_what_may_be_set_aside() -> None:
    def soft(change: Change) -> list[Finding]:
        """What.

        Why: so.

        Remedy: do.
        """
        return []

    aside = (
        "An actor with the role `override` may set it aside, with a reason: `--override REASON`."
    )
    for overridable, more in ((True, [aside]), (False, [])):
        found = rule("TK998", overridable=overridable)(soft)
        assert found.page.split("\n\n") == ["What.", *more, "Why: so.", "Remedy: do."]


def test_a_line_in_a_commit_that_leaves_the_ledger_alone_is_nobodys_business() -> None:
    one = ledger(a_task(), policy=CHIEF)
    code = commit(one, one)._replace(actor="ann", message=f"{WHY}Tk-Task: a\n")
    assert codes(code) == set()
    assert codes(birth(a_task(), policy=CHIEF)._replace(actor="ann", message=WHY)) == {"TK510"}
    plain = edit(a_task(), a_task(priority=1), policy=CHIEF)
    assert codes(plain._replace(actor="", message=WHY)) == set(), "who acts is not known yet"
