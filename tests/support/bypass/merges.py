"""Merges: rows of the table."""

from __future__ import annotations

from functools import partial

from tests.support.bypass.table import PC, PCM, PMC, RT, row
from tests.support.clone import Clone, text_of
from tkledger.core.layout import POLICY_PATH, path_of


def sides(clone: Clone, ours: dict[str, object], theirs: dict[str, object]) -> None:
    """The branch side, and main, from where they were."""
    clone.git("switch", "-q", "-c", "side")
    clone.commit("theirs", **theirs)  # type: ignore[arg-type]
    clone.git("switch", "-q", "main")
    clone.commit("ours", **ours)  # type: ignore[arg-type]


def merged(clone: Clone, ours: dict[str, object], theirs: dict[str, object], *options: str) -> None:
    sides(clone, ours, theirs)
    clone.git("merge", "-q", "-m", "x", *options, "side")


def evil(clone: Clone, *options: str, title: str = "Evil", state: str = "todo") -> None:
    sides(clone, {"b": {"priority": 1}}, {"c": {"priority": 1}})
    clone.git("merge", "-q", "--no-commit", "--no-ff", "side")
    clone.edit("a", title=title, state=state)
    clone.git("commit", "-q", "-a", "-m", "x", *options)


def octopus(clone: Clone, *links: tuple[str, str]) -> None:
    for number, (id, other) in enumerate(links):
        clone.git("switch", "-q", "-c", f"arm{number}", "origin/main")
        clone.commit(**{id: {"depends_on": [other]}})
    clone.git("switch", "-q", "main")
    clone.commit(s={"priority": 1})
    clone.git("merge", "-q", "-m", "x", *(f"arm{number}" for number in range(len(links))))


def settled(
    clone: Clone, id: str, ours: dict[str, object], theirs: dict[str, object], **fields: object
) -> None:
    """A merge that conflicts, and what a person makes of our version of the file."""
    sides(clone, {id: ours}, {id: theirs})
    clone.run("merge", "-q", "side")
    clone.git("checkout", "-q", "--ours", path_of(id))
    clone.edit(id, **fields)
    clone.git("add", "-A")
    clone.git("commit", "-q", "-m", "x")


def foxtrot(clone: Clone, *options: str) -> None:
    sides(clone, {"a": {"state": "in_progress"}}, {"b": {"priority": 1}})
    clone.git("switch", "-q", "side")
    clone.git("merge", "-q", "-m", "x", *options, "main")
    clone.git("switch", "-q", "main")
    clone.git("merge", "-q", "--ff-only", "side")


def unrelated(clone: Clone, ledger: bool) -> None:
    tree = clone.git("mktree", stdin=f"100644 blob {clone.blob('x')}\tother.txt\n")
    if ledger:
        files = {
            "b": text_of("b", state="done"),
            "config": (clone.path / POLICY_PATH).read_bytes(),
        }
        lines = [f"100644 blob {clone.blob(data)}\t{name}.yaml" for name, data in files.items()]
        inner = clone.git("mktree", stdin="".join(f"{line}\n" for line in lines))
        tree = clone.git("mktree", stdin=f"040000 tree {inner}\t.tasks\n")
    root = clone.commit_tree(tree)
    strategy = ["-X", "ours"] if ledger else []
    clone.git("merge", "-q", "--allow-unrelated-histories", *strategy, "-m", "x", root)


def move_after_a_merge(clone: Clone) -> None:
    merged(clone, {"b": {"priority": 1}}, {"c": {"priority": 1}})
    clone.commit(a={"state": "in_progress"})


def odd_parents(clone: Clone, to: str, *parents: str) -> None:
    """A commit with such parents that moves a task; as a merge it may only leave it as it was."""
    clone.commit(b={"priority": 1})
    made = clone.dangling(*parents, a={"state": to})
    clone.git("update-ref", "refs/heads/main", made)


def parent_twice(clone: Clone, *, to: str = "done") -> None:
    head = clone.oid()
    text = clone.git("cat-file", "commit", clone.dangling(a={"state": to})) + "\n"
    doubled = text.replace(f"parent {head}\n", f"parent {head}\n" * 2)
    made = clone.git("hash-object", "-w", "-t", "commit", "--stdin", stdin=doubled)
    clone.git("update-ref", "refs/heads/main", made)


