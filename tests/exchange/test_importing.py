"""What another tracker has becomes legal tasks, or is refused by the name of its entry; what is lost is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task, codes, commit, done, ledger
from tests.support.strategies import FEW, tasks
from tkledger.api.json import task_json
from tkledger.core.change import Change
from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import FIELDS, Task, task
from tkledger.exchange import importing
from tkledger.exchange.foreign import BadSource, Comment, Foreign, leaves
from tkledger.exchange.importing import ImportPlan, planned
from tkledger.files import codec


def imported(*found: Foreign, into: Snapshot | None = None, kind: str = "beads") -> ImportPlan:
    return planned(kind, found, into if into is not None else ledger())


def judged(plan: ImportPlan, before: Snapshot | None = None) -> set[str]:
    """What the import breaks, as a commit of the files as they are written."""
    before = before if before is not None else ledger()
    files = [codec.load_task(codec.dump_task(one)) for one in plan.tasks]
    assert files == list(plan.tasks)
    return codes(commit(before, before.put(*files)))


def only(plan: ImportPlan) -> Task:
    (one,) = plan.tasks
    return one


def fields(**values: Any) -> Foreign:
    state = values.pop("state", State.TODO)
    return Foreign("k", "T", state, fields=values, read=leaves(values) + 1)


def test_what_fits_is_kept_as_it_is() -> None:
    found = Foreign(
        *("k-1", "A title", State.DONE),
        fields={
            "type": "bug",
            "priority": 0,
            "owner": "bob",
            "labels": ["b", "a"],
            "due": "2026-01-31",
        },
        comments=(Comment("first\nline", "bob", "2025-01-02T00:00:00Z"), Comment("second")),
        created="2025-01-01T00:00:00Z",
        ended="2025-02-01T00:00:00Z",
        read=9,
    )
    plan = imported(found)
    assert only(plan) == done(
        "k-1",
        title="A title",
        imported="beads:k-1",
        type="bug",
        priority=0,
        owner="bob",
        labels=["a", "b"],
        due="2026-01-31",
        notes=[
            "bob, 2025-01-02T00:00:00Z:\nfirst\nline",
            "second",
            "In beads:\ncreated: 2025-01-01T00:00:00Z\nended: 2025-02-01T00:00:00Z\n",
        ],
    )
    assert (plan.lost, plan.mapped, plan.known, plan.read, plan.percent) == ((), (), 0, 9, 0.0)
    assert judged(plan) == set()


@pytest.mark.parametrize(
    ("values", "lost", "left"),
    [
        ({"priority": 9}, {"priority": 1}, {"priority": None}),
        ({"due": "tomorrow"}, {"due": 1}, {"due": None}),
        (
            {"labels": ["Good first issue", "é", "#1 !"]},
            {"labels": 1},
            {"labels": ("1", "Good-first-issue")},
        ),
        ({"links": ["https://a", "no"]}, {"links": 1}, {"links": ("https://a",)}),
        ({"resolution": "merged"}, {"resolution": 1}, {"resolution": None}),
        ({"wait": {"reason": "user", "prompt": "q"}}, {"wait": 2}, {}),
        ({"error": {"kind": "timeout"}}, {"error": 1}, {}),
        ({"criteria": ["a"], "met": ["a", "b"]}, {"met": 1}, {"met": ("a",)}),
        ({"owner": "ann\n bob\x07"}, {}, {"owner": "ann bob\ufffd"}),
        ({"description": "a\r\nb\x00\u202e"}, {}, {"description": "a\nb\ufffd\u202e\n"}),
        ({"spec": {"goal": "g", "role": "No Word"}}, {"spec.role": 1}, {}),
        ({"verdicts": ["1.1 approved bob -"]}, {"verdicts": 1}, {"verdicts": ()}),
        ({"flavour": {"a": [1, {"b": None}]}}, {"flavour": 1}, {}),
        ({"imported": "x:y"}, {"imported": 1}, {"imported": "beads:k"}),
        ({"criteria": [f"c{n}" for n in range(130)]}, {"criteria": 30}, {}),
        ({"description": " \n "}, {}, {"description": None}),
    ],
)
def test_what_does_not_fit_is_told_and_kept_under_x(
    values: dict[str, Any], lost: dict[str, int], left: dict[str, Any]
) -> None:
    plan = imported(fields(**values))
    one = only(plan)
    assert {row.field: row.values for row in plan.lost} == lost
    assert {name: getattr(one, name) for name in left} == left
    assert len(one.x.get("beads", {})) == len(lost)
    assert plan.lost_values == sum(lost.values())
    assert judged(plan) == set()


def test_a_title_of_several_lines_of_none_or_too_long() -> None:
    long = "word " * 200
    plan = imported(Foreign("a", " A\n\ttitle "), Foreign("b", "\u2028"), Foreign("c", long))
    titles = [one.title for one in plan.tasks]
    assert titles[:2] == ["A title", "(without a title)"]
    assert len(titles[2]) <= 500
    assert plan.tasks[2].notes == (f"Its title is: {long.strip()}",)
    assert plan.lost == ()
    assert judged(plan) == set()


def test_what_is_too_large_for_a_file_is_cut_and_told() -> None:
    notes = tuple(Comment(f"{n} " + "x" * 3000) for n in range(30))
    plan = imported(
        Foreign("a", "T", fields={"description": "ü" * 60_000}, extra={"y": "z" * 5000}, read=3),
        Foreign("b", "T", fields={"description": "d"}, comments=notes, read=31),
    )
    assert {(one.key, one.field) for one in plan.lost} == {
        *(("a", "description"), ("a", "y"), ("b", "notes")),
    }
    assert plan.tasks[1].description == "d"
    assert judged(plan) == set()


def test_ids_that_are_legal_stay_and_others_are_mapped() -> None:
    names = ["A.1", "a-1", "con", "x" * 90, "é", "12", "old", "_b", "A 1"]
    plan = imported(*(Foreign(name, "T") for name in names), into=ledger(done("old")))
    ids = {one.imported: one.id for one in plan.tasks}
    assert ids["beads:a-1"] == "a-1", "a legal id goes before one that is made"
    assert ids["beads:12"] == "12"
    mapped = {one.key: one.id for one in plan.mapped}
    assert mapped == {
        **{"A.1": "a-1-2", "con": "con-2", "x" * 90: "x" * 55, "é": "beads", "old": "old-2"},
        **{"_b": "b", "A 1": "a-1-3"},
    }


def test_many_keys_that_lead_to_one_word_are_not_counted_from_the_start_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def is_id(word: str) -> bool:
        asked.append(word)
        return importing_is_id(word)

    importing_is_id = importing.is_id
    monkeypatch.setattr(importing, "is_id", is_id)
    made = imported(*(Foreign(chr(0x4E00 + number), "t") for number in range(50)))
    assert [one.id for one in made.tasks] == ["beads", *(f"beads-{n}" for n in range(2, 51))]
    assert len(asked) == 2 * 50


def test_links_are_translated_and_those_that_lead_nowhere_are_told() -> None:
    found = [
        Foreign("A", "T", parent="B", depends_on=("C", "A", "gone", "C"), fields={"origin": "C"}),
        Foreign("B", "T", parent="gone"),
        Foreign("C", "T", State.DONE, fields={"reopens": "B", "origin": "C"}),
        Foreign("D", "T", parent="C"),
    ]
    plan = imported(*found)
    assert (
        plan.tasks[0][:9] == a_task("a", title="T", parent="b", origin="c", imported="beads:A")[:9]
    )
    assert plan.tasks[0].depends_on == ("c",)
    assert {(one.key, one.field, one.why) for one in plan.lost} == {
        ("A", "depends_on", "it is the task itself"),
        ("A", "depends_on", "it is not there"),
        ("B", "parent", "it is not there"),
        ("C", "origin", "it is the task itself"),
        ("C", "reopens", "it has not ended"),
        ("D", "parent", "it has ended, and the task has not"),
    }
    assert judged(plan) == set()


def test_a_second_run_brings_what_is_new_and_links_it_to_what_is_there() -> None:
    first = [Foreign("A", "T"), Foreign("B", "T", parent="A")]
    before = ledger().put(*imported(*first).tasks)
    plan = imported(*first, Foreign("C", "T", parent="A", depends_on=("B",)), into=before)
    assert (plan.known, len(plan.tasks)) == (2, 1)
    assert (only(plan).parent, only(plan).depends_on) == ("a", ("b",))
    assert judged(plan, before) == set()
    again = imported(*first, Foreign("C", "T"), into=before.put(*plan.tasks))
    assert (again.known, again.tasks) == (3, ())


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([Foreign("a", "T"), Foreign("a", "U")], "'a': it is there twice"),
        ([Foreign("", "T")], "its key is empty"),
        ([Foreign("a\nb", "T")], "not one line"),
        ([Foreign("k" * 201, "T")], "longer than 200"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(found: list[Foreign], words: str) -> None:
    with pytest.raises(BadSource, match=words):
        imported(*found)


links = st.lists(st.sampled_from("abcdefgh"), max_size=3)


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"),
        st.tuples(st.sampled_from(State), st.none() | st.sampled_from("abcdefgh"), links),
        min_size=1,
    )
)
def test_whatever_hangs_on_whatever_the_import_is_legal(
    found: dict[str, tuple[State, str | None, list[str]]],
) -> None:
    entries = [
        Foreign(key, "T", state, parent=parent, depends_on=(*others,))
        for key, (state, parent, others) in found.items()
    ]
    plan = imported(*entries)
    assert judged(plan) == set()
    kept = sum(len(one.depends_on) + (one.parent is not None) for one in plan.tasks)
    asked = sum(len({*others}) + (parent is not None) for _, parent, others in found.values())
    assert kept + plan.lost_values == asked


def test_many_circles_are_opened_with_one_link_each() -> None:
    size = 300
    ring = [Foreign(f"t{n}", "T", depends_on=(f"t{(n + 1) % size}",)) for n in range(size)]
    plan = imported(*ring)
    assert len(plan.lost) == 1
    assert judged(plan) == set()


# -- lines of tk -----------------------------------------------------------------------------


def own(one: Task) -> Foreign:
    """A task as the reader of tk's own lines gives it."""
    values = task_json(one)
    again = task(values)
    assert again == one
    more = {"origin": one.origin, "reopens": one.reopens}
    return Foreign(one.id, one.title, one.state, None, one.parent, one.depends_on, more,
                   read=leaves(values), task=again)  # fmt: skip


