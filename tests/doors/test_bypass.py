"""Ways around the rules, each with the door that shuts it, and beside it its honest twin.

Whatever a client's doors miss, the server refuses and ``tk verify`` names.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.bypass import asked, authority, commits, files, merges
from tests.support.bypass.table import PUSH, ROWS, SERVER, Row
from tests.support.clone import Clone, Refused

__all__ = ["asked", "authority", "commits", "files", "merges"]  # they fill the table

Fresh = Callable[[str], Clone]


def refused_by(clone: Clone, row: Row) -> tuple[str, str]:
    """The first door that refused, and its words; the attempt ends with a push."""
    try:
        row.attempt(clone)
        clone.push(*row.pushed)
    except Refused as error:
        words = str(error)
        doors = clone.refusals() or [words.partition(":")[0]]
        return doors[0], words
    return "", ""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_way_around_is_shut(fresh: Fresh, row: Row) -> None:
    clone = fresh("with")
    before = clone.arrived()
    assert refused_by(clone, row) == (row.door, Word(row.code))
    assert clone.arrived() == before

    clone = fresh("without").hooks_off()
    row.attempt(clone)
    with pytest.raises(Refused, match=row.code):
        clone.push(*row.pushed, options=("--no-verify",))
    assert clone.arrived() == before
    assert "pre-receive" in clone.refusals()
    if row.verified:
        clone.git("update-ref", "--no-deref", "HEAD", f"{row.pushed[-1]}^{{commit}}")
        assert row.code in clone.verified()


@pytest.mark.parametrize("row", [row for row in ROWS if row.apart], ids=lambda row: row.name)
def test_its_honest_twin_passes(fresh: Fresh, row: Row) -> None:
    clone = fresh("pair")
    row.legal(clone)
    clone.push(*row.pushed)
    assert clone.refusals() == []
    assert clone.verified() == set()


def test_the_other_honest_twins_pass_in_one_push(fresh: Fresh) -> None:
    """Each on a branch of its own, which begins where all begin."""
    clone = fresh("pair")
    start, config = clone.oid("main"), (clone.path / ".git/config").read_bytes()
    shut = {}
    for number, row in enumerate(row for row in ROWS if not row.apart):
        try:
            row.legal(clone)
        except Refused as error:
            shut[row.name] = str(error)
        clone.git("update-ref", f"refs/heads/twin{number}", row.pushed[0])
        clone.write(".git/config", config)
        start_again(clone, start)
    assert shut == {}
    assert clone.verified() == set()
    clone.push("refs/heads/twin*:refs/heads/twin*")
    assert clone.refusals() == []


def start_again(clone: Clone, start: str) -> None:
    """Go back to the start, past the hooks."""
    past = ("-c", "core.hooksPath=/dev/null")
    clone.git(*past, "checkout", "-q", "-f", "-B", "main", start)
    clone.git("clean", "-q", "-f", "-d")
    branches = clone.git("for-each-ref", "--format=%(refname)", "refs/heads").split()
    extra = [one for one in branches if not one.startswith(("refs/heads/main", "refs/heads/twin"))]
    clone.git(*past, "update-ref", "--stdin", stdin="".join(f"delete {one}\n" for one in extra))


class Word(str):
    """Equal to a text that holds it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and str(self) in other

    __hash__ = str.__hash__


def test_the_table_names_each_way_once() -> None:
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names)) > 100


def test_what_only_the_later_doors_refuse_is_known() -> None:
    """What slips past the client's own doors as long as nothing is pushed."""
    assert {row.name for row in ROWS if row.door in (PUSH, SERVER)} == {
        "-c core.hooksPath=",
        "a ref's file by hand",
        "GitPython without hooks",
        "dulwich",
        "fast-forward to a branch made without hooks",
        "pull from another remote",
        "a tag",
        "one bad ref of several",
        "a commit from the future",
    }
