"""What breaks the door checks, TK7xx: one fact for each thing that they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tkledger.core.agent import ASLEEP, AgentEvent
from tkledger.core.artifact import MAX_BYTES
from tkledger.core.budget import Gauge, Limit
from tkledger.core.claim import Claim
from tkledger.core.door_rules.agents import EventAdded
from tkledger.core.door_rules.attribution import CodeCommit
from tkledger.core.door_rules.branches import QuotaUsed, WorkOnBranches
from tkledger.core.door_rules.claims import ClaimedWork, Handover
from tkledger.core.door_rules.identity import RestrictedAction
from tkledger.core.door_rules.idle import NewTask
from tkledger.core.door_rules.limits import AssignedStart, Failed, WorkBegun
from tkledger.core.door_rules.push import FirstPolicy, NewLedger, RefUpdate
from tkledger.core.door_rules.reach import BranchMoved
from tkledger.core.door_rules.records import RecordMoved
from tkledger.core.door_rules.reservations import PathsReserved
from tkledger.core.door_rules.reviews import JoinedApproval
from tkledger.core.policy import DEFAULT
from tkledger.core.quota import QuotaGauge
from tkledger.core.reservation import Overlap, Reservation

if TYPE_CHECKING:
    from tkledger.core.door_rules import DoorFact

OID = "0123456789abcdef0123456789abcdef01234567"
LATER = "f" * 40
CLAIM = Claim("a", "ann", "refs/heads/tk/a", "refs/heads/main", 3600, "n1", epoch=2)

HEAD = RefUpdate("refs/heads/main", OID, LATER, True, True, {}, 1_000, None)
HANDOVER = Handover("a", CLAIM, CLAIM._replace(nonce="n2"), descends=True, lapsed=False)
APPROVAL = RestrictedAction("a", "approved", "ann", (), frozenset())
BEGUN = WorkBegun("a", "ann", DEFAULT._replace(wip_actor=2, wip_total=3, failures=2))
FAILED = BEGUN._replace(failed=Failed(("c", "b"), 1_000_000), now=1_003_599)
RATED = BEGUN._replace(
    policy=DEFAULT._replace(rates={"a*": "2/h", "*": "1/m", "bob": "1/d"}),
    now=1_000_000,
    started=(("b", 999_000), ("c", 998_000)),
)
_BOBS = CLAIM._replace(holder="bob", nonce="n2", epoch=3)

REACH = BranchMoved("main", "bot-1", (("bot-*", ("tk/*", "bot")), ("*", ())))
ARTIFACT = f"refs/tk/artifacts/{OID}"
MET = Overlap("src/parser", "b", "bob")
SPENT = QuotaUsed(
    "a",
    "ann",
    DEFAULT._replace(roles={"policy": ("bob smith",)}),
    (QuotaGauge("a*", "calls", 3, 4, "2h", 1_003_600, 80),),
)
RESERVED = PathsReserved(
    "refs/tk/reservations/a", Reservation("a", "ann", ("src",)), 200, DEFAULT, "bob"
)
SLEPT = AgentEvent(ASLEEP, "bob", "bob")
SAID = EventAdded(
    "refs/tk/agents/bob", SLEPT, 200, DEFAULT._replace(roles={"dispatcher": ("ann", "lead-*")})
)

FACTS: tuple[tuple[str, DoorFact], ...] = (
    ("TK701 the branch of HEAD", HEAD._replace(new=None)),
    ("TK702 the branch of HEAD", HEAD._replace(forward=False)),
    ("TK702 a name to be quoted", HEAD._replace(ref="refs/heads/a;b", forward=False)),
    ("TK703 a second too late", HEAD._replace(dates={LATER: 1_601})),
    ("TK704 a replacement", HEAD._replace(ref=f"refs/replace/{OID}", is_head=False)),
    ("TK704 one of tk's own", HEAD._replace(ref="refs/tk/validated", is_head=False)),
    ("TK705 another pushes", APPROVAL._replace(logins=("bob",), known=frozenset({"bob"}))),
    ("TK705 not for this one", APPROVAL._replace(logins=("fleet",), known=frozenset({"b", "c"}))),
    ("TK705 nobody known pushes", APPROVAL),
    ("TK705 nobody known pushes, and the policy is kept", APPROVAL._replace(kept=True)),
    ("TK705 nobody known pushes under edition 1", APPROVAL._replace(edition=1)),
    ("TK706 no task", CodeCommit("0123456789", False, (), True, ())),
    ("TK706 an unknown task", CodeCommit("0123456789", False, ("z",), True, ())),
    ("TK707 claimed by another", ClaimedWork("a", "bob", "ann smith", "0123456789", False)),
    ("TK707 claimed, in progress", ClaimedWork("a", "bob", "ann", "", False, open=True)),
    ("TK707 claimed by nobody", ClaimedWork("a", "bob", None, "", True)),
    ("TK708 the actor", NewTask("a", "ann", all_idle=False, idle=True)),
    ("TK708 everyone", NewTask("a", "ann", all_idle=True, idle=False)),
    ("TK709 unreadable", HANDOVER._replace(new=CLAIM._replace(nonce=""))),
    ("TK709 another task", HANDOVER._replace(new=CLAIM._replace(task="b"))),
    ("TK709 something else below it", HANDOVER._replace(stray=LATER)),
    ("TK709 unrelated", HANDOVER._replace(descends=False)),
    ("TK709 too long a lease", HANDOVER._replace(new=CLAIM._replace(ttl=2_592_001))),
    ("TK709 an epoch too far", HANDOVER._replace(new=CLAIM._replace(epoch=4), links=1)),
    ("TK709 an earlier epoch", HANDOVER._replace(new=CLAIM._replace(epoch=1))),
    ("TK709 still held", HANDOVER._replace(new=_BOBS)),
    (
        "TK709 the same epoch after a release",
        HANDOVER._replace(new=_BOBS._replace(epoch=2), freed=True),
    ),
    ("TK709 the same epoch", HANDOVER._replace(new=_BOBS._replace(epoch=2), lapsed=True)),
    ("TK709 deleted", HANDOVER._replace(new=None, known=frozenset({"bob"}))),
    (
        "TK709 not ended there",
        HANDOVER._replace(new=CLAIM._replace(final="done"), states=("todo",)),
    ),
    ("TK709 not there", HANDOVER._replace(new=CLAIM._replace(final="done"))),
    ("TK710 another ledger", NewLedger(OID, "refs/heads/main")),
    ("TK711 a step", WorkOnBranches("a", (Gauge(Limit("a", "steps", 3, False, False), 4),))),
    (
        "TK711 a step after a branch was deleted",
        WorkOnBranches("a", (Gauge(Limit("a", "steps", 3, False, False), 4),), LATER),
    ),
    ("TK711 a child", WorkOnBranches("a", children=3, most=2)),
    ("TK712 a newer policy elsewhere", FirstPolicy("refs/heads/main", OID, "refs/heads/a;b")),
    ("TK713 the actor", BEGUN._replace(at_work={"b": "ann", "c": "ann"})),
    ("TK713 all", BEGUN._replace(at_work=dict.fromkeys("bcd", "bob"))),
    (
        "TK713 all, and one is the actor's",
        BEGUN._replace(at_work={"b": "eve", "c": "bob", "d": "ann"}),
    ),
    ("TK713 its own capacity", BEGUN._replace(capacity=1, at_work={"b": "ann"}, policy=DEFAULT)),
    ("TK714 two tasks", FAILED),
    ("TK714 two attempts", FAILED._replace(failed=Failed(("b", "b"), 1_000_000))),
    ("TK715 about to be committed", AssignedStart("a", "ann", "bob smith", "")),
    (
        "TK715 taken from another",
        AssignedStart("a", "ann", "bob smith", "eve", "0123456789", made=False),
    ),
    ("TK716 reported", JoinedApproval("a", (OID,))),
    ("TK716 to a protected branch", JoinedApproval("a", (OID, LATER), "main")),
    ("TK718 deleted", RecordMoved("refs/tk/inbox/bob", OID, None, forward=False)),
    ("TK718 cut", RecordMoved("refs/tk/inbox/bob", OID, LATER, forward=False)),
    ("TK718 an agent", RecordMoved("refs/tk/agents/bob", OID, None, forward=False)),
    ("TK721 as many as may be", RATED),
    ("TK721 each pattern limits", RATED._replace(started=(("b", 999_999), ("c", 990_000)))),
    ("TK722 two paths", BEGUN._replace(overlaps=(MET, MET._replace(path="a b")))),
    ("TK724 taken up", SPENT),
    ("TK724 a step", SPENT._replace(step=True)),
    ("TK723 for another", RESERVED),
    ("TK723 not a reservation", RESERVED._replace(reservation=None)),
    ("TK723 of another task", RESERVED._replace(ref="refs/tk/reservations/b")),
    ("TK723 too large", RESERVED._replace(size=16 * 1024 + 1)),
    ("TK723 not who pushes", RESERVED._replace(known=frozenset({"eve"}))),
    ("TK723 what others reserved", RESERVED._replace(holder="ann", overlaps=(MET,), made=False)),
    ("TK720 of another", SAID._replace(event=SLEPT._replace(by="eve"))),
    ("TK720 in the place of another", SAID._replace(ref="refs/tk/agents/ann")),
    ("TK720 not an event", SAID._replace(event=None)),
    ("TK720 too large", SAID._replace(size=16 * 1024 + 1)),
    ("TK720 not who pushes", SAID._replace(known=frozenset({"eve"}))),
    ("TK719 taken away", RecordMoved(ARTIFACT, OID, None, forward=False)),
    ("TK719 no file", RecordMoved(ARTIFACT, None, OID, forward=False)),
    ("TK719 another file", RecordMoved(ARTIFACT, None, LATER, forward=False, size=7)),
    ("TK719 too large", RecordMoved(ARTIFACT, None, OID, forward=False, size=MAX_BYTES + 1)),
    ("TK717 one pattern", REACH),
    (
        "TK717 several, by a name to be quoted",
        REACH._replace(branch="a;b", limits=(*REACH.limits, ("*", ("x y",)))),
    ),
    ("TK715 committed", AssignedStart("a", "ann", "bob smith", "", "0123456789")),
)
