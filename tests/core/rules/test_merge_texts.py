"""What a merge that authors a value or loses a move is told, by which base, and by which last version."""

from __future__ import annotations

from tests.support.changes import a_task, done, ledger, merged
from tkledger.core.change import Change
from tkledger.core.rules import judge
from tkledger.core.snapshot import Flaw
from tkledger.core.task import Task

BASE = ledger(a_task())
BROKEN = ledger(flaws=(Flaw("TK101", "a", "is bad", "mend it"),))
BEGUN = ledger(a_task(state="in_progress"))
BLOCKED = ledger(a_task(state="blocked", wait={"reason": "user"}))
REVIEWED = ledger(a_task(state="in_review"))


def told(made: Change) -> list[tuple[str, str]]:
    return [(one.message, one.remedy) for one in judge(made)]


def messages(made: Change) -> list[str]:
    return [message for message, _ in told(made)]


def test_all_authored_fields_are_named_and_the_first_in_the_remedy() -> None:
    ours, theirs = ledger(a_task(owner="x", priority=1)), ledger(a_task(owner="y", priority=3))
    assert told(merged(BASE, ours, theirs, into=ledger(a_task(owner="z", priority=2)))) == [
        (
            "the merge authors priority, owner",
            "keep one side's priority in .tasks/a.yaml, change it in a later commit",
        )
    ]


def test_the_states_that_the_law_chooses_are_named() -> None:
    assert told(merged(BASE, BEGUN, BLOCKED, into=REVIEWED)) == [
        (
            "the merge makes it in_review; the law chooses in_progress or blocked",
            "write 'state: in_progress' in .tasks/a.yaml and complete the merge again",
        )
    ]


def test_a_merge_of_many_sides_cannot_choose() -> None:
    made = merged(BASE, BEGUN, ledger(a_task(state="backlog")), BASE, into=BEGUN)
    assert told(made) == [
        (
            "the merge makes it in_progress; one merge of many sides cannot choose",
            "merge the branches that changed a one after the other",
        )
    ]


def test_a_file_that_cannot_be_read_does_not_win_over_a_change() -> None:
    assert told(merged(BASE, BROKEN, ledger(a_task(owner="x")), into=BROKEN)) == [
        (
            "the merge keeps a file that cannot be read, and loses what the other side did",
            "keep the .tasks/a.yaml that can be read and complete the merge again",
        )
    ]
    assert told(merged(BASE, BROKEN, BASE, into=BROKEN)) == []


def test_of_several_bases_the_one_with_fewest_wrong_fields_counts_in_any_order() -> None:
    ours, theirs = ledger(a_task(owner="x", priority=1)), ledger(a_task(owner="y", priority=3))
    result = ledger(a_task(owner="z", priority=1))
    kept, moved = ledger(a_task(priority=1)), ledger(a_task(priority=2))
    for bases in ((kept, moved), (moved, kept)):
        assert messages(merged(bases, ours, theirs, into=result)) == ["the merge authors owner"]
    sides = ledger(a_task(owner="x", type="p")), ledger(a_task(owner="y", type="q"))
    mine, yours = (ledger(a_task(owner=o, type=t)) for o, t in (("x", "r"), ("s", "p")))
    into = ledger(a_task(owner="x", type="p"))
    for bases in ((mine, yours), (yours, mine)):
        assert messages(merged(bases, *sides, into=into)) == ["the merge authors owner"]


def test_the_states_named_are_those_of_all_bases() -> None:
    for bases, states in (
        ((BASE, BEGUN), "in_progress or blocked"),
        ((BEGUN, BASE), "in_progress or blocked"),
    ):
        made = merged(bases, BEGUN, BLOCKED, into=REVIEWED)
        assert messages(made) == [f"the merge makes it in_review; the law chooses {states}"]


def lost(*last: Task) -> Change:
    """One side made the file unreadable after these versions, the newest first."""
    theirs = ledger(a_task(state="in_progress", owner="x"))
    return merged(BEGUN, BROKEN, theirs, into=theirs)._replace(earlier=lambda parent, key: last)


def test_a_side_that_lost_its_file_counts_with_its_end_or_else_its_newest_version() -> None:
    begun, review = a_task(state="in_progress"), a_task(state="in_review")
    assert messages(lost(begun, done("a"))) == [
        "the merge makes it in_progress; the law chooses done"
    ]
    assert messages(lost(begun, review)) == []
    assert messages(lost(review, begun)) == [
        "the merge makes it in_progress; the law chooses in_review"
    ]
