"""The policy: who changes it, which one counts, what it accepts, and a second one beside it."""

from __future__ import annotations

from stress.attacks.world import ADA, BOB, BOSS, CONFIG, Arena, attack, policy, task

BEGUN = task("one", "in_progress")
JUMP = task("one", "done")


@attack
def in_the_name_of_the_boss(a: Arena) -> None:
    """Change the policy as somebody with the role, by author, committer or `Tk-Actor` (TK502, TK705)."""
    text = policy(3, depth=50)
    a.legal(a.push(f"{a.commit({CONFIG: text}, actor=BOSS)}:refs/heads/good", who=BOSS))
    a.cheat(a.commit({CONFIG: text}), "TK502")
    a.cheat(a.commit({CONFIG: text}, actor=BOSS), "TK705", verify=False)
    for line in (
        f"Tk-Actor: {BOSS}",
        f"Tk-Actor: {ADA}\nTk-Actor: {BOSS}",
        f"Tk-Actor: {BOSS}\nTk-Actor: {ADA}",
        f"tk-actor: {BOSS}",
        f"Tk-Actor:\n {BOSS}",
        f"Tk-Actor: {BOSS}\r",
    ):
        oid = a.commit({CONFIG: text}, f"law\n\n{line}\n")
        a.cheat(oid, "TK705", "TK502", verify=False)


@attack
def almost_the_boss(a: Arena) -> None:
    """Be taken for somebody with the role by capitals, blanks or letters that look alike (TK502)."""
    text = policy(3, depth=50)
    a.legal(a.push(f"{a.commit({CONFIG: text}, actor=BOSS)}:refs/heads/good", who=BOSS))
    for name in ("BOSS@example.org", "b\u043ess@example.org", "boss@example.org.", "boss"):
        oid = a.commit({CONFIG: text}, f"law\n\nTk-Actor: {name}\n")
        a.cheat(oid, "TK502", "TK705", who=name, verify=False)


@attack
def nobody_pushes(a: Arena) -> None:
    """Push without a name: where the server knows nobody, what not everyone may do is refused (TK705)."""
    oid = a.commit({CONFIG: policy(3, depth=50)}, actor=BOSS)
    for who in ("", " ", "\n", f"{BOSS}\n{ADA}"):
        a.illegal(a.push(f"{oid}:refs/heads/cheat", who=who), "TK705")
    a.control(oid, who=BOSS)


@attack
def aliases_of_ones_own(a: Arena) -> None:
    """Be the boss by an alias that the pushed branch's policy brings, beside a branch without roles."""
    a.git("config", "tk.pusher", "PUSHER", at=a.server)
    first = a.git("rev-list", "--max-parents=0", "main")
    loose = a.commit({CONFIG: policy(2, roles=None, actors={ADA: BOSS})}, parents=[first])
    a.control(loose)
    a.cheat(a.commit({CONFIG: policy(3, depth=50)}, actor=BOSS), "TK705", verify=False)


@attack
def merge_of_a_rival_policy(a: Arena) -> None:
    """Outdate the boss's policy by a branch from before the roles with a higher version (TK502)."""
    first = a.git("rev-list", "--max-parents=0", "main")
    side = first
    for version in (2, 3, 4):
        side = a.commit({CONFIG: policy(version, roles=None, depth=version)}, parents=[side])
    a.control(side)
    tip = a.tip()
    good = a.commit({"x": "x\n"}, parents=[first])
    a.control(a.commit({"x": "x\n"}, parents=[tip, good]))
    text = policy(4, roles=None, depth=4)
    a.cheat(a.commit({CONFIG: text}, parents=[tip, side]), "TK502")
    swapped = a.commit({}, parents=[side, tip], tree=a.tree({CONFIG: text}, tip))
    a.cheat(swapped, "TK502")
    a.cheat(a.commit({}, parents=[tip, side]), "TK605")


@attack
def law_with_its_use(a: Arena) -> None:
    """Loosen the law in the commit that needs it (TK603), or by a version that is not the next (TK602)."""
    a.legal(
        a.push(
            f"{a.commit({CONFIG: policy(3, squash='path')}, actor=BOSS)}:refs/heads/good", who=BOSS
        )
    )
    both = {CONFIG: policy(3, squash="path"), ".tasks/one.yaml": JUMP}
    a.cheat(a.commit(both, actor=BOSS), "TK603", "TK201", who=BOSS)
    for version in (1, 2, 4):
        text = policy(version, depth=4)
        a.cheat(a.commit({CONFIG: text}, actor=BOSS), "TK602", who=BOSS, verify=False)


