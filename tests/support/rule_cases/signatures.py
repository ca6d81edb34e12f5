"""What has to be signed, TK512, and who can sign at all, TK609; and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, birth, ledger, merged
from tests.support.public_keys import ANN, BOB, GPG
from tests.support.rule_cases.approvals import INDEPENDENT, approval
from tests.support.rule_cases.case import V2, V3, Case, edit, law
from tests.support.rule_cases.guards import guarded, move
from tkledger.core.change import Change, change
from tkledger.core.keyring import signing_with
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.public_keys import fingerprint
from tkledger.core.signature import BAD, GOOD, NONE, REVOKED, UNKNOWN, Signature

KEYS = {"ann": (ANN,), "bob": (BOB,)}
PROVEN = INDEPENDENT._replace(proof="signature", keys=KEYS)
BY_NAME = PROVEN._replace(proof="name")
NAMED = V2._replace(proof="signature", keys=KEYS, roles={"policy": ("ann",)})
DEEPER = NAMED._replace(version=3, depth=3)


def signed(made: Change, key: str = "", state: str = GOOD) -> Change:
    """The same change, signed with a key; or its signature is of another state."""

    def by(policy: Policy) -> Signature:
        if state != GOOD:
            return Signature(state=state)
        who = signing_with(policy, fingerprint(key))
        return Signature(who, fingerprint(key), GOOD if who else UNKNOWN)

    return made._replace(signature=by)


def _approved(key: str = BOB, state: str = GOOD, policy: Policy = PROVEN) -> Change:
    return signed(approval("bob", law=policy), key, state)


def signature_cases() -> list[Case]:
    without = PROVEN._replace(keys={"ann": (ANN,)})
    former = PROVEN._replace(actors={"bob@old.example": "bob"}, keys={"bob@old.example": (BOB,)})
    rows = [
        ("unsigned", _approved(state=NONE), _approved(state=NONE, policy=BY_NAME)),
        ("signed with another's key", _approved(ANN), _approved()),
        ("signed with a key nobody has", _approved(GPG), _approved(policy=former)),
        ("signed for another commit", _approved(state=BAD), _approved()),
        ("signed with a revoked key", _approved(state=REVOKED), _approved()),
        ("signed with a key that was removed", _approved(policy=without), _approved()),
    ]
    limits = V2._replace(proof="signature", keys=KEYS, roles={"budget": ("bob",)})
    raised = edit(a_task(budget={"steps": 1}), a_task(budget={"steps": 2}), policy=limits)
    raised = raised._replace(actor="bob", message="tk: edit a\n\nTk-Reason: it grew\n")
    rows.append(("a limit", signed(raised, state=NONE), signed(raised, BOB)))
    aside = PROVEN._replace(roles={"override": ("bob",)})
    lifted = edit(a_task(), a_task(title="b"), policy=aside)._replace(
        actor="bob", message="b\n\nTk-Override: it is late\n"
    )
    rows.append(("rules set aside", signed(lifted, ANN), signed(lifted, BOB)))
    rows += _guarded()
    squashed = PROVEN._replace(squash="path")
    passed = birth(a_task(state="in_review"), policy=squashed)._replace(actor="bob")
    rows.append(("a birth past the work", signed(passed, state=NONE), signed(passed, BOB)))
    deeper = law(NAMED, DEEPER)._replace(actor="ann")
    rows.append(("the policy", signed(deeper, BOB), signed(deeper, ANN)))
    open_ = law(NAMED._replace(roles={}), DEEPER)._replace(actor="bob")
    rows.append(("a policy that nobody keeps", signed(open_, state=NONE), signed(open_, BOB)))
    beside = ledger(policy=NAMED._replace(version=3, lease=60))
    old = merged(ledger(policy=V2), ledger(policy=NAMED), beside, into=beside)
    old = old._replace(actor="ann")
    rows.append(("a policy given up", signed(old, state=NONE), signed(old, ANN)))
    return [
        *(Case("TK512", what, broken, legal) for what, broken, legal in rows),
        *_locked_cases(),
    ]


def _guarded() -> list[tuple[str, Change, Change]]:
    """A guard that wants a signature wants it of the tasks that it guards, whatever the proof."""
    keys = DEFAULT._replace(keys=KEYS)
    want = guarded(law=keys, signed=True, type=["bug"])
    bug, other = move(want, type="bug"), move(want, type="task")
    led = guarded(law=PROVEN._replace(review="optional", roles={"lead": ("bob",)}), role="lead")
    return [
        ("a guard", signed(bug, state=NONE), signed(bug, BOB)),
        ("a guard by another", signed(bug, ANN), signed(other, ANN)),
        ("a guard with a role", signed(move(led), state=NONE), signed(move(led), BOB)),
    ]


def _locked_cases() -> list[Case]:
    other = NAMED._replace(keys={"bob": (BOB,)})
    return [
        Case("TK609", "no key at all", law(V2, V3._replace(proof="signature")), law(V2, V3)),
        Case(
            "TK609",
            "no key of who may",
            law(V2, other._replace(version=3)),
            law(V2, other._replace(version=3, proof="name")),
        ),
        Case(
            "TK609",
            "the last one removed",
            signed(law(NAMED, other._replace(version=3))._replace(actor="ann"), ANN),
            signed(law(NAMED, DEEPER._replace(keys={"ann": (ANN,)}))._replace(actor="ann"), ANN),
        ),
        Case(
            "TK609",
            "in the first policy",
            change((), ledger(policy=V2._replace(proof="signature"))),
            change((), ledger(policy=NAMED)),
        ),
    ]
