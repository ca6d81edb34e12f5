"""Claims that are forged, stolen, aged, or bring something else in."""

from __future__ import annotations

from typing import Any

from stress.attacks.world import ADA, BOB, Answer, Arena, attack, task

DAY = 86_400


def claim(a: Arena, holder: str, parents: tuple[str, ...] = (), **fields: object) -> str:
    """A claim as tk writes it, with some of its lines changed."""
    values: dict[str, object] = {
        "task": "one",
        "holder": holder,
        "branch": "refs/heads/main",
        "base": "refs/heads/main",
        "ttl": 3600,
        "nonce": "00112233aabbccdd",
        "epoch": 1,
    }
    date = fields.pop("date", a.seconds + DAY - 600)
    tree = str(fields.pop("tree", a.git("mktree", stdin="")))
    lines = "".join(f"{key}: {value}\n" for key, value in (values | fields).items())
    who = f"x <{holder}> {date} +0000"
    head = f"tree {tree}\n" + "".join(f"parent {parent}\n" for parent in parents)
    return a.raw(f"{head}author {who}\ncommitter {who}\n\ntk: claim one\n\n{lines}".encode())


def put(a: Arena, oid: str, who: str, name: str = "one") -> Answer:
    """Push a claim over whatever is there."""
    return a.push(f"+{oid}:refs/tk/claims/{name}", who=who)


@attack
def stolen(a: Arena) -> None:
    """Put one's own claim in the place of another's, also as its child or with a higher epoch (TK709)."""
    a.law(claims="remote")
    held = claim(a, ADA)
    a.legal(put(a, held, ADA))
    a.illegal(put(a, claim(a, BOB), BOB), "TK709")
    a.illegal(put(a, claim(a, BOB, epoch=2), BOB), "TK709")
    a.illegal(put(a, claim(a, BOB, (held,)), BOB), "TK709")
    a.illegal(put(a, claim(a, BOB, (held,), epoch=2), BOB), "TK709")
    a.legal(put(a, claim(a, ADA, (held,)), ADA))


@attack
def aged(a: Arena) -> None:
    """Make another's lease run out by dates: the thief's own, or of a chain of renewals (TK709)."""
    a.law(claims="remote")
    held = claim(a, ADA, ttl=60)
    a.legal(put(a, held, ADA))
    for when in (a.seconds - 9 * DAY, a.seconds + DAY + 500):
        a.illegal(put(a, claim(a, BOB, (held,), epoch=2, date=when), BOB), "TK709", "TK703")
    old = claim(a, ADA, task="two", date=a.seconds - 9 * DAY)
    a.legal(put(a, old, ADA, "two"))
    a.illegal(put(a, claim(a, BOB, (old,), epoch=2, task="two"), BOB, "two"), "TK709")
    short = claim(a, BOB, (held, claim(a, ADA, (held,), ttl=1, date=a.seconds)), epoch=2)
    a.illegal(put(a, short, BOB), "TK709")


@attack
def released_by_another(a: Arena) -> None:
    """Release another's claim in the holder's name, then take it (TK709 where the pusher is known)."""
    a.law(claims="remote", review="required")
    held = claim(a, ADA)
    a.legal(put(a, held, ADA))
    a.main(a.move("one", "in_progress", owner=ADA))
    a.illegal(a.push(":refs/tk/claims/one", who=BOB), "TK709")
    a.legal(a.push(":refs/tk/claims/one", who=ADA))


@attack
def swapped_in_one_push(a: Arena) -> None:
    """Delete a claim under one name and make it anew, in one push or through a symbolic ref (TK709)."""
    a.law(claims="remote")
    held = claim(a, ADA)
    a.legal(put(a, held, ADA))
    a.git("symbolic-ref", "refs/tk/claims/alias", "refs/tk/claims/one", at=a.server)
    a.illegal(put(a, claim(a, BOB, task="alias"), BOB, "alias"), "TK")
    a.illegal(put(a, claim(a, BOB), BOB, "alias"), "TK")
    a.legal(put(a, claim(a, ADA, (held,)), ADA))


@attack
def files_in_a_claim(a: Arena) -> None:
    """Bring files or an illegal commit in by a claim, then move a branch to it (TK709)."""
    bad = a.move("one", "done")
    a.legal(put(a, claim(a, ADA), ADA))
    full = a.git("rev-parse", f"{bad}^{{tree}}")
    a.illegal(put(a, claim(a, ADA, task="two", tree=full), ADA, "two"), "TK709")
    a.illegal(put(a, claim(a, ADA, (bad,), task="two"), ADA, "two"), "TK709")
    a.illegal(put(a, claim(a, ADA, (a.tip(),), task="two"), ADA, "two"), "TK709")
    a.illegal(put(a, bad, ADA, "two"), "TK709")
    a.legal(a.tk("hooks", "install", "--server", at=a.server))
    a.cheat(a.commit({"x": "x\n"}, parents=[bad]), "TK201")


