"""Budgets, attempts, depth: what holds work back, loosened or evaded."""

from __future__ import annotations

from stress.attacks.world import ADA, BOSS, Arena, attack, task

RETRY = {"max": 3, "not_before": '"2030-01-01T00:00:00Z"'}
SCOPED = {"scope": "attempt", "steps": 2}


def capped(state: str = "in_progress", **fields: object) -> str:
    """The task with two steps."""
    return task("capped", state, **{"owner": ADA, "budget": {"steps": 2}, **fields})


@attack
def third_step(a: Arena) -> None:
    """Do a third step of two: alone, by the other branch, in a merge, by `Tk-Task` anywhere (TK401)."""
    first = a.work("capped")
    second = a.main(a.work("capped", first))
    a.control(a.work("busy", second))
    a.cheat(a.work("capped", second), "TK401")
    for line in ("  Tk-Task: capped", "Tk-Task: busy\nTk-Task: capped"):
        a.cheat(a.work("", second, f"work\n\n{line}\n\nend\n"), "TK401", verify=False)
    side = a.commit({"s": "s\n"}, parents=[first])
    files = {"s": "s\n", "evil": "evil\n"}
    evil = a.commit(files, "merge\n\nTk-Task: capped\n", parents=[second, side])
    a.cheat(evil, "TK401")
    a.control(a.commit({"s": "s\n"}, "merge\n\nTk-Task: capped\n", parents=[second, side]))


@attack
def steps_by_branching(a: Arena) -> None:
    """Have two steps on each of two branches from one commit; together they are four of two (TK711)."""
    base = a.tip()
    a.control(a.work("capped", a.work("capped", base)), ref="refs/heads/x")
    a.control(a.work("busy", base), ref="refs/heads/z")
    pushed = a.push(f"{a.work('capped', a.work('capped', base))}:refs/heads/y")
    a.illegal(pushed, "TK401", "TK711")


@attack
def steps_by_branches_of_one_push(a: Arena) -> None:
    """Have two steps on each of two branches that come in one push (TK711)."""
    base = a.tip()
    a.legal(a.push(f"{a.work('busy', base)}:refs/heads/x", f"{a.work('busy', base)}:refs/heads/y"))
    specs = [f"{a.work('capped', a.work('capped', base))}:refs/heads/{name}" for name in "uvw"]
    a.illegal(a.push(*specs), "TK401", "TK711")


@attack
def steps_after_deletion(a: Arena) -> None:
    """Use up the budget on a branch with its mark, delete the branch, and begin anew on another."""
    base = a.tip()
    used = a.work("capped", a.work("capped", base))
    marked = a.commit(
        {".tasks/capped.yaml": capped("in_review", spent={"steps": 2})}, parents=[used]
    )
    a.control(marked, ref="refs/heads/gone")
    a.legal(a.push(":refs/heads/gone"))
    a.control(a.work("busy", base))
    back = a.work("capped", a.work("capped", base))
    a.illegal(a.push(f"{back}:refs/heads/again"), "TK401", "TK711")


@attack
def steps_after_rewriting(a: Arena) -> None:
    """Use up the budget on a branch with its mark, and begin anew on it by a forced push (TK711)."""
    base = a.tip()
    used = a.work("capped", a.work("capped", base))
    text = {".tasks/capped.yaml": capped("in_review", spent={"steps": 2})}
    marked = a.commit(dict(text), parents=[used])
    a.control(marked, ref="refs/heads/side")
    again = a.commit(dict(text), parents=[a.work("capped", a.work("capped", a.work("busy", base)))])
    a.control(again, ref="refs/heads/side")  # as a rebase would have it
    a.illegal(a.push(f"+{a.work('capped', base)}:refs/heads/side"), "TK401", "TK711")


