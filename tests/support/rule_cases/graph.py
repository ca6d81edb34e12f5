"""What breaks the rules of links between tasks, TK301 to TK310 and TK313, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, birth, commit, done, edit, ledger
from tests.support.rule_cases.case import (
    FEW,
    LOOPS,
    SHALLOW,
    Case,
    flaw,
)
from tkledger.core.policy import DEFAULT


def graph_cases() -> list[Case]:
    parent = {"p": a_task("p"), "c": a_task("c", parent="p")}
    chain = tuple(a_task(f"t{n}", **({"parent": f"t{n - 1}"} if n else {})) for n in range(4))
    agent = a_task("p", owner="bot", type="bug", state="in_progress")
    return [
        Case("TK301", "a child of nobody", birth(parent["c"]), birth(parent["c"], parent["p"])),
        Case(
            "TK301",
            "a parent misspelt",
            edit(a_task(), a_task(parent="x")),
            edit(a_task(parent="x"), a_task(parent="x", owner="y")),
        ),
        Case(
            "TK302",
            "a dependency on nothing",
            birth(a_task(depends_on=["b"])),
            birth(a_task(depends_on=["b"]), a_task("b")),
        ),
        Case(
            "TK302",
            "one dependency more, on nothing",
            edit(a_task(depends_on=["b"]), a_task(depends_on=["b", "x"]), among=(a_task("b"),)),
            edit(a_task(depends_on=["b", "x"]), a_task(depends_on=["x"]), among=(a_task("b"),)),
        ),
        Case(
            "TK303",
            "an origin that is no task",
            birth(a_task(origin="o")),
            birth(a_task(origin="o"), among=(a_task("o"),)),
        ),
        Case("TK304", "its own parent", birth(a_task(parent="a")), birth(a_task())),
        Case(
            "TK304",
            "two that are each other's parents",
            edit(a_task(), a_task(parent="b"), among=(a_task("b", parent="a"),)),
            edit(a_task(), a_task(parent="b"), among=(a_task("b"),)),
        ),
        Case("TK305", "a dependency on itself", birth(a_task(depends_on=["a"])), birth(a_task())),
        Case(
            "TK305",
            "three in a circle",
            edit(
                a_task(),
                a_task(depends_on=["b"]),
                among=(a_task("b", depends_on=["c"]), a_task("c", depends_on=["a"])),
            ),
            edit(
                a_task(),
                a_task(depends_on=["b"]),
                among=(a_task("b", depends_on=["c"]), done("c", depends_on=["a"])),
            ),
        ),
        Case(
            "TK306",
            "a child that waits for its parent",
            birth(a_task("c", parent="p", depends_on=["p"]), among=(a_task("p"),)),
            birth(a_task("c", parent="p", depends_on=["q"]), among=(a_task("p"), a_task("q"))),
        ),
        Case(
            "TK306",
            "a child in todo of a parent that is done",
            birth(a_task("c", parent="p", depends_on=["p"]), among=(a_task("p"),)),
            birth(a_task("c", depends_on=["p"]), among=(done("p"),)),
        ),
        Case(
            "TK306",
            "a parent waits for its child, which waits for a task that waits for the parent",
            edit(
                a_task("q"),
                a_task("q", depends_on=["p"]),
                among=(a_task("p"), a_task("c", parent="p", depends_on=["q"])),
            ),
            edit(
                a_task("q"),
                a_task("q", depends_on=["c"]),
                among=(a_task("p"), a_task("c", parent="p")),
            ),
        ),
        Case(
            "TK307",
            "deeper than the policy",
            birth(chain[2], among=chain[:2], policy=SHALLOW),
            birth(chain[1], among=chain[:1], policy=SHALLOW),
        ),
        Case(
            "TK307",
            "deeper than an ancestor's budget",
            birth(chain[2], among=(a_task("t0", budget={"depth": 1}), chain[1])),
            birth(chain[2], among=(a_task("t0", budget={"depth": 2}), chain[1])),
        ),
        Case(
            "TK307",
            "a subtree hung too low",
            edit(
                a_task("t2"),
                chain[2],
                among=(*chain[:2], chain[3]),
                policy=DEFAULT._replace(depth=2),
            ),
            edit(
                a_task("t2"),
                chain[2],
                among=(*chain[:2], chain[3]),
                policy=DEFAULT._replace(depth=3),
            ),
        ),
        Case(
            "TK307",
            "a limit set over what stands deeper",
            edit(a_task("t0"), a_task("t0", budget={"depth": 2}), among=chain[1:]),
            edit(a_task("t0"), a_task("t0", budget={"depth": 3}), among=chain[1:]),
        ),
        Case(
            "TK307",
            "a greater budget does not lift the policy's limit",
            birth(chain[2], among=(a_task("t0", budget={"depth": 9}), chain[1]), policy=SHALLOW),
            birth(chain[2], among=(a_task("t0", budget={"depth": 9}), chain[1])),
        ),
        Case(
            "TK308",
            "one child more than allowed",
            birth(
                a_task("c3", parent="p"),
                among=(a_task("p"), a_task("c1", parent="p"), a_task("c2", parent="p")),
                policy=FEW,
            ),
            birth(
                a_task("c2", parent="p"), among=(a_task("p"), a_task("c1", parent="p")), policy=FEW
            ),
        ),
        Case(
            "TK308",
            "a child moved to a full parent",
            edit(
                a_task("c3"),
                a_task("c3", parent="p"),
                among=(a_task("p"), a_task("c1", parent="p"), a_task("c2", parent="p")),
                policy=FEW,
            ),
            edit(
                a_task("c3", parent="p"),
                a_task("c3", parent="p", owner="x"),
                among=(a_task("p"), a_task("c1", parent="p"), a_task("c2", parent="p")),
                policy=FEW,
            ),
        ),
        Case(
            "TK309",
            "an agent hands its task to itself",
            birth(a_task("c", parent="p", type="bug", creator="bot"), among=(agent,), policy=LOOPS),
            birth(
                a_task("c", parent="p", type="chore", creator="bot"), among=(agent,), policy=LOOPS
            ),
        ),
        Case(
            "TK309",
            "by its other name",
            birth(
                a_task("c", parent="p", type="bug", owner="bot@x.org"),
                among=(agent,),
                policy=LOOPS._replace(actors={"bot@x.org": "bot"}),
            ),
            birth(
                a_task("c", parent="p", type="bug", owner="bot@x.org"), among=(agent,), policy=LOOPS
            ),
        ),
        Case(
            "TK309",
            "asked for only where the policy says so",
            birth(a_task("c", parent="p", type="bug", creator="bot"), among=(agent,), policy=LOOPS),
            birth(a_task("c", parent="p", type="bug", creator="bot"), among=(agent,)),
        ),
        Case(
            "TK310",
            "work that discovers itself",
            birth(
                a_task("b", title="FIX the, parser!", origin="a"),
                among=(a_task("a", title="Fix the parser"),),
                policy=LOOPS,
            ),
            birth(
                a_task("b", title="Fix the lexer", origin="a"),
                among=(a_task("a", title="Fix the parser"),),
                policy=LOOPS,
            ),
        ),
        Case(
            "TK310",
            "two origins back",
            birth(
                a_task("c", title="One", origin="b"),
                among=(a_task("a", title="one"), a_task("b", title="Two", origin="a")),
                policy=LOOPS,
            ),
            birth(
                a_task("c", title="One", origin="b", type="bug"),
                among=(a_task("a", title="one"), a_task("b", title="Two", origin="a")),
                policy=LOOPS,
            ),
        ),
        Case(
            "TK310",
            "alike what its predecessor came out of",
            birth(
                a_task("c", title="One", reopens="b"),
                among=(a_task("a", title="one"), done("b", title="Two", origin="a")),
                policy=LOOPS,
            ),
            birth(
                a_task("c", title="One", reopens="b"),
                among=(done("a", title="One"), done("b", title="One", reopens="a")),
                policy=LOOPS,
            ),
        ),
        Case(
            "TK313",
            "what goes on is reopened",
            birth(a_task("b", reopens="a"), among=(a_task(state="in_review"),)),
            birth(a_task("b", reopens="a"), among=(a_task(state="cancelled"),)),
        ),
        Case(
            "TK313",
            "nothing is reopened",
            birth(a_task("b", reopens="a")),
            edit(a_task("b", reopens="a"), a_task("b", reopens="a", owner="x")),
        ),
        Case(
            "TK313",
            "an origin besides",
            birth(a_task("b", reopens="a", origin="a"), among=(done("a"),)),
            birth(a_task("b", reopens="a"), among=(done("a"),)),
        ),
        Case(
            "TK313",
            "a file that cannot be read is reopened",
            commit(
                ledger(flaws=(flaw("TK101"),)),
                ledger(a_task("b", reopens="a"), flaws=(flaw("TK101"),)),
            ),
            birth(a_task("b", reopens="a"), among=(done("a"),)),
        ),
    ]
