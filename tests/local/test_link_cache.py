"""What tasks name is remembered, says where to look, and never decides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.project import Project
from tkledger.core.entries import NAMES_NONE, Named
from tkledger.errors import Exit
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.local.link_cache import LinkCache


@pytest.fixture
def family(project: Project) -> Project:
    """A ledger with more tasks than are read each time, most of them below others."""
    lines = [{"op": "new", "id": f"t{n}", "title": f"Task {n}"} for n in range(40)]
    for number, line in enumerate(lines):
        if number % 10:
            line["parent"] = f"t{number // 10 * 10}"
    project.ok("batch", stdin="".join(json.dumps(line) + "\n" for line in lines))
    project.ok("start", "t0")
    return project


def finish(project: Project) -> list[str]:
    """What is said if a task with open children is to end: these are asked for."""
    answer = project.tk("done", "t0", "--dry-run", "--json")
    assert answer.status == Exit.REJECTED
    return [one["message"] for one in answer.json["violations"]]


def page(project: Project) -> Path:
    return project.path / ".git" / "tk" / "links"


def test_it_is_kept_for_the_next_command(family: Project) -> None:
    page(family).unlink(missing_ok=True)
    first = finish(family)
    kept = page(family).read_bytes()
    known = LinkCache(str(family.path / ".git")).read()
    assert sum(one == Named(("t0",)) for one in known.values()) == 9
    assert sum(one is NAMES_NONE for one in known.values()) >= 4
    assert finish(family) == first
    assert page(family).read_bytes() == kept


def test_damaged_or_foreign_bytes_are_as_good_as_none(family: Project) -> None:
    page(family).unlink(missing_ok=True)
    first = finish(family)
    kept = page(family).read_bytes()
    middle = len(kept) // 2
    for junk in (
        *(b"", b"tk", kept[:-1], kept[:middle], kept + b"x", b"9" + kept),
        kept[:middle] + bytes([kept[middle] ^ 1]) + kept[middle + 1 :],
    ):
        page(family).write_bytes(junk)
        assert LinkCache(str(family.path / ".git")).read() == {}
        assert finish(family) == first
        assert page(family).read_bytes() == kept
    page(family).unlink()
    page(family).mkdir()
    assert finish(family) == first


def test_a_page_of_another_repository_or_with_too_much_changes_no_verdict(family: Project) -> None:
    first = finish(family)
    repo = Repo(str(family.path))
    cache = LinkCache(repo.common_dir)
    right = cache.read()
    more = {oid: Named(*((*one, "t0", "t1") for one in named)) for oid, named in right.items()}
    for known in ({bytes([n]) * 20: Named(("t0",)) for n in range(99)}, more):
        cache.write(known)
        assert finish(family) == first
        here, there = Ledger(repo, remembers=True).head(), Ledger(repo).head()
        for key in there.ids():
            assert here.children(key) == there.children(key)
            assert here.offspring(key) == there.offspring(key)
            assert here.dependants(key) == there.dependants(key)
            assert here.imported_as(key) == there.imported_as(key)
