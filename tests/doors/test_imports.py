"""What comes from another tracker, at every door: who may bring it, and in which commit."""

from __future__ import annotations

from tests.support.clone import Clone
from tests.support.every_door import Attempt, each_at_every_door, taken_everywhere
from tests.support.forks import fork, results
from tests.support.histories import PlainRepo, a_task, moved
from tkledger.core.task import changed

KING = "king@example.org"


def came(key: str, state: str = "done", **fields: object) -> dict[str, object]:
    return {"state": state, "imported": f"github:{key}", **fields}


def test_every_door_lets_in_what_was_not_judged_only_by_who_answers_for_the_law(
    clone: Clone,
) -> None:
    """The ledger has tasks that have moved, so without a role nobody may."""
    lines = clone.root / "tasks.jsonl"
    lines.write_text('{"id": "z", "title": "Task z", "state": "done", "imported": "github:1"}\n')
    words = f"import --from jsonl {lines}"
    open_ = Attempt("new Title --id z", {"z": came("1", "todo")})
    each_at_every_door(
        clone, [("nobody has the role", "TK217", Attempt(words, {"z": came("1")}), open_)]
    )
    clone.ok("config", "set", "roles.policy", KING)
    by_king = Attempt(words, {"z": came("1")}, KING)
    each_at_every_door(
        clone,
        [
            ("a worker", "TK217", Attempt(words, {"z": came("1")}), by_king),
            ("beside a move", "TK217",
             Attempt("", {"z": came("1"), "a": {"state": "in_progress"}}, KING),
             Attempt("", {"z": came("1"), "y": came("2", "cancelled")}, KING)),
            ("beside a note", "TK217",
             Attempt("", {"z": came("1"), "a": {"notes": ["n"]}}, KING),
             Attempt("", {"z": came("1"), "y": came("2", "in_review")}, KING)),
            ("a verdict that counts", "TK504",
             Attempt("", {"z": came("1", "in_review", verdicts=[f"1.1 approved {KING} -"])}, KING),
             Attempt("", {"z": came("1", verdicts=[f"1.1 approved {KING} -"])}, KING)),
            ("twice", "TK218", Attempt("", {"y": came("1"), "z": came("1")}, KING), by_king),
        ],
    )  # fmt: skip
    by_king.by_hand(clone)
    each_at_every_door(
        clone,
        [
            ("known already", "TK218", Attempt("", {"y": came("1")}, KING), Attempt("", {"y": came("2")}, KING)),
        ],
    )  # fmt: skip
    clone.push()
    assert clone.verified() == set()


def test_what_was_imported_open_goes_on_under_the_law(clone: Clone) -> None:
    clone.ok("config", "set", "guards.g", "state=done", "fields=pr")
    clone.ok("config", "set", "roles.policy", KING)
    Attempt(
        "", {"y": came("1", "in_progress", owner="test@example.org"), "z": came("2")}, KING
    ).by_hand(clone)
    waits = Attempt("new Title --id w --depends-on z", {"w": {"depends_on": ["z"]}})
    waits.by_hand(clone)
    note = Attempt("note y n", {"y": {"notes": ["n"]}})
    ended = Attempt("done y", {"y": {"state": "done"}})
    each_at_every_door(clone, [("its end", "TK507", ended, note)])
    taken_everywhere(
        clone, Attempt("start w", {"w": {"state": "in_progress", "owner": "test@example.org"}})
    )


def test_a_branch_from_before_the_first_move_ends_no_work_by_an_import(begun: PlainRepo) -> None:
    """Without a role the import is legal on its branch; git merges it over the task that is in work."""
    task = a_task("c")
    ended = changed(task, state="done", imported="beads:c")
    fork(begun, [{"c": task}, {"c": moved(task, "in_progress")}], [{"c": ended}])
    assert begun.codes("theirs") == {}
    assert results(begun, {"c": ended}) == {"TK217"}


def test_two_branches_may_import_the_same_and_begin(begun: PlainRepo) -> None:
    task = changed(a_task("c"), imported="beads:c")
    ended = changed(a_task("d"), state="done", imported="beads:d")
    started = moved(task, "in_progress")
    fork(begun, [{"c": task, "d": ended}], [{"c": task, "d": ended}, {"c": started}])
    assert results(begun, {"c": started, "d": ended}) == set()
