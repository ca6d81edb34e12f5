"""Merges of every shape: what they may choose, and what hides in them."""

from __future__ import annotations

from stress.attacks.world import ADA, BOSS, Arena, attack, task

BEGUN = task("one", "in_progress", owner=ADA)
ONE = ".tasks/one.yaml"


def not_joined(a: Arena, *shapes: list[str]) -> None:
    """In a merge that joins nothing a jump is refused, and ordinary work passes."""
    tip = a.tip()
    for parents in shapes:
        tree = a.tree({ONE: task("one", "done", owner=ADA)}, tip)
        a.cheat(a.commit({}, parents=parents, tree=tree), "TK201", "TK222", verify=False)
        a.control(a.commit({}, parents=parents, tree=a.tree({"x": "x\n"}, tip)))


@attack
def degenerate(a: Arena) -> None:
    """Call a jump a merge: a parent twice, or a commit with its ancestor, in either order (TK201)."""
    tip, older = a.tip(), a.git("rev-parse", "main~1")
    not_joined(a, [tip, tip], [tip, older], [older, tip])


@attack
def octopus_of_ancestors(a: Arena) -> None:
    """Call a jump a merge of a commit with several of its ancestors (TK201)."""
    tip, older = a.tip(), a.git("rev-parse", "main~1")
    root = a.git("rev-list", "--max-parents=0", "main")
    not_joined(a, [tip, older, root], [root, tip, tip, older])


@attack
def octopus(a: Arena) -> None:
    """Author a field, or choose between two sides, in a merge of three (TK221)."""
    base = a.tip()
    sides = [a.commit({f"{n}": "x\n"}, parents=[base]) for n in range(2)]
    sides.append(a.commit({ONE: BEGUN}, parents=[base]))
    files = {"0": "x\n", "1": "x\n", ONE: BEGUN}
    a.control(a.commit(files, parents=sides))
    authored = {**files, ONE: task("one", "in_progress", owner="bob")}
    a.cheat(a.commit(authored, parents=sides), "TK221")
    a.cheat(a.commit({**files, ONE: task("one")}, parents=sides), "TK221", "TK222")
    more = [*sides[1:], a.commit({ONE: task("one", "cancelled")}, parents=[base])]
    a.cheat(a.commit({**files, ONE: BEGUN}, parents=more), "TK221", "TK222")


@attack
def octopus_of_many(a: Arena) -> None:
    """Exhaust the judge by sixty parents, among them an illegal one (TK201); a minute is the most."""
    base = a.tip()
    sides = [a.commit({}, f"{n}\n", parents=[base]) for n in range(60)]
    a.control(a.commit({}, parents=sides))
    bad = a.move("one", "done", base)
    a.cheat(a.commit({}, parents=[*sides, bad]), "TK201", "TK222", "TK221")


@attack
def theirs_and_ours(a: Arena) -> None:
    """Undo what the other side did, by `-s ours`, also as the second parent (TK222, TK221)."""
    base = a.tip()
    fields = {"owner": ADA, "creator": ADA}
    done = {".tasks/busy.yaml": task("busy", "done", **fields)}
    left = a.commit(done, parents=[base])
    right = a.commit({".tasks/two.yaml": task("two", labels=["ui"])}, parents=[base])
    a.control(a.commit({".tasks/two.yaml": task("two", labels=["ui"])}, parents=[left, right]))
    a.cheat(a.commit({}, parents=[right, left]), "TK222")
    a.cheat(a.commit({}, parents=[left, right]), "TK221")


@attack
def resurrected(a: Arena) -> None:
    """Bring an ended task back by a stale branch that moved it further and further (TK222)."""
    base = a.tip()
    ended = a.commit({ONE: task("one", "cancelled")}, parents=[base])
    begun = a.commit({ONE: BEGUN}, parents=[base])
    review = a.commit({ONE: task("one", "in_review", owner=ADA)}, parents=[begun])
    a.control(a.commit({}, parents=[ended, review]))
    a.cheat(a.commit({}, parents=[review, ended]), "TK222")
    ended_too = a.commit({ONE: task("one", "in_review", owner=ADA)}, parents=[ended, review])
    a.cheat(ended_too, "TK222")


@attack
def criss_cross(a: Arena) -> None:
    """Merge twice crosswise with opposite choices, then take the value that both had given up (TK221)."""
    base = a.main(a.commit({ONE: task("one", priority=3)}))
    left = a.commit({ONE: task("one", priority=1)}, parents=[base])
    right = a.commit({ONE: task("one", priority=0)}, parents=[base])
    first = a.commit({ONE: task("one", priority=1)}, parents=[left, right])
    second = a.commit({ONE: task("one", priority=0)}, parents=[right, left])
    for priority in (0, 1):
        a.control(a.commit({ONE: task("one", priority=priority)}, parents=[first, second]))
    for priority in (3, 4):
        oid = a.commit({ONE: task("one", priority=priority)}, parents=[first, second])
        a.cheat(oid, "TK221")


