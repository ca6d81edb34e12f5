"""Ids renamed, deleted and made again."""

from __future__ import annotations

from stress.attacks.world import ADA, BOSS, CONFIG, Arena, attack, policy, task

FIN = ".tasks/fin.yaml"


def accepted(a: Arena, oid: str) -> str:
    """Have the boss accept a commit, then take it into main by a merge that keeps its files."""
    names = {f'"{oid}"' if oid[0].isdigit() else oid: "it has to stay"}
    law = a.law(accepted=names)
    tree = a.tree({CONFIG: policy(a.version, accepted=names)}, oid)
    return a.commit({}, parents=[law, oid], tree=tree, actor=BOSS)


@attack
def renamed(a: Arena) -> None:
    """Get rid of history and budget by another id, with git's rename or by two commits (TK204)."""
    a.control(a.commit({".tasks/uno.yaml": task("uno")}))
    gone = a.commit({".tasks/one.yaml": None, ".tasks/uno.yaml": task("uno")})
    a.cheat(gone, "TK204")
    born = a.commit({".tasks/uno.yaml": task("uno")})
    a.cheat(a.commit({".tasks/one.yaml": None}, parents=[born]), "TK204")
    a.cheat(a.commit({".tasks/one.yaml": task("uno")}), "TK105")
    moved = {".tasks/one.yaml": None, "archive/one.yaml": task("one")}
    a.cheat(a.commit(moved), "TK204")


@attack
def deleted_and_made_again(a: Arena) -> None:
    """Delete and make again in one push, by a revert, or across a merge (TK204)."""
    tip = a.tip()
    name = ".tasks/capped.yaml"
    gone = a.commit({name: None})
    again = a.commit({name: task("capped")}, parents=[gone])
    a.control(a.commit({"x": "x\n"}))
    a.cheat(again, "TK204", "TK201")
    same = a.commit({}, parents=[gone], tree=a.git("rev-parse", f"{tip}^{{tree}}"))
    a.cheat(same, "TK204")
    a.cheat(a.commit({}, parents=[tip, gone]), "TK204")


@attack
def ended_id_after_an_accepted_deletion(a: Arena) -> None:
    """Once the deletion of a done task is accepted, begin it anew by its id (TK201, TK204)."""
    gone = a.commit({FIN: None})
    a.illegal(a.push(f"{gone}:refs/heads/x"), "TK204")
    names = {f'"{gone}"' if gone[0].isdigit() else gone: "it has to stay"}
    a.law(accepted=names)
    a.control(gone)
    a.cheat(a.commit({FIN: task("fin")}, parents=[gone]), "TK201", "TK208", "TK202")
    back = a.commit({FIN: task("fin", "done", owner=ADA)}, parents=[gone])
    a.control(back)
    after = a.commit({"x": "x\n"}, parents=[gone])
    a.cheat(a.commit({FIN: task("fin")}, parents=[after]), "TK201", "TK208", "TK202")


@attack
def open_id_after_an_accepted_deletion(a: Arena) -> None:
    """Once the deletion of a limited task is accepted, make it again without the limit (TK501)."""
    name = ".tasks/capped.yaml"
    gone = a.commit({name: None})
    names = {f'"{gone}"' if gone[0].isdigit() else gone: "it has to stay"}
    a.law(accepted=names)
    a.control(gone)
    free = a.commit({name: task("capped", "in_progress", owner=ADA)}, parents=[gone])
    a.cheat(free, "TK501")
    a.cheat(a.commit({name: task("capped")}, parents=[gone]), "TK201", "TK501")
    same = task("capped", "in_progress", owner=ADA, budget={"steps": 2})
    a.control(a.commit({name: same}, parents=[gone]))


@attack
def repaired_into_done(a: Arena) -> None:
    """Once an unreadable file is accepted, repair it into another state, creator or budget (TK201, TK207)."""
    name = ".tasks/busy.yaml"
    fields = {"owner": ADA, "creator": ADA}
    for broken in ("state: [\n", ("120000", "one.yaml"), ("100755", "x: y\n")):
        a.version = 2
        bad = a.commit({name: broken})
        a.illegal(a.push(f"{bad}:refs/heads/x"), "TK1")
    bad = a.commit({name: ("120000", "one.yaml")})
    a.law(accepted={f'"{bad}"' if bad[0].isdigit() else bad: "it has to stay"})
    a.control(bad)
    a.control(a.commit({name: task("busy", "in_progress", **fields)}, parents=[bad]))
    a.cheat(a.commit({name: task("busy", "todo", **fields)}, parents=[bad]), "TK201")
    stolen = task("busy", "in_progress", owner=ADA, creator=BOSS)
    a.cheat(a.commit({name: stolen}, parents=[bad]), "TK207")
    between = a.commit({name: "x: [\n"}, parents=[bad])
    a.cheat(a.commit({name: task("busy", "todo", **fields)}, parents=[between]), "TK1")
    side = a.commit({"x": "x\n"})
    merged = a.commit({name: task("busy", "todo", **fields), "x": "x\n"}, parents=[bad, side])
    a.cheat(merged, "TK2")


@attack
def ledger_removed(a: Arena) -> None:
    """Take `.tasks` away, alone or with all files, and begin it anew in the next commit (TK601, TK204)."""
    tip = a.tip()
    rest = [x for x in a.git("ls-tree", tip).splitlines() if not x.endswith("\t.tasks")]
    none = a.commit({}, tree=a.git("mktree", stdin="\n".join(rest) + "\n"))
    a.control(a.commit({"README": None}))
    a.cheat(none, "TK601", "TK204")
    anew = a.commit({CONFIG: policy(1, roles=None)}, parents=[none])
    a.cheat(anew, "TK601", "TK204")
    empty = a.commit({}, tree=a.git("mktree", stdin=""))
    a.cheat(empty, "TK601", "TK204")
    a.cheat(
        a.commit({}, parents=[tip, none], tree=a.git("rev-parse", f"{none}^{{tree}}")),
        "TK601",
        "TK204",
    )