@given(st.lists(tasks(some=FEW), max_size=4, unique_by=lambda one: one.id))
def test_tasks_of_another_ledger_come_over_without_loss(found: list[Task]) -> None:
    """Their links aside, which another test follows: here they lead anywhere."""
    bare = [one._replace(parent=None, origin=None, reopens=None, depends_on=()) for one in found]
    sources = {one.imported for one in bare if one.imported}
    bare = [one for one in bare if not one.imported] if len(sources) < len(bare) else bare
    plan = planned("jsonl", map(own, bare), ledger())
    assert len(plan.tasks) == len(bare)
    for old, new in zip(bare, plan.tasks):
        assert new.imported == (old.imported or f"jsonl:{old.id}")
        if old.ended:
            assert new._replace(imported=old.imported) == old
        else:
            names = {field.name for field in FIELDS} - {"imported", "verdicts", "evidence", "x"}
            assert all(getattr(new, name) == getattr(old, name) for name in names)
            kept = new.x.get("jsonl", {})
            assert kept.get("verdicts", ()) == old.verdicts
            assert kept.get("evidence", ()) == old.evidence
    third = planned("jsonl", map(own, plan.tasks), ledger())
    assert third.tasks == plan.tasks, "the next ledger has the same"
    assert planned("jsonl", map(own, bare), ledger(*bare)).tasks == (), "they are there already"


