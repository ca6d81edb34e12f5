"""Who may not loosen the policy alone, TK511, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, ledger, merged
from tests.support.rule_cases.case import Case, law
from tkledger.core.change import Change
from tkledger.core.guard import NextPolicy
from tkledger.core.policy import DEFAULT, Policy

TWO = DEFAULT._replace(version=4, depth=5, roles={"policy": ("ann", "bob")})
ALONE = TWO._replace(roles={"policy": ("ann",)})


def deeper(old: Policy = TWO, depth: int = 9, steps: int = 1) -> Policy:
    return old._replace(version=old.version + steps, depth=depth, proposal=None)


def proposing(old: Policy = TWO, by: str = "ann", steps: int = 2) -> Policy:
    """The policy in which that of a greater depth is proposed."""
    proposal = NextPolicy(by, deeper(old, steps=steps))
    return old._replace(version=old.version + 1, proposal=proposal)


def changed(old: Policy, new: Policy, actor: str = "ann") -> Change:
    return law(old, new)._replace(actor=actor)


def keeper_cases() -> list[Case]:
    held = proposing()
    meant = deeper(held)
    three = {"policy": ("ann", "bob", "cid")}
    fleet = TWO._replace(proof="pusher", pushers={"desk": ("ann", "bob")}, roles=three)
    apart = fleet._replace(shared_login="independent")
    many = TWO._replace(roles={"policy": ("k-*",)})
    rows = (
        ("by one of two", changed(TWO, deeper()), changed(TWO, deeper(depth=4))),
        ("by one of a pattern", changed(many, deeper(many), "k-1"), changed(ALONE, deeper(ALONE))),
        ("to be alone", changed(TWO, ALONE._replace(version=5)), changed(ALONE, TWO._replace(version=5))),
        ("approved by who proposed it", changed(held, meant), changed(held, meant, "bob")),
        ("another one than is proposed", changed(held, deeper(held, 10), "bob"), changed(held, meant, "bob")),
        ("more than is proposed", changed(held, meant._replace(children=9, subject="x {subject}"), "bob"),
         changed(held, deeper(held, 3)._replace(children=9), "bob")),
        ("proposed in another's name", changed(TWO, proposing(by="bob")), changed(TWO, proposing())),
        ("not the next one", changed(TWO, proposing(steps=3)), changed(TWO, proposing(), "ann")),
        ("an old proposal", changed(held, held._replace(version=6, lease=60)),
         changed(held, deeper(held, 5)._replace(lease=60))),
        ("two of one login", changed(proposing(fleet), deeper(proposing(fleet)), "bob"),
         changed(proposing(apart), deeper(proposing(apart)), "bob")),
        ("who proposed it has left", changed(held._replace(roles={"policy": ("bob", "cid")}),
                                              meant._replace(roles={"policy": ("bob", "cid")}), "bob"),
         changed(held, meant, "bob")),
    )  # fmt: skip
    newer = DEFAULT._replace(version=9, depth=7, roles=TWO.roles)
    strict, loose = ledger(a_task(), policy=TWO), ledger(policy=newer)
    other = ledger(policy=newer._replace(depth=5))
    both = [
        merged(ledger(policy=DEFAULT), strict, side, into=side.put(a_task()))._replace(actor="ann")
        for side in (loose, other)
    ]
    return [
        *(Case("TK511", what, broken, legal) for what, broken, legal in rows),
        Case("TK511", "given up for one that is looser", both[0], both[1]),
    ]
