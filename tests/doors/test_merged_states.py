"""The state that a merge may give a task, for every pair of states."""

from __future__ import annotations

from itertools import product

import pytest

from tests.support.forks import fork, git_merge, results
from tests.support.histories import A, B, PlainRepo, a_task, genesis, moved
from tkledger.core.lifecycle import TRANSITIONS, State
from tkledger.core.task import Task
from tkledger.core.task import changed as edited

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


def _along(
    plain_repo: PlainRepo, ways: dict[str, list[State]], tip: str, now: dict[str, Task]
) -> str:
    """Move many tasks at once, each along its way, one edge a commit."""
    for step in range(1, max(len(way) for way in ways.values())):
        files = {}
        for key, way in ways.items():
            if step < len(way):
                files[key] = now[key] = moved(now[key], way[step].value)
        tip = plain_repo.commit(files, tip, branch=None)
    return tip


@pytest.fixture(scope="module")
def paired(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[PlainRepo, dict[str, dict[str, Task]]]:
    """A task for each base and two sides; ours and theirs have moved them there legally."""
    plain_repo = PlainRepo(tmp_path_factory.mktemp("paired"))
    ids = {_name(triple): triple for triple in TRIPLES}
    begin = plain_repo.commit(genesis())
    born = {
        key: a_task(key, state="backlog" if triple[0] is State.BACKLOG else "todo")
        for key, triple in ids.items()
    }
    tip = plain_repo.commit(born, begin)
    now: dict[str, Task] = dict(born)
    tip = _along(plain_repo, {k: _way(born[k].state, t[0]) or [] for k, t in ids.items()}, tip, now)
    plain_repo.git("update-ref", "refs/heads/main", tip)
    tasks = {}
    for number, side in enumerate(("ours", "theirs"), 1):
        sides = dict(now)
        ways = {key: _way(t[0], t[number]) or [] for key, t in ids.items()}
        plain_repo.git("update-ref", f"refs/heads/{side}", _along(plain_repo, ways, tip, sides))
        tasks[side] = sides
    assert plain_repo.codes("ours") == plain_repo.codes("theirs") == {}
    return plain_repo, tasks


def _tried(tasks: dict[str, dict[str, Task]], side: str, key: str) -> Task:
    """The task as it is on one side, with the attempts of the one that was tried more often."""
    most = max((on[key] for on in tasks.values()), key=lambda one: one.tries)
    return edited(tasks[side][key], attempt=most.attempt)


def test_every_pair_of_states_is_settled_by_the_law(
    paired: tuple[PlainRepo, dict[str, dict[str, Task]]],
) -> None:
    plain_repo, tasks = paired
    assert len(TRIPLES) > 150
    chosen: dict[str, dict[str, Task]] = {"ours": {}, "theirs": {}}
    refused = {}
    for triple in TRIPLES:
        key, expected = _name(triple), _expected(*triple)
        for side in ("ours", "theirs"):
            if tasks[side][key].state in expected:
                chosen[side][key] = _tried(tasks, side, key)
        if len(chosen["ours"].keys() & {key}) + len(chosen["theirs"].keys() & {key}) < 2:
            wrong = "theirs" if key in chosen["ours"] else "ours"
            refused[key] = _tried(tasks, wrong, key)
    for first, second in (("ours", "theirs"), ("theirs", "ours")):
        legal = {**chosen[second], **chosen[first]}
        assert len(legal) == len(TRIPLES), "every pair can be merged"
        assert results(plain_repo, legal) == set()
    assert len(refused) > 50
    oid = plain_repo.commit({**legal, **refused}, "ours", "theirs", branch=None)
    found = {
        one.task
        for one in plain_repo.violations(oid, "ours", "theirs")
        if one.code in ("TK221", "TK222")
    }
    assert found == set(refused)


def test_a_state_of_neither_side_is_refused(
    paired: tuple[PlainRepo, dict[str, dict[str, Task]]],
) -> None:
    plain_repo, tasks = paired
    third, legal = {}, {}
    for triple in TRIPLES:
        key = _name(triple)
        right = min(_expected(*triple))
        side = next(name for name, s in tasks.items() if s[key].state is right)
        legal[key] = _tried(tasks, side, key)
        for state in set(State) - {triple[1], triple[2]}:
            third[key] = moved(legal[key], state.value, attempt=legal[key].attempt)
    oid = plain_repo.commit({**legal, **third}, "ours", "theirs", branch=None)
    found = plain_repo.violations(oid, "ours", "theirs")
    assert {one.task for one in found if one.code == "TK222"} == set(third)


def test_the_refusal_names_the_state_that_the_law_chooses(begun: PlainRepo) -> None:
    started = moved(A, "in_progress")
    base = begun.commit({"a": started}, "main")
    fork(begun, [{"a": moved(started, "done")}], [{"a": moved(started, "cancelled")}], base)
    oid = begun.commit({"a": moved(started, "cancelled")}, "ours", "theirs", branch=None)
    (one,) = begun.violations(oid, "ours", "theirs")
    assert (one.code, one.message) == (
        "TK222",
        "the merge makes it cancelled; the law chooses done",
    )


def test_what_neither_side_touched_stays(begun: PlainRepo) -> None:
    fork(begun, [{"src/x": b"1"}], [{"src/y": b"1"}])
    for files, code, message in (
        (
            {"a": edited(A, title="Evil", priority=1)},
            "TK221",
            "the merge authors title, priority",
        ),
        (
            {"a": moved(A, "cancelled")},
            "TK222",
            "the merge makes it cancelled; the law chooses todo",
        ),
        (
            {"c": a_task("c")},
            "TK221",
            "is created in a merge",
        ),
    ):
        oid = begun.commit(files, "ours", "theirs", branch=None)
        (one,) = begun.violations(oid, "ours", "theirs")
        assert (one.code, one.message) == (code, message)


def test_where_either_state_is_right_both_are_named(begun: PlainRepo) -> None:
    started = moved(A, "in_progress")
    base = begun.commit({"a": started}, "main")
    fork(begun, [{"a": moved(started, "blocked")}], [{"a": moved(started, "in_review")}], base)
    oid = begun.commit({"a": started}, "ours", "theirs", branch=None)
    (one,) = begun.violations(oid, "ours", "theirs")
    assert one.message == "the merge makes it in_progress; the law chooses in_review or blocked"
    third = begun.commit({"b": edited(B, priority=1)}, base, branch="third")
    oid = begun.commit(
        {"a": started, "b": edited(B, priority=1)}, "ours", "theirs", third, branch=None
    )
    (one,) = (one for one in begun.violations(oid, "ours", "theirs", third) if one.code == "TK222")
    assert one.message == "the merge makes it in_progress; one merge of many sides cannot choose"


def test_qualifiers_come_with_the_state_that_is_chosen(begun: PlainRepo) -> None:
    ours = moved(A, "in_progress", owner="alice")
    theirs = moved(A, "blocked", wait={"reason": "user", "detail": "which one?"}, owner="bob")
    fork(begun, [{"a": ours}], [{"a": theirs}])
    assert results(begun, {"a": ours}) == set()
    assert results(begun, {"a": theirs}) == set()
    assert results(begun, {"a": edited(ours, owner="bob")}) == {"TK221"}
    assert results(begun, {"a": edited(theirs, wait={"reason": "other"})}) == {"TK221"}
    assert results(begun, {"a": edited(theirs, owner="alice")}) == {"TK221"}


def test_both_sides_took_it_and_one_of_them_has_it(begun: PlainRepo) -> None:
    ours, theirs = (moved(A, "in_progress", owner=name) for name in ("alice", "bob"))
    fork(begun, [{"a": ours}], [{"a": theirs}])
    assert not git_merge(begun), "a conflict in git: somebody has to choose"
    assert results(begun, {"a": ours}) == results(begun, {"a": theirs}) == set()
    assert results(begun, {"a": moved(A, "in_progress", owner="carol")}) == {"TK221"}
    assert results(begun, {"a": moved(A, "in_progress")}) == {"TK221"}
