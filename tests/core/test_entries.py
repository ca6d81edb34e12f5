"""Entries and links that are looked up one by one are what a dict of all of them is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.stored import Stored
from tkledger.core.entries import Entries, Links, Named, relinked
from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Entry, Flaw, Snapshot, names, touched
from tkledger.core.task import Task

IDS = ("a", "ab", "b", "c")
PATH = ".tasks/x.txt"


some_id = st.sampled_from(IDS)


@st.composite
def a_task(draw: st.DrawFn) -> Task:
    return Task(
        draw(some_id),
        draw(st.sampled_from("xy")),
        None,
        State.TODO,
        parent=draw(st.none() | some_id),
        origin=draw(st.none() | some_id),
        reopens=draw(st.none() | some_id),
        depends_on=tuple(draw(st.lists(some_id, unique=True, max_size=2))),
    )


ledgers = st.lists(a_task(), max_size=4).map(lambda found: {one.id: one for one in found})
flaw = Flaw("TK101", "a", "m", "r")
changes = st.lists(
    a_task().map(lambda task: (task.id, task))
    | st.tuples(some_id, st.none() | st.just(flaw))
    | st.tuples(st.just(PATH), st.none() | st.just(flaw._replace(subject=PATH))),
    max_size=3,
).map(dict)


def same(one: Snapshot, other: Snapshot) -> None:
    """All that can be asked of two ledgers has the same answer."""
    keys = (*IDS, PATH, "no")
    for key in keys:
        assert one.entry(key) == other.entry(key)
        assert (key in one.entries) == (key in other.entries)
        assert one.children(key) == other.children(key)
        assert one.offspring(key) == other.offspring(key)
        assert one.dependants(key) == other.dependants(key)
        assert one.successors(key) == other.successors(key)
    for beginning in ("", "a", "b", "no"):
        assert one.matching(beginning) == other.matching(beginning)
    assert len(one.entries) == len(other.entries)
    assert bool(one.entries) == bool(other.entries)
    assert sorted(one.entries) == sorted(other.entries)
    assert list(one.tasks()) == list(other.tasks())
    assert list(one.flaws()) == list(other.flaws())


@given(ledgers, changes, changes, st.lists(st.tuples(some_id, some_id), max_size=2), st.booleans())
def test_what_is_looked_up_is_what_is_there(
    tasks: dict[str, Task],
    first: dict[str, Entry | None],
    second: dict[str, Entry | None],
    lies: list[tuple[str, str]],
    whole: bool,
) -> None:
    stored = Stored(tasks, [lie for lie in lies if lie[0] in tasks])
    looked_up = stored.snapshot({})
    plain = Snapshot(dict(tasks))
    if whole:  # before anything changes
        assert len(list(looked_up.tasks())) == len(tasks)
        looked_up.children("a")
        plain.children("a")
    for change in (first, second):
        before, old = looked_up, plain
        looked_up = before.evolve(change)
        plain = old.evolve({key: one for key, one in change.items() if one or key in old.entries})
        assert touched([before], looked_up) == touched([old], plain)
        same(looked_up, plain)
        same(before, old)


@given(ledgers, changes, ledgers, changes)
def test_two_folders_are_compared_as_two_dicts_are(
    one: dict[str, Task],
    first: dict[str, Entry | None],
    other: dict[str, Task],
    second: dict[str, Entry | None],
) -> None:
    ledgers = []
    for tasks, change in ((one, first), (other, second)):
        plain = {key: entry for key, entry in {**tasks, **change}.items() if entry is not None}
        ledgers.append((Stored(tasks).snapshot(change), Snapshot(plain)))
    (here, plain_here), (there, plain_there) = ledgers
    wanted = touched([plain_here], plain_there)
    assert touched([here], there) == wanted
    assert touched([plain_here], there) == wanted
    same(here, plain_here)


@given(ledgers, ledgers)
def test_links_follow_the_changes(one: dict[str, Task], other: dict[str, Task]) -> None:
    def of(tasks: dict[str, Task]) -> Links:
        return Links((key, names(task)) for key, task in tasks.items())

    none = names(Task("z", "z", None, State.TODO))
    moved = [
        (key, names(one[key]) if key in one else none, names(other[key]) if key in other else none)
        for key in sorted(one.keys() | other.keys())
    ]
    found, wanted = relinked(of(one), moved), of(other)
    for place in Named._fields:
        assert {key: ids for key, ids in found.at(place).items() if ids} == wanted.at(place)


def test_entries_are_a_mapping() -> None:
    stored = Stored({"a": Task("a", "x", None, State.TODO), "b": Task("b", "x", None, State.TODO)})
    entries = Entries(stored, {"b": None, PATH: flaw})
    assert len(entries) == 2
    assert entries[PATH] == flaw
    for absent in ("b", "no"):
        with pytest.raises(KeyError, match=absent):
            entries[absent]
    assert 1 not in entries  # type: ignore[comparison-overlap]
    assert sorted(entries) == [PATH, "a"]
    assert len(entries) == 2
    assert entries.get("b") is None
    assert entries.changed == {"b", PATH}
    assert entries.folder is stored
    evolved = entries.evolve({"a": None})
    assert list(evolved) == [PATH]
    assert evolved.changed == {"a", "b", PATH}
    assert bool(evolved)
    assert not evolved.evolve({PATH: None})


def test_a_long_walk_asks_the_folder_for_what_changes_only() -> None:
    stored = Stored({f"t{n}": Task(f"t{n}", "x", None, State.TODO) for n in range(50)}, [])
    asked: list[str] = []
    find = stored.find
    stored.find = lambda key: (asked.append(key), find(key))[1]  # type: ignore[method-assign]
    ledger = stored.snapshot({})
    for number in range(200):
        key = f"t{number % 60}"
        ledger = ledger.evolve({key: Task(key, f"title {number}", None, State.TODO)})
        assert len(ledger.entries) == max(50, min(number + 1, 60))
    assert len(asked) <= 60
