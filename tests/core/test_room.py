"""Whatever fills a task's file, it can be ended."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.changes import a_task, birth, codes, done, edit, ledger, merged
from tests.support.rule_cases.room import FREE, sized
from tests.support.strategies import tasks
from tkledger.core import room, written
from tkledger.core.criteria import unmet
from tkledger.core.lifecycle import State
from tkledger.core.merge import merged as join
from tkledger.core.policy import DEFAULT
from tkledger.core.task import LOGS, Task, changed
from tkledger.files import codec

WORDS = st.sampled_from(
    ["x", "\u00e9", "\u200b", '"', "a\nb\n", "a: b", "\t", "\U0001f600", "no \\ yes", "\n\n.\n"]
)
TEXTS = st.builds(lambda word, times: word * times, WORDS, st.integers(1, 30_000))
LINES = st.builds(
    lambda word, times: (word * times)[:250],
    st.sampled_from(["x", "\u00e9", '"', "a: b"]),
    st.integers(1, 300),
)
STEPS = st.one_of(
    st.tuples(st.sampled_from(["description", "notes", "owner", "x", "title", "labels"]), TEXTS),
    st.tuples(
        st.sampled_from(["concerns", "criteria", "settled", "met", "waived", "again"]), LINES
    ),
    st.tuples(st.sampled_from(["block", "start", "submit", "resume", "requeue"]), TEXTS),
)


def _line(text: str) -> str:
    return " ".join(text.split()) or "x"


def _changed(old: Task, what: str, text: str) -> Task:
    """The task after one step of any kind, legal or not."""
    moves = {
        "block": {"state": "blocked", "wait": {"reason": "other", "detail": text}},
        "start": {"state": "in_progress", "owner": _line(text), "wait": None, "error": None},
        "submit": {"state": "in_review", "notes": (*old.notes, text)},
        "resume": {"state": "in_progress", "wait": None, "error": None},
        "requeue": {"state": "todo", "owner": None, "attempt": old.tries + 1, "wait": None},
    }
    if what in moves:
        return changed(old, **moves[what])
    if what == "again":  # entries that are there already, as after a merge
        return changed(old, met=(*old.met, *old.met[:1]), settled=(*old.settled, *old.settled[:1]))
    if what in ("settled", "met", "waived"):
        waiting = old.open_concerns() if what == "settled" else unmet(old)
        new = waiting[:1] or getattr(old, what)[:1]
        entry = [f"{one} -- {_line(text)[:250]}" for one in new] if what == "waived" else new
        return changed(old, **{what: (*getattr(old, what), *entry)})
    values = {
        "notes": (*old.notes, text),
        "x": {"k": text},
        "labels": (*old.labels, *(f"l{len(old.labels)}x{n}" for n in range(len(text) % 400))),
        "concerns": (*old.concerns, f"design: {_line(text)}"),
        "criteria": (*old.criteria, f"{len(old.criteria)} {_line(text)}"),
    }
    line = {"owner": _line(text), "title": _line(text)}
    return changed(old, **{what: values.get(what, line.get(what, text))})


def _fits(task: Task) -> bool:
    """Whether a file can hold it, as every door asks."""
    return len(codec.dump_task(task)) <= codec.MAX_BYTES


def _legal(old: Task, new: Task) -> bool:
    return _fits(new) and not codes(edit(old, new))


def _tried(old: Task, *steps: tuple[str, str]) -> Task:
    for what, text in steps:
        try:
            new = _changed(old, what, text)
        except ValueError:  # of which no file can be made
            continue
        old = new if _legal(old, new) else old
    return old


def _ways(task: Task) -> list[list[Task]]:
    """How a task comes to each end that it can come to: the versions after the first."""
    bare = {"wait": None, "error": None, "resolution": None}
    cancelled = [changed(task, **{**bare, "state": "cancelled"})]
    shown = [task]
    for concern in dict.fromkeys(task.open_concerns()):
        shown.append(changed(shown[-1], settled=(*shown[-1].settled, concern)))
    for criterion in unmet(task):
        shown.append(changed(shown[-1], met=(*shown[-1].met, criterion)))
    states = {
        State.TODO: ["in_progress", "in_review", "done"],
        State.BLOCKED: ["in_progress", "in_review", "done"],
        State.IN_PROGRESS: ["in_review", "done"],
        State.IN_REVIEW: ["done"],
    }[task.state]
    finished = shown[1:]
    for state in states:
        owner = {"owner": "ann"} if state == "in_progress" else {}
        finished.append(changed(finished[-1] if finished else task, **bare, **owner, state=state))
    return [cancelled, finished]


def _ends(task: Task) -> None:
    for way in _ways(task):
        before = task
        for after in way:
            assert _fits(after)
            assert codes(edit(before, after)) == set()
            before = after
        assert before.ended


@settings(max_examples=30)
@given(st.lists(STEPS, max_size=25))
def test_a_full_file_can_always_end(steps: list[tuple[str, str]]) -> None:
    _ends(_tried(a_task(), *steps))


@pytest.mark.parametrize("settles", [["met", "settled", "waived"], ["again"], []])
def test_a_file_that_nothing_more_goes_into_can_end(settles: list[str]) -> None:
    """Filled by all that grows, the great first, until no smaller piece is taken either."""
    task = _tried(a_task(), ("concerns", "d"), ("criteria", "c"), ("met", ""), ("settled", ""))
    kinds = ["criteria", "concerns", *settles, "description", "notes", "owner"]
    for size in (20_000, 5_000, 999, 240, 60, 7):
        for _ in range(5):
            task = _tried(task, *((kind, "x" * size) for kind in kinds))
            task = _tried(task, ("start", "y" * size), ("block", "z" * size), ("resume", ""))
    for power in range(13, -1, -1):  # and what every move may still write
        task = _tried(task, ("owner", "x" * (len(task.owner or "") + 2**power)))
    assert room.taken(task) >= room.MAX_BYTES - 1_024
    _ends(task)
    blocked = _tried(task, ("block", "x" * 400))
    assert blocked.state is State.BLOCKED
    _ends(blocked)


@pytest.mark.long
@given(st.lists(STEPS, max_size=9), st.lists(STEPS, max_size=9), st.lists(STEPS, max_size=9))
def test_what_two_branches_filled_can_end_if_it_can_be_merged(
    first: list[tuple[str, str]], ours: list[tuple[str, str]], theirs: list[tuple[str, str]]
) -> None:
    base = _tried(a_task(), *first)
    sides = [_tried(base, *steps) for steps in (ours, theirs)]
    result = join(base, *sides, DEFAULT.lifecycle).task
    made = merged(ledger(base), *map(ledger, sides), into=ledger(result))
    if _fits(result) and not codes(made) and not result.ended:
        _ends(result)


@given(tasks())
def test_what_is_small_has_room(task: Task) -> None:
    if written.is_small(task):
        assert room.taken(task) <= FREE
        for name, cap in room.CAPS.items():
            entries = getattr(task, name)
            assert len(entries) <= cap.entries
            assert sum(len(one.encode()) for one in entries) <= cap.bytes


@pytest.mark.parametrize("name", LOGS)
@pytest.mark.parametrize("word", ["c", "\u200b", '"'])
def test_a_list_that_is_small_is_within_its_cap(name: str, word: str) -> None:
    """The most that is small by its letters, in few entries and in many."""
    cap = room.CAPS[name]
    for count in (1, 40, 99, 150):
        for size in (1, 100, 250, 2_000, 11_500, 23_000):
            task = a_task()._replace(**{name: (word * size,) * count})
            if written.is_small(task):
                assert count <= cap.entries
                assert len(word.encode()) * size * count <= cap.bytes
                assert room.taken(task) <= FREE


def test_how_much_a_file_may_take_depends_on_what_is_done() -> None:
    old = sized(60_000, state="in_progress")
    end, moved = (old._replace(state=State(word)) for word in ("done", "in_review"))
    limits = [
        room.limit_for(None, old),
        room.limit_for(old, old._replace(notes=("n",))),
        room.limit_for(old, moved._replace(notes=("n",))),
        room.limit_for(old, old._replace(settled=("design: x",))),
        room.limit_for(old, moved._replace(owner="bob")),
        room.limit_for(old, end),
    ]
    kib = 1024
    assert limits == [56 * kib, 56 * kib, 56 * kib, 63 * kib, 64 * kib - 512, 64 * kib]


def test_what_was_too_full_before_may_shrink_and_end() -> None:
    debt = sized(60_000, state="in_progress")
    assert not codes(edit(debt, sized(59_000, state="in_progress")))
    assert not codes(edit(debt, debt._replace(priority=1, description=debt.description[:-99])))  # type: ignore[index]
    assert codes(edit(debt, debt._replace(labels=("x",)))) == {"TK111"}
    _ends(debt)


def test_earlier_editions_know_no_caps() -> None:
    old = DEFAULT._replace(law=1)
    assert not codes(birth(a_task(notes=["n"] * 1001), policy=old))
    assert codes(birth(done("a", notes=["n"] * 1001))) >= {"TK111"}


def test_the_caps_are_those_that_are_documented() -> None:
    kib = 1024
    assert room.CAPS["notes"] == (1000, 48 * kib)
    assert room.CAPS["concerns"] == room.CAPS["criteria"] == (100, 12 * kib)
    learnt = ("checklist", "decisions", "lessons", "tried", "attempts", "artifacts")
    assert {room.CAPS[name] for name in (*room.PROOFS, *learnt)} == {(200, 24 * kib)}
    assert set(room.CAPS) == set(LOGS)
    assert [*chain(room.PROOFS)] == [
        name for name in LOGS if name not in ("notes", "concerns", "criteria", *learnt)
    ]