@attack
def below_the_limit(a: Arena) -> None:
    """Give a child of the limited task its own, higher budget, and work there (TK401, TK501)."""
    child = task("kid", parent="capped")
    born = a.commit({".tasks/kid.yaml": child})
    a.control(a.work("kid", a.work("kid", born)))
    a.cheat(a.work("kid", a.work("kid", a.work("kid", born))), "TK401")
    free = a.commit({".tasks/kid.yaml": task("kid", parent="capped", budget={"steps": 9})})
    a.cheat(a.work("kid", a.work("kid", a.work("kid", free))), "TK401", "TK501")
    used = a.work("kid", a.work("kid", born))
    out = a.commit({".tasks/kid.yaml": task("kid")}, parents=[used])
    a.cheat(out, "TK501")


@attack
def loosened(a: Arena) -> None:
    """Raise, drop or widen a limit without the role, in every spelling (TK501)."""
    a.control(a.commit({".tasks/capped.yaml": capped(priority=1)}))
    a.control(a.commit({".tasks/capped.yaml": capped(budget={"steps": 1})}))
    for limit in (
        {"steps": 3},
        {"tokens": 5},
        {"scope": "attempt", "steps": 2},
        {"scope": "lifetime", "steps": 9_007_199_254_740_991},
    ):
        a.cheat(a.commit({".tasks/capped.yaml": capped(budget=limit)}), "TK501", verify=False)
    gone = task("capped", "in_progress", owner=ADA)
    a.cheat(a.commit({".tasks/capped.yaml": gone}), "TK501")
    text = capped(budget={"steps": 3})
    for reason in ("", "Tk-Reason:\n", "tk reason: more\n"):
        oid = a.commit({".tasks/capped.yaml": text}, f"more\n\n{reason}", BOSS)
        a.cheat(oid, "TK501", who=BOSS, verify=False)
    good = a.commit({".tasks/capped.yaml": text}, "more\n\nTk-Reason: needed\n", BOSS)
    a.illegal(a.push(f"{good}:refs/heads/x"), "TK705")
    a.control(good, BOSS)


@attack
def blank_reason(a: Arena) -> None:
    """Raise a limit with the role, for a reason that consists of blanks (TK501)."""
    files = {".tasks/capped.yaml": capped(budget={"steps": 3})}
    a.control(a.commit(files, "more\n\nTk-Reason: needed\n", BOSS), BOSS)
    for blank in ("  ", "\t", "\u00a0", "\u200b"):
        a.cheat(a.commit(files, f"more\n\nTk-Reason: {blank}\n", BOSS), "TK501", who=BOSS)


@attack
def loosened_in_two_moves(a: Arena) -> None:
    """Lower a limit, and raise it to what it was: the second is a raise (TK501), as after a detour."""
    low = a.main(a.commit({".tasks/capped.yaml": capped(budget={"steps": 1})}))
    a.control(a.commit({".tasks/capped.yaml": capped(priority=1, budget={"steps": 1})}))
    a.cheat(a.commit({".tasks/capped.yaml": capped()}, parents=[low]), "TK501")
    blocked = capped("blocked", budget={"steps": 1}, wait={"reason": "user"})
    stop = a.commit({".tasks/capped.yaml": blocked}, parents=[low])
    a.cheat(a.commit({".tasks/capped.yaml": capped()}, parents=[stop]), "TK501")


@attack
def cost_as_text(a: Arena) -> None:
    """Raise a cost that is smaller as text or has more digits: amounts are numbers (TK501)."""
    text = task("one", budget={"cost": '"9.50"'})
    a.main(a.commit({".tasks/one.yaml": text}))
    a.control(a.commit({".tasks/one.yaml": task("one", budget={"cost": '"9.25"'})}))
    for amount in ("10.00", "100", "9.500001", "9.6"):
        oid = a.commit({".tasks/one.yaml": task("one", budget={"cost": f'"{amount}"'})})
        a.illegal(a.push(f"{oid}:refs/heads/x"), "TK501", "TK104", "TK108")


