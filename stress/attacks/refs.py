"""Refs that hide, alias, rewrite or delete what was judged."""

from __future__ import annotations

from stress.attacks.world import ADA, CONFIG, Arena, attack, policy, task


def jump(a: Arena) -> str:
    """A commit that ends a task which was never begun."""
    return a.move("one", "done")


@attack
def annotated_tag_first(a: Arena) -> None:
    """Bring an illegal commit in by a tag of a tag, then move a branch to it; TK201 holds on every ref."""
    bad = jump(a)
    for name, target in (("good", a.move("one", "in_progress")), ("bad", bad)):
        a.git("tag", "-a", "-m", "x", f"{name}1", target)
        a.git("tag", "-a", "-m", "x", f"{name}2", f"{name}1")
    a.legal(a.push("refs/tags/good2"))
    a.illegal(a.push("refs/tags/bad2"), "TK201")
    a.cheat(bad, "TK201")


@attack
def notes_first(a: Arena) -> None:
    """Bring an illegal commit in as the notes' commit, then move a branch to it."""
    bad = jump(a)
    a.git("notes", "add", "-m", "remember", a.tip())
    a.legal(a.push("refs/notes/commits"))
    pushed = a.push(f"+{bad}:refs/notes/commits")
    a.cheat(bad, "TK201")
    a.illegal(pushed, "TK201")


@attack
def unusual_ref_first(a: Arena) -> None:
    """Bring an illegal commit in by refs/changes/1, and a legal child of it to main in one push."""
    bad = jump(a)
    child = a.commit({"x": "x\n"}, parents=[bad])
    a.legal(a.push(f"{a.move('one', 'in_progress')}:refs/changes/2"))
    a.illegal(a.push(f"{bad}:refs/changes/1", f"{child}:refs/heads/main"), "TK201")
    a.cheat(child, "TK201")


@attack
def replace_ref(a: Arena) -> None:
    """Show the server another object in an illegal commit's place; refs/replace/ is reserved (TK704)."""
    bad, good = jump(a), a.move("one", "in_progress")
    a.legal(a.push(f"{good}:refs/tags/good"))
    a.illegal(a.push(f"{good}:refs/replace/{bad}"), "TK704")
    a.cheat(bad, "TK201")


@attack
def replace_already_there(a: Arena) -> None:
    """With a replacement on the server and in the clone, an illegal commit is judged as written."""
    bad, good = jump(a), a.move("one", "in_progress")
    a.control(good)
    a.git("update-ref", f"refs/replace/{bad}", good)
    a.git("update-ref", f"refs/replace/{bad}", good, at=a.server)
    a.cheat(bad, "TK201")


@attack
def reserved_names(a: Arena) -> None:
    """Write tk's own refs: nothing under refs/tk/ but claims and messages may be pushed (TK704)."""
    good = a.move("one", "in_progress")
    a.legal(a.push(f"{good}:refs/heads/tk/one"))
    for name in ("refs/tk/validated", "refs/tk/policy", "refs/tk/remotes/origin/claims/one"):
        a.illegal(a.push(f"{good}:{name}"), "TK704")


@attack
def atomic_mixture(a: Arena) -> None:
    """Hide an illegal branch among nine legal ones; the push is refused whole, atomic or not."""
    specs = [f"{a.move('one', 'in_progress')}:refs/heads/b{number}" for number in range(9)]
    a.legal(a.push(*specs, options=["--atomic"]))
    more = [spec.replace("/b", "/c") for spec in specs]
    for options in ([], ["--atomic"]):
        a.illegal(a.push(*more, f"{jump(a)}:refs/heads/a", options=options), "TK201")
    if "refs/heads/c" in a.git("for-each-ref", at=a.server):
        a.cheat(a.tip("refs/heads/c1"))


@attack
def alias_of_alias(a: Arena) -> None:
    """Rewrite main through two symbolic refs outside of refs/heads (TK702), or delete it (TK701)."""
    a.git("symbolic-ref", "refs/names/first", "refs/heads/main", at=a.server)
    a.git("symbolic-ref", "refs/names/second", "refs/names/first", at=a.server)
    old = a.tip()
    a.legal(a.push(f"{a.move('one', 'in_progress')}:refs/names/second"))
    if a.tip() == old:
        raise AssertionError("the alias does not lead to main")
    a.illegal(a.push(f"+{old}:refs/names/second"), "TK702")
    a.illegal(a.push(":refs/names/second"), "TK701")


@attack
def delete_beside_a_push(a: Arena) -> None:
    """Delete main in a push that makes its copy; a protected branch stays (TK701)."""
    tip = a.tip()
    a.legal(a.push(f"{tip}:refs/heads/other"))
    a.legal(a.push(":refs/heads/other"))
    a.illegal(a.push(":refs/heads/main", f"{tip}:refs/heads/Main"), "TK701")


@attack
def rewrite_head_unprotected(a: Arena) -> None:
    """Rewrite the branch of HEAD when the policy protects nothing; it is protected in any case (TK702)."""
    a.law(protected=None)
    old = a.tip()
    a.control(a.main(a.move("one", "in_progress")))
    a.control(old)
    a.illegal(a.push(f"+{old}:refs/heads/main"), "TK702")
    a.illegal(a.push(":refs/heads/main"), "TK701")


@attack
def sideways(a: Arena) -> None:
    """Move main to a sibling of its tip that has all its files; content does not count (TK702)."""
    old = a.tip()
    new = a.main(a.move("one", "in_progress", owner="ada"))
    twin = a.commit({}, parents=[old], tree=a.git("rev-parse", f"{new}^{{tree}}"))
    a.control(twin)
    a.illegal(a.push(f"+{twin}:refs/heads/main"), "TK702")