@attack
def wrong_place(a: Arena) -> None:
    """A claim for another task than its ref's, in a folder of it, or under a name that is no id (TK709)."""
    a.legal(put(a, claim(a, ADA), ADA))
    a.illegal(put(a, claim(a, ADA), ADA, "two"), "TK709")
    for name in ("two/x", "Two", "two.", "a\u2028b", "config"):
        pushed = put(a, claim(a, ADA, task=name), ADA, name)
        a.illegal(pushed)


@attack
def odd_values(a: Arena) -> None:
    """Claim for ever, from the future, or so that every reader fails: ttl, epoch, holder, branch (TK709)."""
    a.legal(put(a, claim(a, ADA), ADA))
    variants: tuple[dict[str, Any], ...] = (
        {"ttl": -1},
        {"ttl": 10**30},
        {"ttl": "\u0663\u0666"},
        {"epoch": -1},
        {"epoch": 0},
        {"epoch": 10**30},
        {"branch": "refs/heads/x;touch pwned"},
        {"branch": "--upload-pack=touch pwned"},
        {"nonce": ""},
    )
    took = []
    for fields in variants:
        pushed = put(a, claim(a, ADA, task="two", **fields), ADA, "two")
        if not pushed.status:
            took.append(str(fields))
            a.git("update-ref", "-d", "refs/tk/claims/two", at=a.server)
        else:
            a.illegal(pushed, "TK709")
    if took:
        a.illegal(Answer(0, "\n".join(took)))


@attack
def lease_without_end(a: Arena) -> None:
    """Hold a task for thirty million years (TK709); if that is taken, it must not stop other clones."""
    a.legal(put(a, claim(a, ADA), ADA))
    pushed = put(a, claim(a, ADA, task="two", ttl=10**15), ADA, "two")
    a.git("fetch", "-q", "origin", "+refs/tk/claims/*:refs/tk/claims/*")
    for words in (["show", "two"], ["list"], ["reap"], ["start", "one"]):
        a.legal(a.tk(*words))
    a.illegal(pushed, "TK709")


@attack
def two_holders(a: Arena) -> None:
    """Name the holder, or the task, twice in a claim, for two readers (TK709)."""
    a.legal(put(a, claim(a, ADA), ADA))
    twice = claim(a, ADA, task="two", ttl=f"3600\nholder: {BOB}")
    a.illegal(put(a, twice, ADA, "two"), "TK709")
    a.illegal(put(a, claim(a, ADA, task="one\ntask: two"), ADA, "two"), "TK709")


@attack
def fenced_work(a: Arena) -> None:
    """Work on what another has claimed: its state, its owner, a step of it, or as that other (TK707)."""
    a.law(claims="remote")
    a.legal(put(a, claim(a, ADA), ADA))
    begun = a.move("one", "in_progress", owner=BOB, actor=BOB)
    a.illegal(a.push(f"{begun}:refs/heads/x", who=BOB), "TK707")
    a.main(a.move("one", "in_progress", owner=ADA))
    step = a.commit({"c": "c\n"}, "w\n\nTk-Task: one\n", BOB)
    a.illegal(a.push(f"{step}:refs/heads/x", who=BOB), "TK707")
    a.illegal(
        a.push(f"{a.move('one', 'done', owner=ADA, actor=BOB)}:refs/heads/x", who=BOB), "TK707"
    )
    taken = a.move("one", "in_progress", owner=BOB, actor=BOB)
    a.illegal(a.push(f"{taken}:refs/heads/x", who=BOB), "TK707")
    free = f":refs/tk/claims/one {taken}:refs/heads/x".split()
    if not a.push(*free, who=BOB).status:
        a.legal(a.push(f"{a.tip()}:refs/heads/control"))
    a.control(
        a.commit(
            {".tasks/one.yaml": task("one", "in_progress", owner=ADA, labels=["ui"])}, actor=BOB
        ),
        BOB,
    )


@attack
def required_but_absent(a: Arena) -> None:
    """Where claims are required, work without one, or with one that comes in the same push for another."""
    a.law(claims="required")
    begun = a.move("one", "in_progress", owner=ADA)
    a.illegal(a.push(f"{begun}:refs/heads/main"), "TK707")
    both = f"{claim(a, BOB)}:refs/tk/claims/one"
    a.illegal(a.push(f"{begun}:refs/heads/main", both), "TK70")
    a.legal(a.push(f"{begun}:refs/heads/main", f"{claim(a, ADA)}:refs/tk/claims/one"))