@attack
def negative_usage(a: Arena) -> None:
    """Get tokens or dollars back by amounts that are none: signs, exponents, other digits (TK405)."""
    a.control(a.work("", None, "w\n\nTk-Task: one\nTk-Tokens: 5\nTk-Cost: 0.25\n"))
    for line in ("-5", "5e3", "\uff15", "5.5", "0x5", "1_000", "9" * 40, "+5", "5 -3", "NaN"):
        oid = a.work("", None, f"w\n\nTk-Task: one\nTk-Tokens: {line}\n")
        a.illegal(a.push(f"{oid}:refs/heads/x"), "TK405")
    for line in ("-0.25", "1e9", "$5", "0,25", "inf", "9" * 40):
        oid = a.work("", None, f"w\n\nTk-Task: one\nTk-Cost: {line}\n")
        a.illegal(a.push(f"{oid}:refs/heads/x"), "TK405")


@attack
def attempt_by_hand(a: Arena) -> None:
    """Raise `attempt` in the middle of work, so that a budget for each attempt begins anew."""
    fields: dict[str, object] = {"owner": ADA, "budget": SCOPED}
    born = a.commit({".tasks/scoped.yaml": task("scoped", budget=SCOPED)})
    begun = a.commit(
        {".tasks/scoped.yaml": task("scoped", "in_progress", **fields)}, parents=[born]
    )
    used = a.main(a.work("scoped", a.work("scoped", begun)))
    a.cheat(a.work("scoped", used), "TK401")
    wait = {"reason": "user"}
    stop = a.move("scoped", "blocked", used, wait=wait, **fields)
    again = a.move("scoped", "todo", stop, attempt=2, budget=SCOPED)
    a.control(a.work("scoped", a.move("scoped", "in_progress", again, attempt=2, **fields)))
    raised = a.move("scoped", "in_progress", used, attempt=2, **fields)
    a.cheat(a.work("scoped", raised), "TK")


@attack
def attempts_uncounted(a: Arena) -> None:
    """Send a task back without counting the attempt, so that `retry: 1` never holds (TK403)."""
    a.law(retry=1)
    wait, budget = {"reason": "failed"}, {"steps": 2}
    stop = a.main(a.move("capped", "blocked", owner=ADA, budget=budget, wait=wait))
    counted = a.move("capped", "todo", stop, attempt=2, budget=budget)
    a.illegal(a.push(f"{counted}:refs/heads/x"), "TK403")
    a.control(a.move("capped", "cancelled", stop, owner=ADA, budget=budget))
    a.cheat(a.move("capped", "todo", stop, budget=budget), "TK")


@attack
def too_early(a: Arena) -> None:
    """Begin before `not_before`: by dates of the author, by time zones, or by taking it out (TK404, TK501)."""
    budget, wait = {"steps": 2}, {"reason": "failed"}
    stop = a.move("capped", "blocked", owner=ADA, budget=budget, wait=wait)
    back = a.main(a.move("capped", "todo", stop, attempt=2, budget=budget, retry=RETRY))
    text = task("capped", "in_progress", attempt=2, owner=ADA, budget=budget, retry=RETRY)
    a.cheat(a.commit({".tasks/capped.yaml": text}), "TK404")
    tree = a.tree({".tasks/capped.yaml": text}, back)
    for dates in (
        ("1900000000 +0000", f"{a.seconds} -1400"),
        ("1900000000 +0000", f"{a.seconds} +9999"),
    ):
        who = [f"{role} ada <{ADA}> {date}" for role, date in zip(("author", "committer"), dates)]
        raw = f"tree {tree}\nparent {back}\n{who[0]}\n{who[1]}\n\nx\n"
        a.illegal(a.push(f"{a.raw(raw.encode())}:refs/heads/x"), "TK404", "fsck")
    ahead = a.commit({".tasks/capped.yaml": text}, date=1_900_000_000)
    a.illegal(a.push(f"{ahead}:refs/heads/x"), "TK703")
    for retry in ({"max": 3}, {**RETRY, "not_before": '"2020-01-01T00:00:00Z"'}, {"max": 9}):
        oid = a.move("capped", "todo", attempt=2, budget=budget, retry=retry)
        a.illegal(a.push(f"{oid}:refs/heads/x"), "TK501")
    a.control(a.move("capped", "todo", attempt=2, budget=budget, retry=RETRY, priority=1))


