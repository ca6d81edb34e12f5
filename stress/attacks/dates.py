"""Dates far away, backwards, or that some readers cannot hold."""

from __future__ import annotations

from stress.attacks.world import ADA, Arena, attack, task

YEAR = 31_536_000


def dated(a: Arena, text: str, author: str | None = None) -> str:
    """A harmless commit whose committer's date is written so."""
    tree = a.tree({"d": f"{text}\n"}, a.tip())
    head = f"tree {tree}\nparent {a.tip()}\nauthor a <{ADA}> {author or text}\n"
    return a.raw(f"{head}committer a <{ADA}> {text}\n\nx\n".encode())


@attack
def ahead(a: Arena) -> None:
    """Add hours for free by a date from tomorrow, also below an honest commit (TK703)."""
    a.control(dated(a, f"{a.seconds} +0000"))
    late = dated(a, f"{a.seconds + 3 * 86_400} +0000")
    a.illegal(a.push(f"{late}:refs/heads/x"), "TK703")
    child = a.commit({"y": "y\n"}, parents=[late])
    a.illegal(a.push(f"{child}:refs/heads/x"), "TK703")
    a.illegal(a.push(f"{late}:refs/tags/x"), "TK703")


@attack
def unreadable(a: Arena) -> None:
    """Break every later reader by a date beyond what it can hold; refused, or `tk log` and `show` work."""
    a.control(dated(a, f"{a.seconds} -0330"))
    a.git("config", "receive.fsckObjects", "false", at=a.server)
    texts = (
        "9223372036854774999 +0000",
        "99999999999999999999999999 +0000",
        "-1 +0000",
        "1e9 +0000",
    )
    for number, text in enumerate((*texts, "0 +0000", "253402300800 +0000", f"{a.seconds} +9999")):
        oid = dated(a, text)
        if not a.push(f"{oid}:refs/heads/x{number}").status:
            a.git("fetch", "-q", "origin", f"x{number}")
            a.git("update-ref", "refs/heads/main", oid)
            for words in (["log"], ["show", "one"], ["verify"], ["budget", "busy"]):
                answer = a.tk(*words)
                if answer.status == 70:
                    a.illegal(answer._replace(status=0))
                a.legal(answer)


@attack
def author_far_away(a: Arena) -> None:
    """Break readers by the author's date alone, which no rule asks for."""
    for number, text in enumerate((f"{1 << 62} +0000", f"{1 << 40} +0000", "0 -9999")):
        oid = dated(a, f"{a.seconds} +0000", text)
        if not a.push(f"{oid}:refs/heads/x{number}").status:
            a.git("update-ref", "refs/heads/main", oid)
            for words in (["log"], ["show", "one"], ["tree"], ["budget", "busy"]):
                answer = a.tk(*words)
                if answer.status:
                    a.illegal(answer._replace(status=0))
    a.control(dated(a, f"{a.seconds} +0000", f"{a.seconds - YEAR} +0000"))


@attack
def backwards(a: Arena) -> None:
    """Work for no time by dating the end of work before its begin; time is what the parents had (TK402)."""
    fields: dict[str, object] = {"owner": ADA, "budget": {"seconds": 100}}
    name = ".tasks/timed.yaml"
    born = a.commit({name: task("timed", budget={"seconds": 100})})
    begun = a.commit({name: task("timed", "in_progress", **fields)}, parents=[born])
    stop = task("timed", "blocked", wait={"reason": "user"}, **fields)
    late = a.commit({name: stop}, parents=[begun], date=a.seconds + 1_000)
    a.control(late)
    again = {name: task("timed", "in_progress", **fields)}
    a.cheat(a.commit(again, parents=[late], date=a.seconds - YEAR), "TK402")
    soon = a.commit({name: stop}, parents=[begun], date=a.seconds - YEAR)
    a.control(soon)


@attack
def odd_times_in_fields(a: Arena) -> None:
    """Set `not_before` to what some readers cannot hold, or read otherwise (TK104, TK101)."""
    good = '"2026-01-31T12:00:00Z"'
    a.control(a.commit({".tasks/one.yaml": task("one", retry={"max": 3, "not_before": good})}))
    for text in ("2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "10000-01-01T00:00:00Z"):
        fields = {"max": 3, "not_before": f'"{text}"'}
        a.cheat(a.commit({".tasks/one.yaml": task("one", retry=fields)}), "TK104")
    for text in (
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:00:60Z",
        "2026-01-31T12:00:00+01:00",
        "2026-W05-6",
        "\uff12026-01-31T12:00:00Z",
    ):
        fields = {"max": 3, "not_before": f'"{text}"'}
        oid = a.commit({".tasks/one.yaml": task("one", retry=fields)})
        a.illegal(a.push(f"{oid}:refs/heads/x"), "TK104", "TK108")
