"""What is remembered between verdicts, forged or lost, on the server and in the clone."""

from __future__ import annotations

from stress.attacks.world import ADA, Arena, attack, task

LIMIT = {"seconds": 30}


@attack
def judged_forged(a: Arena) -> None:
    """Write into the clone that an illegal commit was judged; server and `tk verify` do not look there."""
    bad = a.move("one", "done")
    notes = a.clone / ".git" / "tk"
    notes.mkdir(exist_ok=True)
    a.control(a.move("one", "in_progress"))
    for text in (bad, f"push {bad}", f"{a.git('rev-parse', bad + '^{tree}')} {a.tip()}"):
        (notes / "judged").write_text(f"{text}\n")
        (notes / "validated").write_text(f"{bad}\n")
        a.cheat(bad, "TK201")


@attack
def judged_of_another_clone(a: Arena) -> None:
    """With notes of an innocent commit, the hooks of the clone still refuse the next illegal one."""
    name = a.clone / ".tasks" / "two.yaml"
    name.write_text(task("two", "in_progress"))
    a.legal(a.run(["git", "commit", "-qam", "begin"]))
    kept = {x: x.read_bytes() for x in (a.clone / ".git" / "tk").iterdir() if x.is_file()}
    name.write_text(task("two", "todo"))
    for path, data in kept.items():
        path.write_bytes(data)
    a.illegal(a.run(["git", "commit", "-qam", "back"]), "TK201")
    a.illegal(a.run(["git", "commit", "-qnam", "back"]), "TK201")


@attack
def validated_damaged(a: Arena) -> None:
    """Lose or damage the server's validated tips; an illegal commit is refused whatever they say."""
    bad = a.move("one", "done")
    child = a.commit({"x": "x\n"}, parents=[bad])
    path = a.server / "tk" / "validated"
    kept = path.read_bytes()
    for data in (
        b"",
        b"\n\n",
        kept[:20],
        b"\xff\xfe",
        b"0" * 40 + b"\n",
        b"--all\n",
        b"HEAD\nmain\n",
        b"f" * 40,
    ):
        path.write_bytes(data)
        a.illegal(a.push(f"{child}:refs/heads/x"))
    path.unlink()
    a.illegal(a.push(f"{child}:refs/heads/x"))
    path.write_bytes(kept)
    a.control(a.move("one", "in_progress"))


def while_off(a: Arena, *hooks: str) -> None:
    """Push an illegal commit while hooks are not executable, then renew them and build on it."""
    bad = a.move("one", "done")
    child = a.commit({"x": "x\n"}, parents=[bad])
    for name in hooks:
        (a.server / "hooks" / name).chmod(0o644)
    a.legal(a.push(f"{bad}:refs/tags/x", f"{bad}:refs/keep/x", f"{bad}:refs/heads/y"))
    for name in hooks:
        (a.server / "hooks" / name).chmod(0o755)
    a.legal(a.tk("hooks", "install", "--server", at=a.server))
    a.tk("doctor", "--fix", at=a.server)
    a.control(a.move("one", "in_progress"))
    a.illegal(a.push(f"{child}:refs/heads/z"), "TK201")
    a.illegal(a.push(f"{bad}:refs/heads/main"), "TK201")


@attack
def hooks_off_for_a_while(a: Arena) -> None:
    """What came in while both hooks were off is judged after they are renewed (TK201)."""
    while_off(a, "pre-receive", "post-receive")


@attack
def judge_off_for_a_while(a: Arena) -> None:
    """What came in while `pre-receive` alone was off is judged once it is on again (TK201)."""
    while_off(a, "pre-receive")


@attack
def refused_by_a_later_hook(a: Arena) -> None:
    """What tk passes and git or a later hook refuses is judged again, by the law of then."""
    late = a.server / "hooks" / "update"
    late.write_text("#!/bin/sh\nexit 1\n")
    late.chmod(0o755)
    oid = a.move("one", "cancelled")
    a.illegal(a.push(f"{oid}:refs/heads/x"), "hook declined")
    late.unlink()
    a.control(a.move("two", "cancelled"))
    a.law(forbid=["todo->cancelled"])
    merged = a.commit({".tasks/one.yaml": task("one", "cancelled")}, parents=[a.tip(), oid])
    a.cheat(merged, "TK201", "TK222")


@attack
def sums_forged(a: Arena) -> None:
    """Forge the remembered sums of the clone and of the server; a used-up task is not begun again (TK402)."""
    fields: dict[str, object] = {"owner": ADA, "budget": LIMIT}
    name = ".tasks/timed.yaml"
    born = a.commit({name: task("timed", budget=LIMIT)})
    begun = a.move("timed", "in_progress", born, **fields)
    stop = a.main(a.move("timed", "blocked", begun, wait={"reason": "user"}, **fields))
    again = a.move("timed", "in_progress", stop, **fields)
    a.git("fetch", "-q", "origin")
    a.git("reset", "-q", "--hard", stop)
    a.tk("budget")
    forged = {
        b"": "empty",
        b"{}": "no sums",
        b'{"commit": "' + stop.encode() + b'", "sums": {}}': "forged",
        b"\xff\xff": "no text",
    }
    for data in forged:
        for folder in (a.clone / ".git" / "tk", a.server / "tk"):
            for path in {folder / "sums.json", *folder.glob("*sums*")}:
                path.write_bytes(data)
        a.illegal(a.tk("resume", "timed"), "TK402")
        a.illegal(a.push(f"{again}:refs/heads/x"), "TK402")
    a.control(a.move("timed", "cancelled", stop, **fields))


@attack
def sums_nested(a: Arena) -> None:
    """Crash a move by remembered sums that nest too deep; they are as good as none."""
    a.control(a.move("one", "in_progress"))
    notes = a.clone / ".git" / "tk"
    notes.mkdir(exist_ok=True)
    (notes / "sums.json").write_text("[" * 50_000)
    answer = a.tk("submit", "capped")
    if answer.status:
        a.illegal(answer._replace(status=0))


@attack
def sums_of_another_commit(a: Arena) -> None:
    """Bring back the sums from before the work was done; they count for the commit they name only (TK401)."""
    a.main(a.work("capped"))
    folders = (a.server / "tk", a.clone / ".git" / "tk")
    kept = {x: x.read_bytes() for folder in folders for x in folder.rglob("*sums*") if x.is_file()}
    second = a.main(a.work("capped"))
    a.control(a.work("busy", second))
    for path, data in kept.items():
        path.write_bytes(data)
    a.cheat(a.work("capped", second), "TK401")


@attack
def forgotten_in_between(a: Arena) -> None:
    """Push each step by itself, with work of others, merges and renewals of the hooks between (TK401)."""
    a.main(a.work("capped"))
    a.main(a.work("busy"))
    tip = a.tip()
    side = a.commit({"s": "s\n"}, parents=[tip])
    a.main(a.commit({"s": "s\n"}, parents=[a.work("busy", tip), side]))
    a.legal(a.tk("hooks", "install", "--server", at=a.server))
    a.main(a.work("capped"))
    a.main(a.commit({".tasks/two.yaml": task("two", "in_progress")}))
    a.control(a.work("busy"))
    a.cheat(a.work("capped"), "TK401")
