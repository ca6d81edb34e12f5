"""What the door checks let pass: the honest case beside each that `tests.support.rule_cases.doors` breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.changes import a_task, ledger
from tests.support.rule_cases.doors import (
    APPROVAL,
    BEGUN,
    CLAIM,
    FAILED,
    HANDOVER,
    HEAD,
    LATER,
    OID,
    RATED,
    RESERVED,
    SAID,
    SLEPT,
    SPENT,
)
from tkledger.core.budget import Gauge, Limit
from tkledger.core.claim import LONGEST_LEASE
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.attribution import CodeCommit, asks
from tkledger.core.door_rules.branches import WorkOnBranches
from tkledger.core.door_rules.claims import ClaimedWork
from tkledger.core.door_rules.idle import NewTask
from tkledger.core.door_rules.limits import AssignedStart
from tkledger.core.door_rules.push import NewLedger
from tkledger.core.policy import DEFAULT
from tkledger.core.snapshot import EMPTY

if TYPE_CHECKING:
    from tkledger.core.door_rules import DoorFact

GUARDED = DEFAULT._replace(protected=("release", "refs/tags/v1"))
SIDE = HEAD._replace(ref="refs/heads/side", is_head=False)
BOBS = CLAIM._replace(holder="bob", nonce="n2", epoch=3)
TAKEN = HANDOVER._replace(new=BOBS)
ENDED = CLAIM._replace(final="done")
DELETED = HANDOVER._replace(new=None, known=frozenset({"bob"}))
CODE = CodeCommit("0123456789", False, ("a",), True, (ledger(), ledger(a_task())))
GAUGE = Gauge(Limit("a", "steps", 3, False, False), 3)

LEGAL: tuple[tuple[str, DoorFact], ...] = (
    ("TK701 a branch without protection", SIDE._replace(new=None)),
    ("TK701 no policy", SIDE._replace(new=None, policy=None)),
    ("TK701 a tag is no branch", SIDE._replace(ref="refs/tags/v1", new=None, policy=GUARDED)),
    ("TK702 a branch without protection", SIDE._replace(forward=False, policy=GUARDED)),
    ("TK702 forward", HEAD),
    ("TK702 the first commit of HEAD", HEAD._replace(old=None, forward=False)),
    ("TK703 as late as may be", HEAD._replace(dates={LATER: 1_600, OID: 0})),
    ("TK704 a claim", SIDE._replace(ref="refs/tk/claims/a")),
    ("TK704 an inbox", SIDE._replace(ref="refs/tk/inbox/ann")),
    ("TK704 a name that only begins like tk's", SIDE._replace(ref="refs/tkx/a")),
    ("TK704 git's notes", SIDE._replace(ref="refs/notes/replace")),
    ("TK705 who pushes", APPROVAL._replace(logins=("f",), known=frozenset({"bob", "ann"}))),
    ("TK706 a task of one of the ledgers", CODE),
    ("TK706 a task of the ledger", CODE._replace(ledgers=CODE.ledgers[1:])),
    ("TK706 one of several is a task", CODE._replace(tasks=("z", "a", "y"))),
    ("TK706 not required", CODE._replace(tasks=(), required=False)),
    ("TK706 not required of an unknown task", CODE._replace(tasks=("z",), required=False)),
    ("TK706 a merge", CODE._replace(tasks=(), merge=True)),
    ("TK707 one's own", ClaimedWork("a", "bob", "bob", "0123456789", True)),
    ("TK707 unclaimed", ClaimedWork("a", "bob", None, "", False)),
    ("TK708 awake", NewTask("a", "ann", all_idle=False, idle=False)),
    ("TK709 a renewal", HANDOVER),
    ("TK709 a later epoch of the same holder", HANDOVER._replace(new=CLAIM._replace(epoch=3))),
    ("TK709 the longest lease", HANDOVER._replace(new=CLAIM._replace(ttl=LONGEST_LEASE))),
    ("TK709 the next epoch", HANDOVER._replace(new=CLAIM._replace(epoch=3), links=1)),
    ("TK709 two claims more", HANDOVER._replace(new=CLAIM._replace(epoch=4), links=2)),
    ("TK709 the first epoch", HANDOVER._replace(old=None, new=CLAIM._replace(epoch=1), links=1)),
    ("TK709 deleted, no epoch", DELETED._replace(over=True, links=0)),
    ("TK709 renewed by another login", HANDOVER._replace(known=frozenset({"bob"}))),
    ("TK709 ended there", HANDOVER._replace(new=ENDED, states=("todo", "done"))),
    ("TK709 the first", HANDOVER._replace(old=None, descends=False)),
    ("TK709 after the lease", TAKEN._replace(lapsed=True)),
    ("TK709 after a release", TAKEN._replace(old=CLAIM._replace(released=True))),
    ("TK709 after an end", TAKEN._replace(old=CLAIM._replace(final="done"))),
    ("TK709 deleted by its holder", DELETED._replace(known=frozenset({"bob", "ann"}))),
    ("TK709 deleted, nobody asks by whom", DELETED._replace(known=None)),
    ("TK709 deleted, the work is over", DELETED._replace(over=True)),
    ("TK709 deleted after the lease", DELETED._replace(lapsed=True)),
    ("TK709 deleted, released", DELETED._replace(old=CLAIM._replace(released=True))),
    ("TK709 one that was not there is deleted", DELETED._replace(old=None)),
    ("TK710 the only one", NewLedger(OID, "")),
    ("TK711 all of it", WorkOnBranches("a", (GAUGE,))),
    ("TK711 as many children as may be", WorkOnBranches("a", children=2, most=2)),
    ("TK711 no limit", WorkOnBranches("a", children=9)),
    ("TK713 this one does not matter", BEGUN._replace(at_work={"a": "ann", "b": "ann"})),
    ("TK713 one of all is this one", BEGUN._replace(at_work=dict.fromkeys("abc", "bob"))),
    ("TK713 no limit", BEGUN._replace(at_work=dict.fromkeys("bcdef", "ann"), policy=DEFAULT)),
    ("TK713 within its capacity", BEGUN._replace(capacity=2, at_work={"b": "ann", "c": "bob"})),
    ("TK721 once in an hour", RATED._replace(started=(("b", 999_000), ("c", 996_400)))),
    ("TK721 another actor's rate", RATED._replace(actor="cyd", started=(("b", 999_900),) * 9)),
    ("TK724 all of it", SPENT._replace(gauges=(SPENT.gauges[0]._replace(used=3),))),
    ("TK724 no quota", SPENT._replace(gauges=())),
    ("TK721 no rate", RATED._replace(policy=DEFAULT)),
    ("TK714 an hour later", FAILED._replace(now=1_003_600)),
    ("TK714 once", FAILED._replace(failed=FAILED.failed._replace(tasks=("b",)))),
    ("TK714 no limit", FAILED._replace(policy=DEFAULT)),
    ("TK715 taken in the open", AssignedStart("a", "ann", "bob", "bob")),
    ("TK723 for one's own", RESERVED._replace(holder="ann")),
    ("TK723 nobody holds it", RESERVED._replace(holder="")),
    ("TK723 an earlier one", RESERVED._replace(newest=False)),
    (
        "TK723 by a dispatcher",
        RESERVED._replace(policy=DEFAULT._replace(roles={"dispatcher": ("a*",)})),
    ),
    ("TK720 of oneself", SAID),
    ("TK720 by a dispatcher", SAID._replace(event=SLEPT._replace(by="lead-1"))),
    ("TK720 no actor has the role", SAID._replace(event=SLEPT._replace(by="eve"), policy=DEFAULT)),
    ("TK720 who pushes", SAID._replace(known=frozenset({"bob", "eve"}))),
)


@pytest.mark.parametrize("fact", [fact for _, fact in LEGAL], ids=[what for what, _ in LEGAL])
def test_a_door_lets_pass(fact: DoorFact) -> None:
    assert list(judge_door(fact)) == []


@pytest.mark.parametrize("forward", [True, False])
def test_a_branch_that_the_policy_names_is_protected_as_that_of_head_is(forward: bool) -> None:
    named = SIDE._replace(ref="refs/heads/release", policy=GUARDED, forward=forward)
    assert [one.code for one in judge_door(named)] == ([] if forward else ["TK702"])
    assert [one.code for one in judge_door(named._replace(new=None, forward=True))] == ["TK701"]


def test_every_commit_of_a_push_is_asked_for_its_date() -> None:
    dates = {"a" * 40: 1_601, "b" * 40: 1_600, "c" * 40: 5_000}
    assert [(one.task, one.message) for one in judge_door(SIDE._replace(dates=dates))] == [
        ("a" * 10, "is dated 601 s ahead of the server's clock"),
        ("c" * 10, "is dated 4000 s ahead of the server's clock"),
    ]


def test_who_deleted_a_claim_is_named_by_all_names() -> None:
    (found,) = judge_door(DELETED._replace(known=frozenset({"eve", "bob"})))
    assert found.message == "the claim of ann is deleted by bob, eve"
    remedy = "tk sync, then tk next, or if that is over: tk release a --from ann"
    assert found.remedy == remedy
    (found,) = judge_door(HANDOVER._replace(old=None, new=CLAIM._replace(task="b")))
    assert found.remedy == "tk sync, then tk next"


def test_attribution_is_asked_for_by_the_policy() -> None:
    assert asks(ledger(policy=DEFAULT._replace(attribution="required")))
    assert not asks(ledger())
    assert not asks(EMPTY)


@pytest.mark.parametrize(
    ("fact", "code", "message"),
    [
        (HEAD._replace(new=None, forward=False), "TK701", "is protected and would be deleted"),
        (
            HANDOVER._replace(old=None, new=CLAIM._replace(epoch=2), links=1),
            "TK709",
            "the pushed claim is of epoch 2; 1 is the last that may follow",
        ),
        (
            HANDOVER._replace(new=ENDED, states=("todo", "blocked")),
            "TK709",
            "the pushed claim says done on tk/a, but it is todo there after the push",
        ),
        (
            APPROVAL._replace(logins=("fleet", "f2"), known=frozenset({"bob", "al"})),
            "TK705",
            "approved in the name of ann, pushed by fleet, f2 (for al, bob)",
        ),
        (
            CODE._replace(tasks=("c", "b")),
            "TK706",
            "names b, which is not a task",
        ),
    ],
)
def test_a_door_says_once_what_is_wrong(fact: DoorFact, code: str, message: str) -> None:
    assert [(one.code, one.message) for one in judge_door(fact)] == [(code, message)]


AMENDED = (
    "of the newest commit: git commit --amend --no-edit --trailer Tk-Task=ID; of others:"
    " git rebase -i, and reword each with a line 'Tk-Task: ID'"
)


@pytest.mark.parametrize(
    ("own", "exists", "way"),
    [
        (None, True, AMENDED),
        (None, False, "end its message with a line: Tk-Task: ID"),
        ((), False, "TK_TASK=ID git commit, with the id of a task: tk list"),
        (("a",), False, "TK_TASK=a git commit"),
        (
            tuple("abcdef"),
            False,
            ", or ".join(f"TK_TASK={task} git commit" for task in "abcde"),
        ),
    ],
)
def test_a_commit_names_its_task_in_the_way_it_still_can(
    own: tuple[str, ...] | None, exists: bool, way: str
) -> None:
    (found,) = judge_door(CODE._replace(tasks=(), own=own, exists=exists))
    assert (found.message, found.remedy) == ("names no task", way)


def test_five_tasks_are_named_and_the_others_counted() -> None:
    told = (
        "ann is at work on b, c, d, e, f and 1 more, the policy's wip_actor is 2",
        "6 tasks are worked on, the policy's wip_total is 3",
    )
    busy = BEGUN._replace(at_work=dict.fromkeys("bcdefg", "ann"))
    assert sorted(one.message for one in judge_door(busy)) == sorted(told)
    assert not BEGUN.where  # it is no commit yet


def test_what_nobody_has_claimed_is_free() -> None:
    assert HANDOVER._replace(old=None).is_free
    assert not HANDOVER.is_free
