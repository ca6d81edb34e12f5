"""The stateless checks against the measured answers of the tool whose place they take.

What that tool does well is answered alike; for each of its measured faults the better answer
is written down here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import birth
from tkledger.core.exec_kernel import (
    Node,
    Ruling,
    budget,
    loop,
    loop_in,
    recent,
    registry_of,
    transition,
)
from tkledger.core.lifecycle import TRANSITIONS, State
from tkledger.core.policy import DEFAULT
from tkledger.core.rules import judge
from tkledger.core.snapshot import EMPTY
from tkledger.core.task import task
from tkledger.core.task_parts import Admission

ORACLE = json.loads((Path(__file__).parents[1] / "data" / "exec-kernel.json").read_text("utf-8"))
MATCH = ORACLE["match"]
NOTHING: dict[str, Node] = {}
CYCLE = (
    "DENIED: [cycle_detected] Creating task t1 would introduce a cycle in the work graph. "
    "Agent a1 would be creating work that traces back to itself."
)

BETTER_LOOPS = {
    "unknown_parent_is_depth_0": (
        "DENIED: [unknown_parent] Parent ghost of task t1 is not registered: "
        "no depth can be counted"
    ),
    "depth_not_computed_by_register": (
        "DENIED: [depth_exceeded] Task depth 30 exceeds maximum 3. Chain: n0(x) -> n1(t1) -> "
        "n2(t2) -> n3(t3) -> n4(t4) -> n5(t5) -> (18 more) -> n24(t24) -> n25(t25) -> n26(t26) -> "
        "n27(t27) -> n28(t28) -> n29(t29)"
    ),
    "cycle_through_unknown_node_missed": (
        "DENIED: [unknown_origin] Task t3 was created by ghost, which is not registered: "
        "no cycle through it can be ruled out"
    ),
    "cycle_via_parent_links_not_detected": CYCLE,
    "parent_is_self_unregistered": CYCLE,
    "parent_is_self_registered_other_agent": CYCLE,
    "identity_empty_strings_match": "the task's agent must be text, not empty: ''",
    "duplicate_id_already_registered_ok": "DENIED: [duplicate_id] Task t1 is already registered",
    "reprocess_remark_does_not_refresh": (
        "DENIED: [reprocess_detected] Task t1 was already completed and is in the "
        "recently-completed heap. Re-processing detected."
    ),
    "reprocess_evicted_oldest": (
        "DENIED: [reprocess_detected] Task t1 was already completed and is in the "
        "recently-completed heap. Re-processing detected."
    ),
}
FORGETS_NOTHING = {"reprocess_evicted_oldest"}
"""Where the better answer is that of a caller who hands over all that was ever completed."""

BETTER_COMMANDS = {
    "check-loop child-1 agent-1 feature --parent-task-id parent-1": (
        "DENIED: [unknown_parent] Parent parent-1 of task child-1 is not registered: "
        "no depth can be counted"
    ),
    "check-loop t1 a1 feature --parent-task-id t1": CYCLE,
    "check-loop   ": "the task's id must be text, not empty: ''",
    "check-budget task-1 --duration 99999 --max-duration 10": (
        "EXCEEDED: [duration] Task task-1 exceeded duration budget: 99999s elapsed, max 10s"
    ),
    "check-budget task-1 --duration 10 --max-duration 0": (
        "EXCEEDED: [duration] Task task-1 exceeded duration budget: 10s elapsed, max 0s"
    ),
    "check-budget task-1 --steps -5 --max-steps -6": "steps must not be negative: -5",
}

BETTER_ADMISSIONS = {"admission: whitespace_only"}
ELSEWHERE = {
    "failures on stdout although stderr is documented",
}
"""Faults in what these checks do not decide: where a command prints."""

BETTER_BUDGETS = {
    "budget: unknown_task, restart_resets_counter, string_limit, none_limit, "
    "depth_not_in_check_all, negative duration",
    "check-budget --duration ignored",
}
BETTER_DEPTHS = {"check-loop depth printed as 0"}


def asked(check: Callable[[], Ruling]) -> str:
    """What is answered, or the sentence with which the question is refused."""
    try:
        return check().text
    except ValueError as refused:
        return str(refused)


def node(raw: dict[str, Any]) -> Node:
    return Node(
        raw["task_id"],
        raw["agent_id"],
        raw["task_type"],
        raw["parent_task_id"],
        raw["created_by_task_id"],
        raw.get("depth", 0),
    )


def asked_loop(case: dict[str, Any]) -> Ruling:
    nodes = {raw["task_id"]: node(raw) for raw in case["nodes"]}
    completed = case["completed"]
    if case["id"] not in FORGETS_NOTHING:
        completed = recent(completed, case["max_heap_size"])
    return loop(node(case["call"]), nodes.get, completed, case["max_depth"])


def expected_loop(expect: dict[str, Any]) -> str:
    if expect["ok"]:
        return f"ALLOWED: depth={expect['value']}"
    return f"DENIED: [{expect['error']['loop_type']}] {expect['error']['message']}"


def asked_command(argv: list[str]) -> Ruling:
    """The check that a command line of the reference asks for, with nothing registered."""
    first = next((n for n, word in enumerate(argv) if word.startswith("--")), len(argv))
    words = argv[1:first]
    options = {name[2:]: value for name, value in zip(argv[first::2], argv[first + 1 :: 2])}
    if argv[0] == "validate":
        return transition(*words)
    if argv[0] == "check-loop":
        origin = options.get("parent-task-id"), options.get("created-by-task-id")
        depth = int(options.get("max-depth", 10))
        return loop(Node(words[0], words[1], words[2], *origin), NOTHING.get, (), depth)
    return budget(
        *words,
        steps=int(options.get("steps", 0)),
        max_steps=int(options.get("max-steps", 50)),
        seconds=float(options.get("duration", 0)),
        max_seconds=int(options.get("max-duration", 1800)),
    )


def by_id(cases: list[dict[str, Any]], name: str) -> list[Any]:
    return [pytest.param(case, id=case[name]) for case in cases]


def test_every_measured_fault_has_its_better_answer() -> None:
    told = {*BETTER_LOOPS, *BETTER_BUDGETS, *BETTER_DEPTHS, *BETTER_ADMISSIONS, *ELSEWHERE}
    assert told == set(ORACLE["better"])
    assert {case["id"] for case in MATCH["loop_detector"]} >= set(BETTER_LOOPS)
    assert {" ".join(case["argv"]) for case in MATCH["cli"]} >= set(BETTER_COMMANDS)


# moves


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"{case['from']}-{case['to']}") for case in MATCH["transitions_7x7"]],
)
def test_transition_answers_alike_for_every_pair(case: dict[str, Any]) -> None:
    answer = transition(case["from"], case["to"])
    assert (answer.ok, answer.text) == (case["allowed"], case["message"])
    assert answer.ok == (case["exit"] == 0)
    assert answer.ok == (answer.kind == "")


def test_transition_knows_the_edges_of_the_table_and_no_others() -> None:
    edges = {(edge.source.value, edge.target.value): edge.reason for edge in TRANSITIONS}
    reasons = MATCH["transition_reasons"]
    assert edges == {(old, new): reasons[old][new] for old in reasons for new in reasons[old]}
    assert set(reasons) == set(ORACLE["states"]) == {state.value for state in State}


@pytest.mark.parametrize("case", by_id(MATCH["sequences"], "name"))
def test_transition_gives_the_reasons_of_a_whole_sequence(case: dict[str, Any]) -> None:
    state = case["start"]
    for step in case["steps"]:
        answer = transition(state, step["to"])
        told = step["value"] if step["ok"] else step["error"]["reason"]
        assert (answer.ok, answer.reason) == (step["ok"], told)
        state = step["to"] if answer.ok else state
    assert state == case["end"]


@pytest.mark.parametrize(
    ("pair", "kind"),
    [
        (("todo", "todo"), "same_state"),
        (("done", "done"), "same_state"),
        (("done", "todo"), "terminal_state"),
        (("todo", "done"), "no_transition"),
        (("todo", "foo"), "unknown_state"),
        (("todo", ""), "unknown_state"),
    ],
)
def test_transition_names_why_it_is_refused(pair: tuple[str, str], kind: str) -> None:
    answer = transition(*pair)
    assert (answer.ok, answer.kind) == (False, kind)


# loops


@pytest.mark.parametrize(
    "case",
    by_id([case for case in MATCH["loop_detector"] if case["id"] not in BETTER_LOOPS], "id"),
)
def test_loop_answers_alike(case: dict[str, Any]) -> None:
    answer = asked_loop(case)
    assert answer.text == expected_loop(case["expect"])
    assert answer.ok == case["expect"]["ok"]


@pytest.mark.parametrize(
    "case", by_id([case for case in MATCH["loop_detector"] if case["id"] in BETTER_LOOPS], "id")
)
def test_loop_answers_better(case: dict[str, Any]) -> None:
    assert asked(lambda: asked_loop(case)) == BETTER_LOOPS[case["id"]]
    assert BETTER_LOOPS[case["id"]] != expected_loop(case["expect"])


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=" ".join(case["argv"])) for case in MATCH["cli"]]
)
def test_command_line_is_answered_alike_or_better(case: dict[str, Any]) -> None:
    line = " ".join(case["argv"])
    measured = (case["stdout"] or case["stderr"]).removesuffix("\n")
    text = asked(lambda: asked_command(case["argv"]))
    assert text == BETTER_COMMANDS.get(line, measured)
    if line not in BETTER_COMMANDS:
        assert asked_command(case["argv"]).ok == (case["rc"] == 0)


def test_loop_ends_where_the_reference_never_does() -> None:
    asked_for: list[str] = []
    nodes = {"t1": Node("t1", "a1", "feature", "t1")}

    def registry(task_id: str) -> Node | None:
        asked_for.append(task_id)
        return nodes.get(task_id)

    child = loop(Node("t2", "a1", "feature", "t1"), registry, max_depth=0)
    assert child.text == (
        "DENIED: [cycle_detected] The parents of task t2 run in a circle: t1 -> t1"
    )
    assert loop(Node("t1", "a1", "feature", "t1"), registry, max_depth=0).text == CYCLE
    assert asked_command(ORACLE["hang"]["argv"]).text == CYCLE
    assert len(asked_for) < 20


def test_loop_prints_the_depth_it_counted() -> None:
    nodes = {"p": Node("p", "a0", "x", "g"), "g": Node("g", "a0", "x")}
    assert loop(Node("t1", "a1", "y", "p"), nodes.get).text == "ALLOWED: depth=2"


def test_loop_takes_a_stored_depth_as_a_floor_only() -> None:
    nodes = {
        "g": Node("g", "a0", "x", depth=5),
        "p": Node("p", "a0", "x", "g", depth=1),
        "q": Node("q", "a0", "x", "g", depth=8),
        "far": Node("far", "a0", "x", "unregistered", depth=3),
        "lost": Node("lost", "a0", "x", "unregistered"),
    }

    def under(parent: str) -> str:
        return loop(Node("t1", "a1", "y", parent, depth=99), nodes.get).text

    assert under("p") == "ALLOWED: depth=7"
    assert under("q") == "ALLOWED: depth=9"
    assert under("far") == "ALLOWED: depth=4"
    assert under("lost") == (
        "DENIED: [unknown_parent] Parent unregistered of task lost is not registered: "
        "no depth can be counted"
    )


def test_loop_finds_a_cycle_through_parents_and_origins_together() -> None:
    nodes = {
        "p": Node("p", "a0", "x", created_by="q"),
        "q": Node("q", "a0", "x", parent="t1"),
    }
    assert loop(Node("t1", "a1", "y", "p"), nodes.get).text == CYCLE


def test_loop_refuses_a_task_below_a_ring_of_others() -> None:
    nodes = {"a": Node("a", "x", "y", "b"), "b": Node("b", "x", "y", "a")}
    assert loop(Node("t1", "a1", "y", "a"), nodes.get).reason == (
        "The parents of task t1 run in a circle: a -> b -> a"
    )


def test_loop_takes_unknown_agents_for_nobody() -> None:
    nodes = {"p": Node("p", "", "")}
    assert loop(Node("t1", "a1", "y", "p"), nodes.get).ok


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (Node("", "a", "t"), "the task's id must be text, not empty: ''"),
        (Node("t1", " ", "t"), "the task's agent must be text, not empty: ' '"),
        (Node("t1", "a", ""), "the task's type must be text, not empty: ''"),
        (Node("t1", "a", "t", ""), "the task's parent must be text, not empty: ''"),
        (Node("t1", "a", "t", None, ""), "the task's created_by must be text, not empty: ''"),
    ],
)
def test_loop_refuses_empty_words(call: Node, sentence: str) -> None:
    assert asked(lambda: loop(call, NOTHING.get)) == sentence


@pytest.mark.parametrize("limit", [None, "10", 1.5, True])
def test_loop_refuses_a_depth_that_is_no_whole_number(limit: Any) -> None:
    with pytest.raises(ValueError, match="max depth must be a whole number"):
        loop(Node("t1", "a", "t"), NOTHING.get, (), limit)


def test_recent_forgets_the_one_longest_ago() -> None:
    assert recent(["a", "b", "a", "c"], 2) == ("a", "c")
    assert recent(["a", "b"], 2) == ("a", "b")
    assert recent(["a"], 0) == recent(["a"], -1) == ()
    assert len(recent([str(n) for n in range(2000)])) == 1000


IDS = st.sampled_from(["t1", "a", "b", "c", "ghost"])
LINKS = st.fixed_dictionaries(
    {name: st.tuples(st.none() | IDS, st.none() | IDS) for name in ("a", "b", "c")}
)


@given(LINKS, st.none() | IDS, st.none() | IDS, st.integers(-1, 4))
def test_loop_allows_only_what_hangs_from_a_root(
    links: dict[str, tuple[str | None, str | None]],
    parent: str | None,
    origin: str | None,
    most: int,
) -> None:
    nodes = {name: Node(name, "x", "y", *link) for name, link in links.items()}
    answer = loop(Node("t1", "a1", "y", parent, origin), nodes.get, (), most)
    if answer.ok:
        above = []
        while parent is not None:
            above.append(parent)
            parent = nodes[parent].parent
        assert "t1" not in above
        assert answer.text == f"ALLOWED: depth={len(above)}"
        assert len(above) <= most


# loops in a ledger


def test_loop_in_a_ledger_counts_along_its_parents() -> None:
    ledger = EMPTY.put(
        task({"id": "tk-1", "title": "One", "state": "in_progress", "owner": "ann"}),
        task({"id": "tk-2", "title": "Two", "state": "todo", "parent": "tk-1", "creator": "bob"}),
        task({"id": "tk-3", "title": "Three", "state": "done", "origin": "tk-1"}),
    )
    find = registry_of(ledger)
    assert find("tk-1") == Node("tk-1", "ann", "task")
    assert find("tk-2") == Node("tk-2", "bob", "task", "tk-1")
    assert find("tk-3") == Node("tk-3", "", "task", None, "tk-1")
    assert find("tk-4") is None
    assert loop_in(ledger, Node("tk-4", "cy", "task", "tk-2")).text == "ALLOWED: depth=2"
    assert loop_in(ledger, Node("tk-4", "cy", "task", "tk-2"), 1).kind == "depth_exceeded"
    assert loop_in(ledger, Node("tk-4", "ann", "task", "tk-1")).kind == "identity_loop"
    assert loop_in(ledger, Node("tk-4", "cy", "task", "tk-9")).kind == "unknown_parent"
    assert loop_in(ledger, Node("tk-3", "cy", "task")).kind == "reprocess_detected"
    assert loop_in(ledger, Node("tk-2", "cy", "task")).kind == "duplicate_id"


# budgets


@pytest.mark.parametrize("case", MATCH["budget"]["steps"], ids=str)
def test_budget_counts_steps_alike(case: dict[str, Any]) -> None:
    limits = {"max_steps": 50, **(case["config"] or {})}
    answers = [budget("task-1", steps=n, **limits) for n in range(1, case["steps_taken_after"] + 1)]
    refused = [n for n, answer in enumerate(answers, 1) if not answer.ok]
    assert (refused[0] if refused else None) == case["first_raise_at_call"]
    if refused:
        first = answers[refused[0] - 1]
        assert (first.kind, first.reason) == (
            case["error"]["budget_type"],
            case["error"]["message"],
        )


@pytest.mark.parametrize(
    "case", [case for case in MATCH["budget"]["duration"] if case["elapsed"] != -5], ids=str
)
def test_budget_measures_seconds_alike(case: dict[str, Any]) -> None:
    elapsed = 0 if case["elapsed"] == "timer never started" else case["elapsed"]
    answer = budget("task-1", seconds=elapsed, max_seconds=case["max_duration_seconds"])
    assert answer.ok == case["result"]["ok"]
    assert answer.reason == case["result"].get("error", {}).get("message", "")


@pytest.mark.parametrize("case", MATCH["budget"]["depth"], ids=str)
def test_budget_measures_depth_alike(case: dict[str, Any]) -> None:
    answer = budget("t", depth=case["proposed"], max_depth=case["max_depth"])
    assert answer.ok == case["result"]["ok"]
    assert answer.reason == case["result"].get("error", {}).get("message", "")


def test_budget_has_the_same_defaults() -> None:
    least = MATCH["budget"]["defaults"]
    assert budget(
        "t",
        steps=least["max_steps"],
        seconds=least["max_duration_seconds"],
        depth=least["max_depth"],
    ).text == ("OK: 50 steps, 1800s elapsed (max 50 steps, 1800s)")
    assert not budget("t", steps=least["max_steps"] + 1).ok
    assert not budget("t", seconds=least["max_duration_seconds"] + 1).ok
    assert not budget("t", depth=least["max_depth"] + 1).ok


def test_budget_names_steps_before_seconds_before_depth() -> None:
    over: dict[str, Any] = {"steps": 51, "seconds": 1801, "depth": 11}
    assert budget("t", **over).kind == "steps"
    assert budget("t", **over, max_steps=51).kind == "duration"
    assert budget("t", **over, max_steps=51, max_seconds=1801).kind == "depth"


def test_budget_includes_the_depth_that_the_reference_leaves_out() -> None:
    depth = MATCH["budget"]["depth_not_in_check_all"]["depth_reached"]
    assert budget("t", depth=depth).text == (
        "EXCEEDED: [depth] Task t exceeded depth budget: proposed depth 99, max 10"
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"steps": -1}, "steps must not be negative: -1"),
        ({"seconds": -5}, "seconds must not be negative: -5"),
        ({"seconds": -0.5}, "seconds must not be negative: -0.5"),
        ({"steps": "x"}, "steps must be a whole number: 'x'"),
        ({"steps": 1.5}, "steps must be a whole number: 1.5"),
        ({"steps": True}, "steps must be a whole number: True"),
        ({"max_steps": "10"}, "max steps must be a whole number: '10'"),
        ({"max_steps": None}, "max steps must be a whole number: None"),
        ({"max_seconds": None}, "max seconds must be a whole number: None"),
        ({"seconds": float("nan")}, "seconds must be a number: nan"),
        ({"seconds": float("inf")}, "seconds must be a number: inf"),
        ({"seconds": "9"}, "seconds must be a number: '9'"),
        ({"seconds": True}, "seconds must be a number: True"),
        ({"depth": None}, "depth must be a whole number: None"),
    ],
)
def test_budget_refuses_what_is_no_use_and_no_limit(values: dict[str, Any], sentence: str) -> None:
    assert asked(lambda: budget("task-1", **values)) == sentence


def test_budget_is_asked_of_a_named_task_with_its_use_each_time() -> None:
    # nothing is remembered, so no task is unknown and no restart sets a count back
    assert asked(lambda: budget("", steps=1)) == "the task's id must be text, not empty: ''"
    assert budget("never-seen", steps=51).kind == "steps"
    assert budget("never-seen", steps=51).kind == "steps"


def test_budget_takes_numbers_of_any_size() -> None:
    assert not budget("t", seconds=10**400).ok
    assert not budget("t", seconds=1e300, steps=10**400, max_steps=10**400).ok


@pytest.mark.parametrize("case", MATCH["admission"], ids=lambda case: str(case["name"]))
def test_a_task_says_why_it_is_wanted_in_the_same_words(case: dict[str, Any]) -> None:
    """An empty text is left out of a file. What is blank counts as missing, which is better."""
    said = {name: case["admission"][name] for name in Admission._fields}
    wanted = task(
        {
            **{"id": "i1", "title": "T", "state": "todo", "creator": "agent-1"},
            "admission": {name: text for name, text in said.items() if text},
        }
    )
    found = judge(birth(wanted, policy=DEFAULT._replace(admission="required")))
    result = case["create_task"]
    if f"admission: {case['name']}" in BETTER_ADMISSIONS:
        assert result["ok"]
        words = ["Cannot create task 'T': admission schema incomplete (missing: consumer)"]
    else:
        words = [] if result["ok"] else [result["error"]["message"]]
    assert [one.message for one in found] == words
    assert bool(wanted.admission.missing) is bool(words)
