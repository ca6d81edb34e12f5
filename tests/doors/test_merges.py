"""A merge chooses where both sides moved and authors nothing, whoever made it."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.support.histories import POLICY_PATH, Files, Loom, a_task, genesis, moved
from tkledger.core.lifecycle import TRANSITIONS, State
from tkledger.core.policy import DEFAULT, changed
from tkledger.core.task import Task
from tkledger.core.task import changed as edited

A, B = a_task("a"), a_task("b")


def fork(loom: Loom, ours: list[Files], theirs: list[Files], base: str = "main") -> None:
    """Two branches, ours and theirs, with a commit for each of the files given."""
    for name, commits in (("ours", ours), ("theirs", theirs)):
        tip = loom.git("rev-parse", base)
        for files in commits:
            tip = loom.commit(files, tip, branch=None)
        loom.git("update-ref", f"refs/heads/{name}", tip)


def git_merge(loom: Loom, *options: str) -> bool:
    """Let git merge theirs into ours; whether it could."""
    loom.git("checkout", "-q", "-f", "ours")
    loom.git("merge", "-q", "--no-edit", *options, "theirs", check=False)
    clean = not loom.git("ls-files", "-u") and not loom.git("status", "--porcelain")
    if not clean:
        loom.git("merge", "--abort", check=False)
    return clean


def results(loom: Loom, files: Files, *more: str) -> set[str]:
    """The codes of a merge of ours and theirs with these files on top of ours."""
    return loom.judged(files, "ours", "theirs", *more)


# -- what git merges by itself ---------------------------------------------------------------


def test_two_sides_that_change_different_fields_merge_by_plain_git(begun: Loom) -> None:
    full = edited(A, priority=2, description="one\ntwo", notes=["first"])
    base = begun.commit({"a": full}, "main")
    fork(
        begun,
        [{"a": edited(full, title="Another title")}, {"c": a_task("c")}],
        [{"a": edited(full, notes=["first", "second"])}, {"b": moved(B, "in_progress")}],
        base,
    )
    assert git_merge(begun)
    assert begun.codes("ours") == {}
    assert begun.codes("ours", "theirs") == {}
    text = begun.git("show", "ours:.tasks/a.yaml")
    assert "title: Another title" in text
    assert "second" in text


def test_a_move_and_an_edit_of_another_field_merge_by_plain_git(begun: Loom) -> None:
    full = a_task("c", priority=2, creator="alice", description="what it is")
    base = begun.commit({"c": full}, "main")
    fork(
        begun,
        [{"c": moved(full, "in_progress", owner="bob")}],
        [{"c": edited(full, description="what it is about")}],
        base,
    )
    assert git_merge(begun)
    assert begun.codes("ours") == {}


def test_the_same_move_on_both_sides_merges(begun: Loom) -> None:
    started = moved(A, "in_progress", owner="alice")
    fork(begun, [{"a": started}], [{"a": started}, {"b": moved(B, "in_progress")}])
    assert git_merge(begun)
    assert begun.codes("ours") == {}


def test_code_alone_merges_whatever_the_strategy(begun: Loom) -> None:
    fork(begun, [{"src/x": b"1"}], [{"src/y": b"1"}])
    assert git_merge(begun, "-s", "ours")
    assert begun.codes("ours") == {}


# -- states: every pair ----------------------------------------------------------------------

ALL = list(State)
RESTING = {"wait": {"reason": "other"}}


def _way(source: State, target: State) -> list[State] | None:
    """The states on a way by the table, by a search of its own."""
    ways: list[list[State]] = [[source]]
    for way in ways:
        if way[-1] is target:
            return way
        ways += [
            [*way, edge.target]
            for edge in TRANSITIONS
            if edge.source is way[-1] and edge.target not in way
        ]
    return None


def _expected(base: State, ours: State, theirs: State) -> set[State]:
    """The law of DESIGN, said once more: who moved wins; ended beats open; done beats cancelled."""
    if ours is theirs:
        return {ours}
    if base in (ours, theirs):
        return {theirs if ours is base else ours}
    ended = {ours, theirs} & {State.DONE, State.CANCELLED}
    if ended:
        return {State.DONE} if State.DONE in ended else {State.CANCELLED}
    return {
        one for one, other in ((ours, theirs), (theirs, ours)) if _way(other, one) is not None
    } or {ours, theirs}


TRIPLES = [
    (base, ours, theirs)
    for base, ours, theirs in product(ALL, ALL, ALL)
    if base not in (State.DONE, State.CANCELLED)
    and _way(base, ours) is not None
    and _way(base, theirs) is not None
]


def _name(triple: tuple[State, ...]) -> str:
    return "-".join(state.value for state in triple)


def _along(loom: Loom, ways: dict[str, list[State]], tip: str, now: dict[str, Task]) -> str:
    """Move many tasks at once, each along its way, one edge a commit."""
    for step in range(1, max(len(way) for way in ways.values())):
        files = {}
        for key, way in ways.items():
            if step < len(way):
                files[key] = now[key] = moved(now[key], way[step].value)
        tip = loom.commit(files, tip, branch=None)
    return tip


@pytest.fixture(scope="module")
def paired(tmp_path_factory: pytest.TempPathFactory) -> tuple[Loom, dict[str, dict[str, Task]]]:
    """A task for each base and two sides; ours and theirs have moved them there legally."""
    loom = Loom(tmp_path_factory.mktemp("paired"))
    ids = {_name(triple): triple for triple in TRIPLES}
    begin = loom.commit(genesis())
    born = {
        key: a_task(key, state="backlog" if triple[0] is State.BACKLOG else "todo")
        for key, triple in ids.items()
    }
    tip = loom.commit(born, begin)
    now: dict[str, Task] = dict(born)
    tip = _along(loom, {k: _way(born[k].state, t[0]) or [] for k, t in ids.items()}, tip, now)
    loom.git("update-ref", "refs/heads/main", tip)
    tasks = {}
    for number, side in enumerate(("ours", "theirs"), 1):
        sides = dict(now)
        ways = {key: _way(t[0], t[number]) or [] for key, t in ids.items()}
        loom.git("update-ref", f"refs/heads/{side}", _along(loom, ways, tip, sides))
        tasks[side] = sides
    assert loom.codes("ours") == loom.codes("theirs") == {}
    return loom, tasks


def test_every_pair_of_states_is_settled_by_the_law(
    paired: tuple[Loom, dict[str, dict[str, Task]]],
) -> None:
    loom, tasks = paired
    assert len(TRIPLES) > 150
    chosen: dict[str, dict[str, Task]] = {"ours": {}, "theirs": {}}
    refused = {}
    for triple in TRIPLES:
        key, expected = _name(triple), _expected(*triple)
        for side in ("ours", "theirs"):
            if tasks[side][key].state in expected:
                chosen[side][key] = tasks[side][key]
        if len(chosen["ours"].keys() & {key}) + len(chosen["theirs"].keys() & {key}) < 2:
            wrong = "theirs" if key in chosen["ours"] else "ours"
            refused[key] = tasks[wrong][key]
    for first, second in (("ours", "theirs"), ("theirs", "ours")):
        legal = {**chosen[second], **chosen[first]}
        assert len(legal) == len(TRIPLES), "every pair can be merged"
        assert results(loom, legal) == set()
    assert len(refused) > 50
    oid = loom.commit({**legal, **refused}, "ours", "theirs", branch=None)
    found = {
        one.task for one in loom.violations(oid, "ours", "theirs") if one.code in ("TK221", "TK222")
    }
    assert found == set(refused)


def test_a_state_of_neither_side_is_refused(
    paired: tuple[Loom, dict[str, dict[str, Task]]],
) -> None:
    loom, tasks = paired
    third, legal = {}, {}
    for triple in TRIPLES:
        key = _name(triple)
        right = min(_expected(*triple))
        legal[key] = next(s[key] for s in tasks.values() if s[key].state is right)
        for state in set(State) - {triple[1], triple[2]}:
            third[key] = moved(legal[key], state.value)
    oid = loom.commit({**legal, **third}, "ours", "theirs", branch=None)
    found = loom.violations(oid, "ours", "theirs")
    assert {one.task for one in found if one.code == "TK222"} == set(third)


def test_the_refusal_names_the_state_that_the_law_chooses(begun: Loom) -> None:
    started = moved(A, "in_progress")
    base = begun.commit({"a": started}, "main")
    fork(begun, [{"a": moved(started, "done")}], [{"a": moved(started, "cancelled")}], base)
    oid = begun.commit({"a": moved(started, "cancelled")}, "ours", "theirs", branch=None)
    (one,) = begun.violations(oid, "ours", "theirs")
    assert (one.code, one.message) == (
        "TK222",
        "the merge makes it cancelled; the law chooses done",
    )
    assert one.remedy == "write 'state: done' in .tasks/a.yaml and complete the merge again"


def test_what_neither_side_touched_stays(begun: Loom) -> None:
    fork(begun, [{"src/x": b"1"}], [{"src/y": b"1"}])
    for files, code, message, remedy in (
        (
            {"a": edited(A, title="Evil", priority=1)},
            "TK221",
            "the merge authors title, priority",
            "keep one side's title in .tasks/a.yaml, change it in a later commit",
        ),
        (
            {"a": moved(A, "cancelled")},
            "TK222",
            "the merge makes it cancelled; the law chooses todo",
            "write 'state: todo' in .tasks/a.yaml and complete the merge again",
        ),
        (
            {"c": a_task("c")},
            "TK221",
            "is born in a merge",
            "take .tasks/c.yaml out of the merge and create it in a later commit",
        ),
    ):
        oid = begun.commit(files, "ours", "theirs", branch=None)
        (one,) = begun.violations(oid, "ours", "theirs")
        assert (one.code, one.message, one.remedy) == (code, message, remedy)


def test_where_either_state_is_right_both_are_named(begun: Loom) -> None:
    started = moved(A, "in_progress")
    base = begun.commit({"a": started}, "main")
    fork(begun, [{"a": moved(started, "blocked")}], [{"a": moved(started, "in_review")}], base)
    oid = begun.commit({"a": started}, "ours", "theirs", branch=None)
    (one,) = begun.violations(oid, "ours", "theirs")
    assert one.message == "the merge makes it in_progress; the law chooses blocked or in_review"
    assert one.remedy == "write 'state: blocked' in .tasks/a.yaml and complete the merge again"
    third = begun.commit({"b": edited(B, priority=1)}, base, branch="third")
    oid = begun.commit(
        {"a": started, "b": edited(B, priority=1)}, "ours", "theirs", third, branch=None
    )
    (one,) = (one for one in begun.violations(oid, "ours", "theirs", third) if one.code == "TK222")
    assert one.message == "the merge makes it in_progress; one merge of many sides cannot choose"
    assert one.remedy == "merge the branches that changed a one after the other"


def test_qualifiers_come_with_the_state_that_is_chosen(begun: Loom) -> None:
    ours = moved(A, "in_progress", owner="alice")
    theirs = moved(A, "blocked", wait={"reason": "user", "detail": "which one?"}, owner="bob")
    fork(begun, [{"a": ours}], [{"a": theirs}])
    assert results(begun, {"a": ours}) == set()
    assert results(begun, {"a": theirs}) == set()
    assert results(begun, {"a": edited(ours, owner="bob")}) == {"TK221"}
    assert results(begun, {"a": edited(theirs, wait={"reason": "other"})}) == {"TK221"}
    assert results(begun, {"a": edited(theirs, owner="alice")}) == {"TK221"}


def test_both_sides_took_it_and_one_of_them_has_it(begun: Loom) -> None:
    ours, theirs = (moved(A, "in_progress", owner=name) for name in ("alice", "bob"))
    fork(begun, [{"a": ours}], [{"a": theirs}])
    assert not git_merge(begun), "a conflict in git: somebody has to choose"
    assert results(begun, {"a": ours}) == results(begun, {"a": theirs}) == set()
    assert results(begun, {"a": moved(A, "in_progress", owner="carol")}) == {"TK221"}
    assert results(begun, {"a": moved(A, "in_progress")}) == {"TK221"}


# -- fields ----------------------------------------------------------------------------------

X = {"base": {"k": "0"}, "ours": {"k": "1"}, "theirs": {"k": "0", "l": "2"}}
FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], list[Any], list[Any]]] = {
    # base, ours, theirs; results that are right and results that are wrong
    "labels are a set": (
        {"labels": ["x", "y"]},
        {"labels": ["a", "x"]},
        {"labels": ["b", "x", "y"]},
        [{"labels": ["a", "b", "x"]}],
        [
            {"labels": labels}
            for labels in (["a", "x"], ["a", "b", "x", "y"], ["b", "x", "y"], ["z"])
        ],
    ),
    "dependencies are a set": (
        {},
        {"depends_on": ["b"]},
        {"depends_on": ["k"]},
        [{"depends_on": ["b", "k"]}],
        [{"depends_on": ["b"]}, {"depends_on": ["k"]}, {}],
    ),
    "notes are all kept": (
        {"notes": ["0"]},
        {"notes": ["0", "a1", "a2"]},
        {"notes": ["0", "b"]},
        [
            {"notes": ["0", "a1", "a2", "b"]},
            {"notes": ["0", "b", "a1", "a2"]},
            {"notes": ["0", "a1", "b", "a2"]},
        ],
        [
            {"notes": notes}
            for notes in (
                ["0", "a1", "a2"],
                ["0", "b"],
                ["0", "a2", "a1", "b"],
                ["a1", "a2", "b", "0"],
                ["0", "a1", "a2", "b", "c"],
                ["0", "a1", "a2", "b", "b"],
                ["a1", "a2", "b"],
            )
        ],
    ),
    "marks take the greater": (
        {"spent": {"steps": 1, "cost": "0.5"}},
        {"spent": {"steps": 5, "cost": "1.25"}},
        {"spent": {"steps": 7, "cost": "0.75"}},
        [{"spent": {"steps": 7, "cost": "1.25"}}],
        [
            {"spent": spent}
            for spent in (
                {"steps": 5, "cost": "1.25"},
                {"steps": 8, "cost": "1.25"},
                {"steps": 7, "cost": "0.75"},
                {"steps": 7, "cost": "2"},
                {"steps": 7},
            )
        ],
    ),
    "attempts take the greater": (
        {},
        {"attempt": 2},
        {"attempt": 3},
        [{"attempt": 3}],
        [{"attempt": 2}, {"attempt": 4}, {"attempt": 5}, {}],
    ),
    "the title is free": (
        {},
        {"title": "One"},
        {"title": "Two"},
        [{"title": "One"}, {"title": "Two"}, {"title": "One and two"}],
        [],
    ),
    "the title of one side only is not": (
        {},
        {"title": "One"},
        {"priority": 1},
        [{"title": "One", "priority": 1}],
        [{"title": "Two", "priority": 1}, {"title": "One"}, {"priority": 1}, {}],
    ),
    "the description is free": (
        {"description": "a"},
        {"description": "b"},
        {"description": "c"},
        [{"description": "b"}, {"description": "b\nc"}],
        [{}],
    ),
    "any other field is one of the two": (
        {"priority": 2, "type": "task"},
        {"priority": 0, "type": "bug"},
        {"priority": 4, "type": "task"},
        [{"priority": 0, "type": "bug"}, {"priority": 4, "type": "bug"}],
        [{"priority": 1, "type": "bug"}, {"priority": 0, "type": "task"}, {"type": "bug"}],
    ),
    "a budget merges limit by limit": (
        {"budget": {"steps": 10}},
        {"budget": {"steps": 20}},
        {"budget": {"steps": 10, "tokens": 5}},
        [{"budget": {"steps": 20, "tokens": 5}}],
        [{"budget": {"steps": 20}}, {"budget": {"steps": 10, "tokens": 5}}, {}],
    ),
    "what is under x merges leaf by leaf": (
        {"x": X["base"]},
        {"x": X["ours"]},
        {"x": X["theirs"]},
        [{"x": {"k": "1", "l": "2"}}],
        [{"x": X["ours"]}, {"x": X["theirs"]}, {"x": {"k": "1", "l": "3"}}],
    ),
}


@pytest.mark.parametrize("what", FIELDS)
def test_fields_merge_by_their_kind(loom: Loom, what: str) -> None:
    base, ours, theirs, right, wrong = FIELDS[what]
    fields = {"spent": base.get("spent")} if "spent" in base else {}
    born = {name: value for name, value in base.items() if name not in fields}
    loom.weave(
        [
            (genesis(), ()),
            ({"a": a_task("a", **born), "b": B, "k": a_task("k")}, (1,)),
            ({"a": a_task("a", **base)}, (2,)),
        ]
    )
    fork(loom, [{"a": a_task("a", **ours)}], [{"a": a_task("a", **theirs)}])
    assert loom.codes("ours") == loom.codes("theirs") == {}
    assert [results(loom, {"a": a_task("a", **one)}) for one in right] == [set()] * len(right)
    assert [results(loom, {"a": a_task("a", **one)}) for one in wrong] == [{"TK221"}] * len(wrong)


def test_two_tasks_of_one_name_become_one_of_the_two(begun: Loom) -> None:
    fork(begun, [{"c": a_task("c", title="One")}], [{"c": a_task("c", title="Two", priority=1)}])
    assert not git_merge(begun)
    assert results(begun, {"c": a_task("c", title="One")}) == {"TK221"}, "the priority is lost"
    assert results(begun, {"c": a_task("c", title="One", priority=1)}) == set()


# -- merges that lie -------------------------------------------------------------------------


def test_an_evil_merge_is_named(begun: Loom) -> None:
    fork(begun, [{"a": edited(A, priority=1)}], [{"b": edited(B, priority=1)}])
    right = {"b": edited(B, priority=1)}
    assert results(begun, right) == set()
    for evil, codes in (
        ({"c": a_task("c", state="done")}, {"TK221"}),
        ({"a": edited(A, priority=1, title="Evil")}, {"TK221"}),
        ({"a": edited(A, priority=3)}, {"TK221"}),
        ({"a": moved(edited(A, priority=1), "in_progress")}, {"TK222"}),
        ({"a": None}, {"TK204"}),
        ({"a": b"id: a\n"}, {"TK104"}),
        ({".tasks/stray": b""}, {"TK110"}),
        ({".Tasks/x": b""}, {"TK106"}),
        ({POLICY_PATH: changed(DEFAULT, depth=1)}, {"TK605"}),
        ({POLICY_PATH: None}, {"TK601"}),
    ):
        assert results(begun, {**right, **evil}) == codes, evil


def test_a_merge_that_drops_the_other_side_is_named(begun: Loom) -> None:
    started = moved(A, "in_progress")
    fork(begun, [{"b": edited(B, priority=1)}], [{"a": started}, {"a": moved(started, "done")}])
    assert git_merge(begun, "-s", "ours")
    merge = begun.git("rev-parse", "ours")
    assert begun.codes("ours") == {merge: {"TK222"}}


def test_a_new_task_of_the_other_side_cannot_be_dropped(begun: Loom) -> None:
    fork(begun, [{"src/x": b"1"}], [{"c": a_task("c")}])
    assert git_merge(begun, "-s", "ours")
    assert begun.codes("ours") == {begun.git("rev-parse", "ours"): {"TK204"}}


def test_a_foxtrot_is_judged_like_any_merge(begun: Loom) -> None:
    started = moved(A, "in_progress")
    fork(begun, [{"src/x": b"1"}], [{"a": started}])
    right = begun.commit({"src/x": b"1"}, "theirs", "ours", branch="fox")
    assert begun.codes("fox") == {}
    wrong = begun.commit({"a": A}, "theirs", "ours", branch="fox")
    assert begun.codes("fox") == {wrong: {"TK222"}}
    assert right != wrong


def test_a_merge_with_its_own_past_authors_nothing_either(begun: Loom) -> None:
    started = begun.commit({"a": moved(A, "in_progress")}, "main")
    assert begun.judged({}, started, f"{started}^") == set()
    assert begun.judged({"a": A}, started, f"{started}^") == {"TK222"}
    assert begun.judged({"a": moved(A, "done")}, started, f"{started}~2") == {"TK222"}


def test_the_same_parent_twice_is_no_way_around_the_rules(begun: Loom) -> None:
    tip = begun.commit({"a": moved(A, "done")}, "main", branch=None)
    raw = begun.git("cat-file", "commit", tip)
    line = next(one for one in raw.splitlines() if one.startswith("parent"))
    twice = raw.replace(line, f"{line}\n{line}") + "\n"
    oid = begun.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=twice.encode())
    begun.git("update-ref", "refs/heads/main", oid)
    assert begun.codes("main") == {oid: {"TK222"}}


def test_a_stale_branch_does_not_bring_an_ended_task_back(begun: Loom) -> None:
    started = moved(A, "in_progress")
    base = begun.commit({"a": started}, "main")
    done = moved(started, "done")
    stale = moved(moved(started, "blocked"), "todo", attempt=2)
    fork(begun, [{"a": done}], [{"a": moved(started, "blocked")}, {"a": stale}], base)
    assert results(begun, {"a": stale}) == {"TK222"}
    assert results(begun, {"a": edited(done, attempt=2)}) == set(), "the mark is kept"
    assert results(begun, {"a": done}) == {"TK221"}


def test_an_octopus_takes_one_side_for_each_task(begun: Loom) -> None:
    fork(begun, [{"a": moved(A, "in_progress")}], [{"b": moved(B, "in_progress")}])
    third = begun.commit({"c": a_task("c")}, "main", branch="third")
    right = {"b": moved(B, "in_progress"), "c": a_task("c")}
    assert results(begun, right, third) == set()
    assert results(begun, {**right, "b": B}, third) == {"TK222"}
    assert results(begun, {**right, "c": a_task("c", priority=1)}, third) == {"TK221"}
    assert results(begun, {**right, "c": None}, third) == {"TK204"}


def test_an_octopus_chooses_nothing(begun: Loom) -> None:
    fork(begun, [{"a": edited(A, priority=1)}], [{"a": edited(A, title="Else")}])
    third = begun.commit({"c": a_task("c")}, "main", branch="third")
    both = edited(A, priority=1, title="Else")
    assert results(begun, {"a": both}) == set(), "two sides may"
    assert results(begun, {"a": both, "c": a_task("c")}, third) == {"TK221"}
    same = begun.commit({"a": edited(A, priority=1)}, "main", branch="same")
    assert begun.judged({"c": a_task("c")}, "ours", same, third) == set(), "alike is no choice"


def test_a_real_octopus_of_git_verifies(begun: Loom) -> None:
    for name in ("one", "two", "three"):
        begun.commit({name: a_task(name)}, "main", branch=name)
    begun.git("merge", "-q", "--no-edit", "one", "two", "three")
    assert begun.codes("HEAD") == {}
    assert begun.verify("HEAD").commits == 6


def test_a_criss_cross_is_right_for_one_of_its_bases(begun: Loom) -> None:
    left = begun.commit({"a": edited(A, priority=1)}, "main", branch=None)
    right = begun.commit({"a": edited(A, priority=3)}, "main", branch=None)
    takes_left = begun.commit({}, left, right, branch="ours")
    takes_right = begun.commit({}, right, left, branch="theirs")
    assert len(begun.git("merge-base", "--all", "ours", "theirs").split()) == 2
    assert begun.codes("ours") == begun.codes("theirs") == {}
    # with the one base ours moved, with the other theirs did: either is right, a third is not
    assert results(begun, {"a": edited(A, priority=1)}) == set()
    assert results(begun, {"a": edited(A, priority=3)}) == set()
    assert results(begun, {"a": edited(A, priority=0)}) == {"TK221"}
    assert results(begun, {"a": A}) == {"TK221"}
    assert takes_left != takes_right


def test_notes_that_two_merges_put_in_another_order_still_merge(begun: Loom) -> None:
    one = begun.commit({"a": edited(A, notes=["1"])}, "main", branch=None)
    two = begun.commit({"a": edited(A, notes=["2"])}, "main", branch=None)
    crossed = [
        begun.commit({"a": edited(A, notes=notes)}, *parents, branch=None)
        for notes, parents in ((["1", "2"], (one, two)), (["2", "1"], (two, one)))
    ]
    for side, notes in zip(("ours", "theirs"), (["1", "2", "3"], ["2", "1", "4"])):
        begun.commit({"a": edited(A, notes=notes)}, crossed[side == "theirs"], branch=side)
    assert begun.codes("ours") == begun.codes("theirs") == {}
    for notes in (["1", "2", "3", "4"], ["2", "1", "4", "3"], ["1", "2", "3", "2", "4"]):
        assert results(begun, {"a": edited(A, notes=notes)}) == set(), notes
    for notes in (["1", "2", "3"], ["3", "1", "2", "4"], ["1", "2", "3", "4", "5"]):
        assert results(begun, {"a": edited(A, notes=notes)}) == {"TK221"}, notes


def test_merges_of_merges_verify(begun: Loom) -> None:
    fork(begun, [{"a": moved(A, "in_progress")}], [{"b": moved(B, "in_progress")}])
    one = begun.commit({"b": moved(B, "in_progress")}, "ours", "theirs", branch=None)
    two = begun.commit({"a": moved(A, "in_progress")}, "theirs", "ours", branch=None)
    begun.commit({}, one, two)
    assert begun.codes("main") == {}


def test_unrelated_histories_with_a_second_ledger_are_named(begun: Loom, tmp_path: Any) -> None:
    other = Loom(tmp_path / "other")
    other.weave([(genesis(prefix="other"), ()), ({"z": a_task("z")}, (1,))])
    begun.git("fetch", "-q", str(other.path), "main:other")
    begun.git("merge", "-q", "--allow-unrelated-histories", "-X", "ours", "--no-edit", "other")
    merge = begun.git("rev-parse", "HEAD")
    assert "TK604" in begun.codes("main")[merge]
    assert set(begun.codes("main")) == {merge}


# -- what two legal branches do together -----------------------------------------------------


def test_parents_in_a_circle_out_of_two_branches_are_named(begun: Loom) -> None:
    fork(begun, [{"a": edited(A, parent="b")}], [{"b": edited(B, parent="a")}])
    assert git_merge(begun)
    assert begun.codes("ours") == {begun.git("rev-parse", "ours"): {"TK304"}}


def test_dependencies_in_a_circle_out_of_two_branches_are_named(begun: Loom) -> None:
    fork(begun, [{"a": edited(A, depends_on=["b"])}], [{"b": edited(B, depends_on=["a"])}])
    assert git_merge(begun)
    assert begun.codes("ours") == {begun.git("rev-parse", "ours"): {"TK305"}}


def test_a_deadlock_out_of_two_branches_is_named(begun: Loom) -> None:
    fork(begun, [{"a": edited(A, parent="b")}], [{"a": edited(A, depends_on=["b"])}])
    assert results(begun, {"a": edited(A, parent="b", depends_on=["b"])}) == {"TK306"}
    chain = begun.commit({"c": a_task("c", depends_on=["b"])}, "main")
    fork(begun, [{"b": edited(B, parent="a")}], [{"a": edited(A, depends_on=["c"])}], chain)
    assert git_merge(begun)
    assert begun.codes("ours") == {}, "a waits for b twice over, and nobody for a"
    part = a_task("c", depends_on=["b"], parent="a")
    fork(begun, [{"c": part}], [{"b": edited(B, depends_on=["a"])}], chain)
    assert git_merge(begun)
    assert begun.codes("ours") == {begun.git("rev-parse", "ours"): {"TK306"}}


def test_an_open_child_of_a_parent_finished_meanwhile_is_named(begun: Loom) -> None:
    started = moved(A, "in_progress")
    base = begun.commit({"a": started}, "main")
    fork(begun, [{"a": moved(started, "done")}], [{"c": a_task("c", parent="a")}], base)
    assert begun.judged({"a": moved(started, "done")}, "theirs", "ours") == {"TK212"}
    assert git_merge(begun)
    assert begun.codes("ours") == {begun.git("rev-parse", "ours"): {"TK213"}}


def test_too_deep_out_of_two_branches_is_named(loom: Loom) -> None:
    chain = [a_task(f"t{n}", parent=f"t{n - 1}" if n else None) for n in range(6)]
    other = [a_task(f"u{n}", parent=f"u{n - 1}" if n else None) for n in range(6)]
    files = {task.id: task for task in [*chain, *other, A]}
    loom.weave([(genesis(), ()), (files, (1,))])
    fork(loom, [{"u0": edited(other[0], parent="a")}], [{"a": edited(A, parent="t5")}])
    assert loom.codes("ours") == loom.codes("theirs") == {}
    assert git_merge(loom)
    assert loom.codes("ours") == {loom.git("rev-parse", "ours"): {"TK307"}}


def test_what_two_honest_branches_may_break_together_is_no_violation(loom: Loom) -> None:
    files = {"a": A, **{f"k{n}": a_task(f"k{n}", parent="a") for n in range(2)}}
    loom.weave([(genesis(children=3), ()), (files, (1,))])
    fork(loom, [{"l": a_task("l", parent="a")}], [{"m": a_task("m", parent="a")}])
    assert git_merge(loom)
    assert loom.codes("ours") == {}
    assert loom.judged({"n": a_task("n", parent="a")}, "ours") == {"TK308"}


def test_a_started_task_may_get_a_dependency_by_a_merge(begun: Loom) -> None:
    start = a_task("c", creator="alice", origin="b", labels=["x"])
    base = begun.commit({"c": start}, "main")
    fork(
        begun, [{"c": moved(start, "in_progress")}], [{"c": edited(start, depends_on=["b"])}], base
    )
    assert results(begun, {"c": moved(edited(start, depends_on=["b"]), "in_progress")}) == set()


# -- policies --------------------------------------------------------------------------------

STRICT = changed(DEFAULT, review="required")


def test_a_branch_from_before_the_law_is_judged_again_when_it_comes_in(begun: Loom) -> None:
    started = moved(A, "in_progress")
    base = begun.commit({"a": started}, "main")
    fork(begun, [{POLICY_PATH: STRICT}], [{"a": moved(started, "done")}], base)
    assert begun.codes("theirs") == {}, "alone it is legal by its own law"
    foxtrot = begun.commit({POLICY_PATH: STRICT}, "theirs", "ours", branch="fox")
    assert begun.codes("fox") == {foxtrot: {"TK201"}}, "whichever parent comes first"
    assert git_merge(begun)
    merge, brought = begun.git("rev-parse", "ours"), begun.git("rev-parse", "theirs")
    (one,) = begun.violations("ours")
    assert (one.commit, one.code, one.task) == (merge, "TK201", "a")
    assert f"in {brought[:10]}, by policy version 2" in one.message
    assert begun.codes("ours", f"{merge}^1", f"{merge}^2") == {merge: {"TK201"}}


def test_what_the_newer_law_allows_too_comes_in(begun: Loom) -> None:
    fork(begun, [{POLICY_PATH: STRICT}], [{"a": moved(A, "in_progress")}, {"c": a_task("c")}])
    assert git_merge(begun)
    assert begun.codes("ours") == {}
    later = begun.commit({"a": moved(A, "done")}, "ours", branch=None)
    assert begun.codes(later) == {later: {"TK201"}}


def test_what_was_illegal_by_its_own_law_is_told_once(begun: Loom) -> None:
    fork(begun, [{POLICY_PATH: STRICT}], [{"a": moved(A, "done")}])
    assert git_merge(begun)
    assert begun.codes("ours") == {begun.git("rev-parse", "theirs"): {"TK201"}}


def test_a_merge_is_judged_by_the_newest_policy_of_its_sides(begun: Loom) -> None:
    open_ = changed(DEFAULT, forbid=["todo->cancelled"])
    fork(begun, [{"src/x": b"1"}], [{POLICY_PATH: open_}])
    for first, second in (("ours", "theirs"), ("theirs", "ours")):
        tip = begun.commit({POLICY_PATH: open_, "src/x": b"1"}, first, second, branch=None)
        assert begun.codes(tip) == {}
        bad = begun.commit({"a": moved(A, "cancelled")}, tip, branch=None)
        assert begun.codes(bad) == {bad: {"TK201"}}


def test_a_merge_does_not_bring_an_old_policy_back(begun: Loom) -> None:
    fork(
        begun, [{POLICY_PATH: STRICT}, {"b": edited(B, priority=1)}], [{"a": edited(A, priority=1)}]
    )
    assert results(begun, {"a": edited(A, priority=1)}) == set()
    assert results(begun, {"a": edited(A, priority=1), POLICY_PATH: DEFAULT}) == {"TK605"}
    back = begun.commit({"b": B}, "theirs", "ours", branch=None)
    assert "TK605" in begun.codes(back, "theirs", "ours")[back]


def test_of_two_policies_of_one_version_the_first_parents_stays(begun: Loom) -> None:
    narrow, deep = changed(DEFAULT, depth=3), changed(DEFAULT, depth=20)
    fork(begun, [{POLICY_PATH: narrow}], [{POLICY_PATH: deep}])
    assert results(begun, {}) == set()
    assert results(begun, {POLICY_PATH: deep}) == {"TK605"}
    assert results(begun, {POLICY_PATH: changed(DEFAULT, depth=5)}) == {"TK605"}
    assert results(begun, {POLICY_PATH: changed(narrow, depth=20)}) == {"TK605"}


def test_an_old_branch_without_the_ledger_merges(loom: Loom) -> None:
    old = loom.commit({"src/x": b"1"})
    loom.weave([(genesis(), (old,)), ({"a": A}, (1,))])
    side = loom.commit({"src/y": b"1"}, old, branch="side")
    loom.commit({"src/y": b"1"}, "main", side)
    assert loom.codes() == {}
    loom.commit({**genesis(), "a": A}, side, "main~1", branch="fox")
    assert loom.codes("fox") == {}