def stale_pick(clone: Clone, winner: str) -> None:
    """Ended on main, worked on at the side: the merge brings the work back."""
    merged(
        clone,
        {"s": {"state": "cancelled", "resolution": "dropped"}},
        {"s": {"state": "in_review"}},
        "-X",
        winner,
    )


CYCLE = ({"a": {"depends_on": ["b"]}}, {"b": {"depends_on": ["a"]}})
CHAIN = ({"a": {"depends_on": ["b"]}}, {"b": {"depends_on": ["c"]}})
PARENTS = ({"a": {"parent": "b"}}, {"b": {"parent": "a"}})
FAMILY = ({"a": {"parent": "b"}}, {"b": {"parent": "c"}})
ORPHAN = ({"p": {"state": "done"}}, {"n": {"parent": "p"}})
CHILD = ({"p": {"state": "in_review"}}, {"n": {"parent": "p"}})

for options, door in (((), PMC), (("--no-verify",), PCM)):
    more = " ".join(("", *options))
    for name, code, bad, good in (
        ("dependencies in a circle", "TK305", CYCLE, CHAIN),
        ("parents in a circle", "TK304", PARENTS, FAMILY),
        ("an open child of a finished parent", "TK213", ORPHAN, CHILD),
    ):
        row(
            f"{name}, out of a clean merge{more}",
            lambda c, bad=bad, options=options: merged(c, *bad, *options),
            door,
            code,
            lambda c, good=good, options=options: merged(c, *good, *options),
        )
    row(
        f"merge -s ours{more}",
        lambda c, options=options: merged(
            c, {"b": {"priority": 1}}, {"a": {"state": "in_progress"}}, "-s", "ours", *options
        ),
        door,
        "TK222",
        lambda c, options=options: merged(
            c, {"b": {"priority": 1}}, {"a": {"state": "in_progress"}}, *options
        ),
    )
row("an evil merge", evil, PC, "TK221", partial(evil, title="Task a"))
row(
    "an evil merge --no-verify",
    lambda c: evil(c, "-n"),
    PCM,
    "TK221",
    lambda c: evil(c, "-n", title="Task a"),
)
row(
    "a move in a merge",
    lambda c: evil(c, title="Task a", state="in_progress"),
    PC,
    "TK222",
    move_after_a_merge,
)
row(
    "an octopus that closes a circle",
    lambda c: octopus(c, ("a", "b"), ("b", "c"), ("c", "a")),
    PMC,
    "TK305",
    lambda c: octopus(c, ("a", "b"), ("b", "c")),
)
row(
    "what ended comes back from a stale branch",
    lambda c: stale_pick(c, "theirs"),
    PMC,
    "TK222",
    lambda c: stale_pick(c, "ours"),
)
ANN, BOB = ({"state": "in_progress", "owner": name} for name in ("ann", "bob"))
DONE = {"state": "done"}
DROPPED = {"state": "cancelled", "resolution": "dropped"}
row(
    "both started it, and the owner is a third",
    lambda c: settled(c, "a", ANN, BOB, owner="mallory"),
    PC,
    "TK221",
    lambda c: settled(c, "a", ANN, BOB, owner="bob"),
)
row(
    "cancelled wins over done",
    lambda c: settled(c, "s", DONE, DROPPED, **DROPPED),
    PC,
    "TK222",
    lambda c: settled(c, "s", DONE, DROPPED),
)
row(
    "unrelated history with a ledger",
    partial(unrelated, ledger=True),
    PMC,
    "TK604",
    partial(unrelated, ledger=False),
)
row("foxtrot", lambda c: foxtrot(c, "-s", "ours"), PMC, "TK222", foxtrot)
row(
    "the same parent twice",
    lambda c: odd_parents(c, "done", "HEAD", "HEAD"),
    RT,
    "TK201",
    lambda c: odd_parents(c, "in_progress", "HEAD", "HEAD"),
)
row(
    "the same parent twice, past git",
    parent_twice,
    RT,
    "TK222",
    partial(parent_twice, to="todo"),
)
for name, parents in (
    ("an ancestor as a second parent", ["HEAD", "HEAD~1"]),
    ("twenty parents", ["HEAD", "HEAD~1", "HEAD~2", "HEAD~3"] * 5),
):
    row(
        name,
        lambda c, parents=parents: odd_parents(c, "done", *parents),
        RT,
        "TK222",
        lambda c, parents=parents: odd_parents(c, "todo", *parents),
    )