def test_a_ledger_comes_over_whole_with_its_links() -> None:
    there = ledger(
        a_task("p", state="in_progress", owner="bob"),
        done("a", parent="p", attempt=3, spent={"steps": 5}, verdicts=["1.1 approved bob -"]),
        a_task("b", parent="p", depends_on=["a"], origin="a"),
        a_task("c", reopens="a", state="blocked", wait={"reason": "job", "tasks": ["b"]}),
    )
    plan = planned("jsonl", map(own, there.tasks()), ledger(a_task("z")))
    assert [one._replace(imported=None) for one in plan.tasks] == [*there.tasks()]
    assert plan.lost == ()
    assert judged(plan, ledger(a_task("z"))) == set()
    here = ledger(a_task("p", title="Another"))
    moved = planned("jsonl", map(own, there.tasks()), here)
    assert {one.key: one.id for one in moved.mapped} == {"p": "p-2"}
    assert [one.parent for one in moved.tasks if one.id in ("a", "b")] == ["p-2", "p-2"]


def test_types_that_the_policy_does_not_list_are_told() -> None:
    law = DEFAULT._replace(types=("bug", "task"))
    plan = imported(fields(type="epic"), into=ledger(policy=law))
    assert only(plan).type is None
    assert [one.field for one in plan.lost] == ["type"]
    made: Change = commit(ledger(policy=law), ledger(policy=law).put(*plan.tasks))
    assert codes(made) == set()


def test_where_the_policy_does_not_list_the_ordinary_type_the_first_listed_one_is_taken() -> None:
    law = DEFAULT._replace(types=("bug", "feature"))
    plan = imported(fields(), into=ledger(policy=law))
    assert only(plan).type == "bug"
    made: Change = commit(ledger(policy=law), ledger(policy=law).put(*plan.tasks))
    assert codes(made) == set()