@attack
def odd_branch_names(a: Arena) -> None:
    """Hide from the hooks by a branch's name: quotes, line separators, globs, words of the shell."""
    names = ("a'b", 'q"r', "x\u2028y", "$(touch${IFS}pwned)", "refs/heads/main", "é", ";touch&x")
    good, bad = a.move("one", "in_progress"), jump(a)
    for name in names:
        a.control(good, ref=f"refs/heads/good-{name}")
        a.illegal(a.push(f"{bad}:refs/heads/{name}"), "TK201")
    if [*a.folder.rglob("pwned")]:
        a.legal(a.run(["false"]))


@attack
def tag_named_as_the_branch(a: Arena) -> None:
    """A tag `main` on an old commit, whose policy names no roles, must not become the server's law."""
    first = a.git("rev-list", "--max-parents=0", "main")
    a.legal(a.push(f"{first}:refs/tags/main"))
    old = a.tip()
    a.main(a.move("one", "in_progress"))
    a.illegal(a.push(f"+{old}:refs/heads/main"), "TK702")
    self_made = a.commit({CONFIG: policy(3, depth=50)}, actor="boss@example.org")
    a.cheat(self_made, "TK705", verify=False)


@attack
def tag_named_as_the_branch_at_verify(a: Arena) -> None:
    """With tags named as branches, `tk verify` of the branches must see their illegal commit."""
    bad = jump(a)
    a.git("tag", "main", "main")
    a.git("update-ref", "refs/heads/main", a.move("one", "in_progress"))
    a.legal(a.tk("verify", "--all"))
    a.git("update-ref", "refs/heads/main", bad)
    a.illegal(a.tk("verify", "--all"), "TK201")
    a.illegal(a.tk("verify", "origin/main..heads/main"), "TK201")


@attack
def head_itself_at_verify(a: Arena) -> None:
    """`tk verify HEAD` of an illegal HEAD must not say that nothing is wrong, nor an empty range pass."""
    a.git("update-ref", "refs/heads/main", jump(a))
    a.illegal(a.tk("verify", "--all"), "TK201")
    a.illegal(a.tk("verify", "HEAD~1..HEAD"), "TK201")
    a.illegal(a.tk("verify", "HEAD"))
    a.illegal(a.tk("verify", "HEAD..HEAD"))


@attack
def push_options(a: Arena) -> None:
    """Ask the server by push options to look away; no option changes a verdict."""
    a.git("config", "receive.advertisePushOptions", "true", at=a.server)
    options = ["-o", "ci.skip", "-o", "tk.skip=true", "-o", "tk.pusher=boss@example.org"]
    a.legal(a.push(f"{a.move('one', 'in_progress')}:refs/heads/good", options=options))
    a.illegal(a.push(f"{jump(a)}:refs/heads/bad", options=options), "TK201")


@attack
def shallow_boundary(a: Arena) -> None:
    """Cut an illegal commit off the history by a forged boundary, where the server takes shallow pushes."""
    a.git("config", "receive.shallowUpdate", "true", at=a.server)
    bad = jump(a)
    child = a.commit({"x": "x\n"}, parents=[bad])
    good = a.commit({"y": "y\n"})
    (a.clone / ".git" / "shallow").write_text(f"{good}\n")
    a.control(good)
    (a.clone / ".git" / "shallow").write_text(f"{child}\n")
    a.illegal(a.push(f"{child}:refs/heads/cheat"))


@attack
def shallow_verify(a: Arena) -> None:
    """Hide an illegal commit from `tk verify` below a forged boundary; what is cut cannot be judged."""
    a.legal(a.tk("verify", "--all"))
    child = a.commit({"x": "x\n"}, parents=[jump(a)])
    a.git("update-ref", "refs/heads/main", child)
    (a.clone / ".git" / "shallow").write_text(f"{child}\n")
    a.illegal(a.tk("verify", "--all"))
    a.illegal(a.tk("verify"))
    a.illegal(a.tk("verify", f"{child}^!"))


@attack
def grafts(a: Arena) -> None:
    """Hide an illegal commit from `tk verify` by info/grafts and by a replaced parent."""
    base = a.tip()
    a.legal(a.tk("verify", "--all"))
    bad = jump(a)
    child = a.commit({".tasks/one.yaml": task("one", "done"), "x": "x\n"}, parents=[bad])
    a.git("update-ref", "refs/heads/main", child)
    info = a.clone / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "grafts").write_text(f"{child} {base}\n")
    a.git("replace", bad, a.commit({}, parents=[base]))
    a.illegal(a.tk("verify", "--all"), "TK201")
    a.illegal(a.tk("verify", f"{base}..{child}"), "TK201")


@attack
def namespaced(a: Arena) -> None:
    """Put an illegal commit under refs/namespaces/, where another reading of refs may find it."""
    a.legal(a.push(f"{a.move('one', 'in_progress')}:refs/namespaces/x/refs/heads/main"))
    a.illegal(a.push(f"{jump(a)}:refs/namespaces/y/refs/heads/main"), "TK201")


@attack
def law_of_a_late_head(a: Arena) -> None:
    """Create the branch of the server's HEAD from before the roles, and give them to oneself (TK712)."""
    first = a.git("rev-list", "--max-parents=0", a.tip())
    a.git("symbolic-ref", "HEAD", "refs/heads/trunk", at=a.server)
    mine = a.commit({CONFIG: policy(2, roles={"policy": f"\n  - {ADA}"})}, parents=[first])
    for oid in (first, mine, a.commit({CONFIG: None}, parents=[first])):
        a.illegal(a.push(f"{oid}:refs/heads/trunk"), "TK712", "TK601", "TK705")
    a.control(a.tip(), ref="refs/heads/trunk")
