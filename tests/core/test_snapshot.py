"""What is asked of a ledger as a whole, and what is read for it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.support.changes import a_task, done, ledger
from tests.support.stored import Stored
from tkledger.core.charges import steps
from tkledger.core.lifecycle import State
from tkledger.core.overview import rank
from tkledger.core.rows import overview
from tkledger.core.snapshot import (
    EMPTY,
    Elsewhere,
    Flaw,
    Pending,
    Snapshot,
    names,
    touched,
)
from tkledger.core.task import Task

FLAW = Flaw("TK101", ".tasks/x", "m", "r")


class Reading:
    """A ledger of files not read yet, and the lists of those that were asked for."""

    def __init__(self, *found: Task | Flaw) -> None:
        self.asked: list[list[str]] = []
        self._found = {one.id if isinstance(one, Task) else "bad": one for one in found}
        self.ledger = Snapshot({key: Pending(key, "0") for key in self._found}, None, self._load)

    def _load(self, waiting: Sequence[Pending]) -> list[Task | Flaw]:
        self.asked.append([one.path for one in waiting])
        return [self._found[one.path] for one in waiting]


def test_a_file_is_read_when_it_is_asked_for_and_once() -> None:
    a, b = a_task("a"), a_task("b")
    reading = Reading(a, b, FLAW)
    assert list(reading.ledger.ids()) == ["a", "b", "bad"]
    assert reading.asked == []
    assert [reading.ledger.task(key) for key in ("a", "a", "bad", "no")] == [a, a, None, None]
    assert reading.asked == [["a"], ["bad"]]
    assert list(reading.ledger.tasks()) == [a, b]
    assert list(reading.ledger.flaws()) == [FLAW]
    assert reading.asked == [["a"], ["bad"], ["b"]]
    whole = Reading(a, b, FLAW)
    assert list(whole.ledger.flaws()) == [FLAW]
    assert whole.asked == [["a", "b", "bad"]]
    assert list(whole.ledger.tasks()) == [a, b]
    assert whole.asked == [["a", "b", "bad"]]


def test_a_ledger_in_memory_reads_nothing() -> None:
    with pytest.raises(AssertionError, match=r"^nothing can load \["):
        Snapshot({"a": Pending("a", "0")}).task("a")


def test_paths_are_no_ids() -> None:
    found = Snapshot({"a": a_task("a"), ".tasks/x": FLAW})
    assert list(found.ids()) == ["a"]
    assert list(found.tasks()) == [a_task("a")]
    assert found.matching(".tasks/x") == []
    assert found.matching(".") == []
    assert found.parent(".tasks/x") is None
    assert FLAW.mark == ""
    assert Elsewhere("b", "c") == ("b", "c", False, False, False)


def test_which_ids_begin_so() -> None:
    found = ledger(a_task("ab"), a_task("abc"), a_task("b"))
    assert [found.matching(one) for one in ("ab", "a", "b", "c")] == [
        ["ab"],
        ["ab", "abc"],
        ["b"],
        [],
    ]


def test_what_is_ready_is_in_todo_and_waits_for_nothing() -> None:
    found = ledger(
        a_task("a", priority=3),
        a_task("b", state="in_progress"),
        a_task("c", depends_on=["z"]),
        a_task("d", depends_on=["b"]),
        a_task("e", depends_on=["y"], priority=1),
        a_task("f", depends_on=["no"]),
        done("y"),
        done("z"),
    )
    found.elsewhere = {"z": Elsewhere("tk/z", "0")}  # done there, and to be merged
    shown = overview(found)
    assert [row.id for row in shown.some(shown.ready())] == ["e", "a"]
    assert found.blocked_by(a_task("x", depends_on=["y", "z", "b", "no"])) == ("b", "no", "z")


def test_the_order_in_which_tasks_are_shown() -> None:
    late, urgent, plain = a_task("b"), a_task("z", priority=0), a_task("a")
    shown = sorted([done("0"), late, plain, urgent], key=rank)
    assert [task.id for task in shown] == ["z", "a", "b", "0"]


def test_links_of_what_was_changed() -> None:
    a, b = a_task("a", parent="p"), a_task("b", parent="p", origin="o", depends_on=["d"])
    before = ledger(a, b)
    assert before.children("p") == ("a", "b")
    after = before.evolve({"a": a._replace(parent="q"), "b": None, "c": b._replace(id="c")})
    assert "b" not in after.entries
    assert [after.children(one) for one in "pq"] == [("c",), ("a",)]
    assert (after.offspring("o"), after.dependants("d")) == (("c",), ("c",))
    assert before.children("p") == ("a", "b")
    same = after.put(a._replace(parent="q", title="other"))
    assert same.children("q") == ("a",)
    assert names(a_task("x", reopens="r")) == ((), ("r",), (), ())
    assert names(a_task("x", imported="a:b")) == ((), (), (), ("a:b",))


def test_who_reopens_it() -> None:
    old = done("a")
    found = ledger(old, a_task("b", origin="a"), a_task("c", reopens="a"))
    assert [task.id for task in found.successors("a")] == ["c"]
    latest = found.latest("a")
    assert latest is not None
    assert latest.id == "c"
    gone = found.evolve({"c": None})
    assert gone.latest("a") == old
    assert EMPTY.latest("a") is None


def test_what_was_touched_differs() -> None:
    a, b = a_task("a"), a_task("b")
    before = ledger(a, b)
    assert touched([before], before) == frozenset()
    assert touched([before], before.put(a._replace(title="x"))) == {"a"}
    assert touched([before, before.put(b._replace(title="y"))], before) == {"b"}
    files = Reading(a, b)
    twin = Snapshot({"a": Pending("other", "1"), "b": b}, None, lambda waiting: [a])
    assert touched([files.ledger], twin) == frozenset()  # other files that say the same
    assert a.state is State.TODO


def test_the_tasks_of_a_message() -> None:
    assert steps("x\n\nTk-Task: a\nTk-Spend: b\nTk-Task: c\n") == ("a", "c")


def test_what_is_said_of_links_is_looked_up_in_the_files() -> None:
    tasks = [
        *(a_task("a"), a_task("b", parent="a"), a_task("c", parent="a", origin="a")),
        *(a_task("d", depends_on=["a"]), a_task("e"), a_task("f")),
    ]
    stored = Stored({one.id: one for one in tasks}, [("d", "a"), ("e", "a")])
    found = stored.snapshot({})
    assert found.children("no") == ()
    assert stored.asked == []
    assert found.children("a") == ("b", "c")
    assert stored.asked == [["b", "c", "d", "e"]]  # at once, and no others
    assert found.offspring("a") == ("c",)
    assert found.dependants("a") == ("d",)
    assert stored.asked == [["b", "c", "d", "e"]]
    after = found.put(a_task("b"), a_task("g", parent="a"))
    assert after.children("a") == ("c", "g")
    assert after.put(a_task("c")).children("a") == ("g",)
    assert [one.id for one in found.tasks()] == list("abcdef")
    assert stored.asked[1:] == [["a", "f"]]
    assert isinstance(found.entries, dict)


def test_links_of_a_folder_with_changes() -> None:
    stored = Stored({"a": a_task("a"), "b": a_task("b", parent="a")})
    found = stored.snapshot({"b": a_task("b"), "c": a_task("c", parent="a"), ".tasks/x": FLAW})
    assert found.children("a") == ("c",)
    assert found.matching("") == ["a", "b", "c"]
    assert found.matching("a") == ["a"]


def test_nothing_is_remembered_of_a_folder_without_links() -> None:
    class Silent(Stored):
        def links(self) -> None:  # type: ignore[override]
            return None

    silent = Silent({"a": a_task("a"), "b": a_task("b", parent="a")})
    assert silent.snapshot({}).children("a") == ("b",)
    assert silent.asked == [["a", "b"]]