@attack
def back_in_law(a: Arena) -> None:
    """Return to edition 1 of the law or of the format (TK607)."""
    good = policy(3, depth=4)
    a.legal(a.push(f"{a.commit({CONFIG: good}, actor=BOSS)}:refs/heads/good", who=BOSS))
    for word in ("law", "format"):
        text = good.replace(f"{word}: 2", f"{word}: 1")
        a.cheat(a.commit({CONFIG: text}, actor=BOSS), "TK607", who=BOSS)


@attack
def no_way_out(a: Arena) -> None:
    """Keep tasks from ever ending by a policy (TK606)."""
    edges = [f'"{edge}"' for edge in ("in_progress->cancelled", "in_progress->done")]
    more = [f'"{edge}"' for edge in ("in_progress->blocked", "in_progress->in_review")]
    for forbidden, judge in ((edges, True), (sorted([*edges, *more]), False)):
        oid = a.commit({CONFIG: policy(3, forbid=[x.strip('"') for x in forbidden])}, actor=BOSS)
        pushed = a.push(f"{oid}:refs/heads/x{judge}", who=BOSS)
        if judge:
            a.legal(pushed)
        else:
            a.illegal(pushed, "TK606")


def accepting(*oids: str, version: int = 3, reason: str = "it has to stay") -> str:
    """A policy that accepts commits."""
    names = {f'"{x}"' if x[0].isdigit() else x: reason for x in sorted(oids)}
    return policy(version, accepted=names)


@attack
def accepted_by_the_cheat(a: Arena) -> None:
    """Accept one's own illegal commit: without the role, by its push, from another branch (TK502, TK201)."""
    bad = a.commit({".tasks/one.yaml": JUMP})
    own = a.commit({CONFIG: accepting(bad)})
    a.cheat(own, "TK502")
    by_boss = a.commit({CONFIG: accepting(bad)}, actor=BOSS)
    both = a.push(f"{by_boss}:refs/heads/main", f"{bad}:refs/heads/x", who=BOSS)
    a.illegal(both, "TK201")
    a.legal(a.push(f"{by_boss}:refs/heads/elsewhere", who=BOSS))
    a.illegal(a.push(f"{bad}:refs/heads/x"), "TK201")
    a.main(by_boss, BOSS)
    a.legal(a.push(f"{bad}:refs/heads/x"))


@attack
def acceptance_of_another(a: Arena) -> None:
    """Use the acceptance of one commit for its twin, its child or its amendment (TK201)."""
    bad = a.commit({".tasks/one.yaml": JUMP})
    twin = a.commit({".tasks/one.yaml": JUMP})
    child = a.commit({".tasks/two.yaml": task("two", "done")}, parents=[bad])
    a.main(a.commit({CONFIG: accepting(bad)}, actor=BOSS), BOSS)
    a.legal(a.push(f"{bad}:refs/heads/x"))
    a.illegal(a.push(f"{twin}:refs/heads/y"), "TK201")
    a.illegal(a.push(f"{child}:refs/heads/x"), "TK201")


@attack
def acceptance_abbreviated(a: Arena) -> None:
    """Accept more than one commit by an abbreviation, capitals or an empty reason (TK104, TK108)."""
    bad = a.commit({".tasks/one.yaml": JUMP})
    for name in (bad[:12], bad[:39], bad.upper(), "f" * 39, "HEAD"):
        oid = a.commit({CONFIG: accepting(name)}, actor=BOSS)
        a.illegal(a.push(f"{oid}:refs/heads/x", who=BOSS), "TK104", "TK108", "TK101")
    a.control(a.commit({CONFIG: accepting(bad)}, actor=BOSS), who=BOSS)


@attack
def acceptance_taken_back(a: Arena) -> None:
    """Make yesterday's legal history illegal, by dropping or rewording an acceptance (TK608)."""
    bad = a.commit({".tasks/one.yaml": JUMP})
    a.main(a.commit({CONFIG: accepting(bad)}, actor=BOSS), BOSS)
    for text in (policy(4), accepting(bad, version=4, reason="another")):
        a.cheat(a.commit({CONFIG: text}, actor=BOSS), "TK608", who=BOSS)
    a.control(a.commit({CONFIG: accepting(bad, "1" * 40, version=4)}, actor=BOSS), who=BOSS)


