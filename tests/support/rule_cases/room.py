"""Files that are too full, and lists that are too long, TK111, and legal twins."""

from __future__ import annotations

from tests.support.changes import a_task, birth, edit, ledger, merged
from tests.support.rule_cases.case import Case
from tkledger.core import room
from tkledger.core.task import Task

FREE = room.MAX_BYTES - room.RESERVED


def sized(bytes: int, **fields: object) -> Task:
    """A task whose file takes so many bytes."""
    bare = room.size(a_task(**fields, description="d"))
    return a_task(**fields, description="d" * (bytes - bare + 1))


def room_cases() -> list[Case]:
    full = sized(FREE)
    base, sides = full._replace(notes=()), []
    for letter in "ab":
        notes = tuple(f"{letter}{number} " + "n" * 800 for number in range(5))
        sides.append(base._replace(notes=notes))
    both = base._replace(notes=(*sides[0].notes, *sides[1].notes))
    grown = both._replace(description=both.description[: -(room.size(both) - room.MERGED)])  # type: ignore[index]
    less = [one._replace(description=grown.description) for one in (base, *sides)]
    more = [one._replace(description=f"{one.description}d") for one in less]
    work = {"state": "in_progress"}
    open_one = {"concerns": ["ops: who?"]}
    settled = {**open_one, "settled": ["ops: who?"]}
    busy = sized(FREE, **work)
    rows = (
        ("born too full", birth(sized(FREE + 1)), birth(full)),
        (
            "a note too many",
            edit(full, full._replace(notes=("n",))),
            edit(full, full._replace(description="short", notes=("n",))),
        ),
        (
            "a move with a note",
            edit(busy, busy._replace(state=a_task(state="in_review").state, notes=("n",))),
            edit(busy, busy._replace(state=a_task(state="in_review").state, owner="o" * 7000)),
        ),
        (
            "no room for what settles it",
            birth(sized(FREE, **open_one)),
            birth(sized(FREE, **settled)),
        ),
        (
            "an owner beyond what moves have",
            edit(busy, busy._replace(owner="o" * 8000)),
            edit(busy, busy._replace(state=a_task(state="cancelled").state)),
        ),
        (
            "too many notes",
            birth(a_task(notes=["n"] * 1001)),
            birth(a_task(notes=["n"] * 1000)),
        ),
        (
            "too many bytes of criteria",
            birth(a_task(criteria=[f"{n} {'c' * 295}" for n in range(45)])),
            birth(a_task(criteria=[f"{n} {'c' * 255}" for n in range(45)])),
        ),
        (
            "a merge too full",
            merged(
                ledger(more[0]),
                ledger(more[1]),
                ledger(more[2]),
                into=ledger(more[0]._replace(notes=both.notes)),
            ),
            merged(
                ledger(less[0]),
                ledger(less[1]),
                ledger(less[2]),
                into=ledger(less[0]._replace(notes=both.notes)),
            ),
        ),
    )
    return [Case("TK111", what, broken, legal) for what, broken, legal in rows]