@attack
def criss_cross_of_notes(a: Arena) -> None:
    """Lose a note by two crosswise merges, each of which keeps the notes of both sides (TK221)."""
    base = a.tip()
    left = a.commit({ONE: task("one", notes=["left"])}, parents=[base])
    right = a.commit({ONE: task("one", notes=["right"])}, parents=[base])
    both = [task("one", notes=["left", "right"]), task("one", notes=["right", "left"])]
    first = a.commit({ONE: both[0]}, parents=[left, right])
    second = a.commit({ONE: both[1]}, parents=[right, left])
    a.control(first)
    a.cheat(a.commit({ONE: task("one", notes=["left"])}, parents=[left, right]), "TK221", "TK210")
    a.cheat(a.commit({ONE: task("one", notes=["left"])}, parents=[first, second]), "TK221", "TK210")


@attack
def born_in_a_merge(a: Arena) -> None:
    """Create a task in a merge, done from the start, or drop one that a side created (TK221, TK204)."""
    base = a.tip()
    new = {".tasks/late.yaml": task("late")}
    left, right = a.commit(new, parents=[base]), a.commit({"r": "r\n"}, parents=[base])
    a.control(a.commit({"r": "r\n"}, parents=[left, right]))
    a.cheat(a.commit({".tasks/x1.yaml": task("x1", "done")}, parents=[left, right]), "TK2")
    a.cheat(a.commit({".tasks/x1.yaml": task("x1")}, parents=[left, right]), "TK2")
    gone = a.commit({"r": "r\n", ".tasks/late.yaml": None}, parents=[left, right])
    a.cheat(gone, "TK204", "TK22")


@attack
def stale_law(a: Arena) -> None:
    """Cancel on a branch from before `forbid`, and merge from either side (TK201)."""
    old = a.tip()
    a.law(forbid=["todo->cancelled"])
    tip = a.tip()
    gone = a.commit({ONE: task("one", "cancelled")}, parents=[old])
    fine = a.commit({ONE: BEGUN}, parents=[old])
    a.control(a.commit({ONE: BEGUN}, parents=[tip, fine]))
    for parents in ([tip, gone], [gone, tip]):
        tree = a.tree({ONE: task("one", "cancelled")}, tip)
        a.cheat(a.commit({}, parents=parents, tree=tree), "TK201", "TK222")


@attack
def stale_law_through_a_bridge(a: Arena) -> None:
    """Wash what the new law forbids by merging the old branch with a harmless one first (TK201)."""
    old = a.tip()
    law = a.law(forbid=["todo->cancelled"])
    gone = a.commit({ONE: task("one", "cancelled")}, parents=[old])
    side = a.commit({"s": "s\n"}, parents=[old])
    bridge = a.commit({"s": "s\n"}, parents=[gone, side])
    tree = a.tree({ONE: task("one", "cancelled"), "s": "s\n"}, law)
    a.control(a.commit({"s": "s\n"}, parents=[law, side]))
    a.cheat(a.commit({}, parents=[law, bridge], tree=tree), "TK201", "TK222")
    two = a.commit({}, parents=[side, law], tree=a.tree({"s": "s\n"}, law))
    a.cheat(a.commit({}, parents=[two, bridge], tree=tree), "TK201", "TK222")


@attack
def mixture_of_two_births(a: Arena) -> None:
    """Mix two tasks that were created by one id: one's creator, the other's budget (TK221)."""
    base = a.tip()
    low = task("twin", creator=ADA, budget={"steps": 1})
    high = task("twin", creator=BOSS, budget={"steps": 9})
    left = a.commit({".tasks/twin.yaml": low}, parents=[base])
    right = a.commit({".tasks/twin.yaml": high}, parents=[base])
    a.control(a.commit({".tasks/twin.yaml": low}, parents=[left, right]))
    looser = a.commit(
        {".tasks/twin.yaml": task("twin", creator=ADA, budget={"steps": 10})}, parents=[left, right]
    )
    a.cheat(looser, "TK221")
    stranger = a.commit(
        {".tasks/twin.yaml": task("twin", creator="x", budget={"steps": 1})}, parents=[left, right]
    )
    a.cheat(stranger, "TK2")


@attack
def deadlock_by_merge(a: Arena) -> None:
    """Let two branches, each legal, make two tasks wait for each other (TK305, TK306)."""
    base = a.tip()
    left = a.commit({ONE: task("one", depends_on=["two"])}, parents=[base])
    crossed = {".tasks/two.yaml": task("two", depends_on=["one"])}
    child = {ONE: task("one", parent="two")}
    deadlock = {ONE: task("one", parent="two", depends_on=["two"])}
    fine = {".tasks/two.yaml": task("two", depends_on=["busy"])}
    a.control(a.commit(fine, parents=[left, a.commit(fine, parents=[base])]))
    for files, merged in ((crossed, crossed), (child, deadlock)):
        right = a.commit(files, parents=[base])
        a.control(right)
        a.cheat(a.commit(merged, parents=[left, right]), "TK305", "TK306")