@attack
def second_root(a: Arena) -> None:
    """Bring a second ledger: as an orphan, below an orphan's code, merged, or as a copy of the tree (TK710)."""
    pages = a.commit({"index.html": "x\n"}, parents=[])
    a.control(pages)
    begun = {CONFIG: policy(1, roles=None), ".tasks/one.yaml": task("one")}
    orphan = a.commit({CONFIG: policy(1, roles=None)}, parents=[])
    later = a.commit({CONFIG: policy(1, roles=None)}, parents=[pages])
    tip = a.tip()
    copy = a.commit({}, parents=[], tree=a.git("rev-parse", f"{tip}^{{tree}}"))
    merged = a.commit({}, parents=[tip, orphan])
    under = a.commit({}, parents=[later, tip], tree=a.git("rev-parse", f"{tip}^{{tree}}"))
    for oid in (orphan, later, copy, merged, under, a.commit(begun, parents=[])):
        a.illegal(a.push(f"{oid}:refs/heads/x"), "TK710", "TK604", "TK2")
    a.illegal(a.push(f"{orphan}:refs/tags/x"), "TK710")
    a.illegal(a.push(f"{orphan}:refs/notes/x"), "TK710")


@attack
def tasks_without_a_ledger(a: Arena) -> None:
    """Bring tasks whose root has no policy, then merge them: nobody saw their births."""
    pages = a.commit({"index.html": "x\n"}, parents=[])
    tip = a.tip()
    a.control(a.commit({"index.html": "x\n"}, parents=[tip, pages]))
    born = task("late", "done", owner=ADA)
    side = a.commit({".tasks/late.yaml": born}, parents=[pages])
    merged = a.commit({".tasks/late.yaml": born, "index.html": "x\n"}, parents=[tip, side])
    a.cheat(merged, "TK")


@attack
def approval_for_another(a: Arena) -> None:
    """Approve in another's name, unsigned; by a squash; or straight from in_progress (TK705, TK201)."""
    a.law(review="required", squash="path")
    ready = a.main(a.move("busy", "in_review", owner=ADA, creator=ADA))
    a.cheat(a.move("busy", "done", owner=ADA, creator=ADA, actor=BOB), "TK705", verify=False)
    a.cheat(a.move("capped", "done", owner=ADA, budget={"steps": 2}), "TK201")
    a.cheat(a.move("one", "done"), "TK201")
    both = a.commit({".tasks/one.yaml": BEGUN}, parents=[ready])
    both = a.commit({".tasks/one.yaml": task("one", "done")}, parents=[both])
    a.cheat(both, "TK201")
    a.control(a.move("busy", "done", owner=ADA, creator=ADA, actor=BOB), who=BOB)


@attack
def approval_in_a_merge(a: Arena) -> None:
    """Approve by a merge: two sides in review, the merge done; or nothing joined at all (TK221, TK222)."""
    a.law(review="required")
    fields = {"owner": ADA, "creator": ADA}
    ready = a.main(a.move("busy", "in_review", **fields))
    left, right = a.commit({"l": "l\n"}, parents=[ready]), a.commit({"r": "r\n"}, parents=[ready])
    a.control(a.commit({"r": "r\n"}, parents=[left, right]))
    done = {".tasks/busy.yaml": task("busy", "done", **fields), "r": "r\n"}
    a.cheat(a.commit(done, parents=[left, right], actor=BOB), "TK221", "TK222", "TK705")
    free = a.commit(done, parents=[left, ready], actor=BOB)
    a.cheat(free, "TK705", "TK222", verify=False)
    twice = a.commit(done, parents=[ready, ready], actor=BOB)
    a.cheat(twice, "TK705", "TK222", verify=False)


@attack
def attribution(a: Arena) -> None:
    """Commit code for no task: modes, submodules, merges, from before the policy (TK706)."""
    old = a.tip()
    a.law(attribution="required")
    a.control(a.work("busy"))
    plain = "work\n\nno trailer\n"
    a.illegal(a.push(f"{a.commit({'c': 'c'}, plain)}:refs/heads/x"), "TK706")
    a.illegal(a.push(f"{a.commit({'README': ('100755', 'shop' + chr(10))})}:refs/heads/x"), "TK706")
    a.illegal(a.push(f"{a.commit({'sub': ('160000', old)})}:refs/heads/x"), "TK706")
    a.illegal(a.push(f"{a.commit({'README': None})}:refs/heads/x"), "TK706")
    a.illegal(a.push(f"{a.commit({'c': 'c'}, plain, parents=[old])}:refs/heads/x"), "TK706")
    a.illegal(a.push(f"{a.commit({'c': 'c'}, plain, parents=[])}:refs/heads/x"), "TK706")
    evil = a.commit({"c": "c"}, "merge\n", parents=[a.tip(), a.work("busy")])
    a.illegal(a.push(f"{evil}:refs/heads/x"), "TK706")


@attack
def attribution_to_nothing(a: Arena) -> None:
    """Name a task that does not exist, or has ended, so that nobody is charged for the work (TK706)."""
    a.law(attribution="required")
    a.control(a.work("busy"))
    a.illegal(a.push(f"{a.work('nothing')}:refs/heads/x"), "TK706")