@attack
def looser_type(a: Arena) -> None:
    """Change to a type with a higher limit and back, and be born above the policy's limits (TK501)."""
    a.law(budgets={"bug": {"steps": 1}, "epic": {"steps": 99}}, budget={"steps": 5})
    a.main(a.commit({".tasks/b.yaml": task("b", type="bug")}))
    a.control(a.commit({".tasks/one.yaml": task("one", type="bug")}))
    a.cheat(a.commit({".tasks/b.yaml": task("b", type="epic")}), "TK501")
    a.cheat(a.commit({".tasks/b.yaml": task("b")}), "TK501")
    for limit in ({"steps": 6}, {"scope": "attempt"}, {"scope": "attempt", "steps": 5}):
        born = a.commit({".tasks/new1.yaml": task("new1", budget=limit)})
        a.cheat(born, "TK501", verify=False)


@attack
def looser_in_a_merge(a: Arena) -> None:
    """Choose the looser of two changed limits, or lose a lowered one, in a merge (TK221)."""
    base = a.tip()
    low = a.commit({".tasks/capped.yaml": capped(budget={"steps": 1})}, parents=[base])
    text = capped(budget={"steps": 9})
    high = a.commit({".tasks/capped.yaml": text}, "m\n\nTk-Reason: r\n", BOSS, parents=[base])
    code = a.commit({"c": "c\n"}, parents=[base])
    a.control(high, BOSS, "refs/heads/high")
    a.control(a.commit({}, parents=[low, high]))
    a.cheat(a.commit({".tasks/capped.yaml": text}, parents=[low, high]), "TK221", "TK501")
    lost = a.commit({".tasks/capped.yaml": capped(), "c": "c\n"}, parents=[low, code])
    a.cheat(lost, "TK221", "TK501")


@attack
def marks(a: Arena) -> None:
    """Lower or drop a mark, or be born with a negative one, and step again (TK209, TK203, TK104)."""
    marked = a.main(a.commit({".tasks/capped.yaml": capped(spent={"steps": 2})}))
    a.control(a.commit({".tasks/capped.yaml": capped(priority=1, spent={"steps": 2})}))
    for spent in ({"steps": 1}, {"steps": 0}, {"tokens": 1}):
        a.illegal(
            a.push(f"{a.commit({'.tasks/capped.yaml': capped(spent=spent)})}:refs/heads/x"), "TK209"
        )
    a.cheat(a.commit({".tasks/capped.yaml": capped()}, parents=[marked]), "TK209")
    a.cheat(a.work("capped", marked), "TK401")
    for spent in ({"steps": -1}, {"steps": 1}):
        a.illegal(
            a.push(f"{a.commit({'.tasks/new1.yaml': task('new1', spent=spent)})}:refs/heads/x"),
            "TK203",
            "TK104",
            "TK101",
        )


@attack
def depth_by_merge(a: Arena) -> None:
    """Go deeper than allowed by two branches, each of which is shallow enough (TK307)."""
    a.law(depth=1)
    base = a.tip()
    left = a.commit({".tasks/one.yaml": task("one", parent="two")}, parents=[base])
    right = a.commit({".tasks/new1.yaml": task("new1", parent="one")}, parents=[base])
    code = a.commit({"c": "c\n"}, parents=[base])
    a.control(a.commit({"c": "c\n"}, parents=[left, code]))
    files = {".tasks/new1.yaml": task("new1", parent="one")}
    a.cheat(a.commit(files, parents=[left, right]), "TK307")
    a.cheat(a.commit(files, parents=[left]), "TK307")
