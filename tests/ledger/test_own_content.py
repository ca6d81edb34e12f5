"""Whether a merge only joins, or is work by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.histories import Files, PlainRepo, a_task, genesis
from tkledger.git import history
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger

CODE = b"".join(b"%d\n" % n for n in range(1, 20))
OURS, THEIRS = CODE.replace(b"2\n", b"two\n", 1), CODE.replace(b"18\n", b"eighteen\n")
BOTH = OURS.replace(b"18\n", b"eighteen\n")
RUN = ("100755", CODE.decode())


@pytest.fixture
def forked(plain_repo: PlainRepo) -> PlainRepo:
    """Two branches that change the ends of one file, and remove the halves of a folder."""
    begin: Files = {**genesis(), "src/f": CODE, "old/x": b"1", "old/y": b"2", "run.sh": RUN}
    oids = plain_repo.fast_import(
        [
            (begin, ()),
            ({"src/f": OURS, "old/x": None, "a": a_task()}, (1,)),
            ({"src/f": THEIRS, "old/y": None, "z/new": b"n", "run.sh": RUN_BY_HAND}, (1,)),
        ]
    )
    for name, oid in zip(("base", "ours", "theirs"), oids):
        plain_repo.git("update-ref", f"refs/heads/{name}", oid)
    return plain_repo


RUN_BY_HAND = ("100755", THEIRS.decode())
JOINED: Files = {"src/f": BOTH, "old/y": None, "z/new": b"n", "run.sh": RUN_BY_HAND}
OWN: Files = {**JOINED, "src/f": BOTH + b"20\n"}
TWO = ("ours", "theirs")

SHAPES: dict[str, tuple[Files, tuple[str, ...], bool]] = {
    "as git merges": (JOINED, TWO, False),
    "one side chosen": ({**JOINED, "src/f": OURS}, TWO, False),
    "one side's change left out": ({"old/y": None, "run.sh": RUN_BY_HAND}, TWO, False),
    "a mode of one side and bytes of the other": (
        {**JOINED, "run.sh": ("100755", CODE.decode())}, TWO, False,
    ),
    "a line of its own": (OWN, TWO, True),
    "a file of its own": ({**JOINED, "src/g": b"g"}, TWO, True),
    "a folder of its own": ({**JOINED, "p/q/r": b"g"}, TWO, True),
    "a file that both have is gone": ({**JOINED, "src/f": None}, TWO, True),
    "bytes that are no text": ({**JOINED, "src/f": b"\0"}, TWO, True),
    "a task of its own": ({**JOINED, "b": a_task("b")}, TWO, False),
    "with its parent, nothing changed": ({}, ("ours", "base"), False),
    "with its parent, the other way round": ({"src/f": OURS, "old/x": None}, ("base", "ours"), False),
    "with its parent, a file more": ({"src/g": b"g"}, ("ours", "base"), True),
    "with its parent, undone": ({"src/f": CODE}, ("ours", "base"), True),
    "with itself": ({"src/g": b"g"}, ("ours", "ours"), True),
    "with itself, nothing changed": ({}, ("ours", "ours"), False),
    "with the parent of one side": (JOINED, (*TWO, "base"), True),
    "of ancestors only": ({"src/g": b"g"}, ("ours", "base", "base"), True),
}  # fmt: skip


def own(plain_repo: PlainRepo, merge: str) -> bool:
    ledger = Ledger(Repo(str(plain_repo.path)))
    found = history.as_commit(ledger.repo.read(merge))
    assert found is not None
    return ledger.has_own_content(found)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_merge_has_content_of_its_own(forked: PlainRepo, shape: str) -> None:
    files, parents, expected = SHAPES[shape]
    assert own(forked, _merge(forked, files, *parents)) is expected


def test_what_git_merges_by_itself_has_none(forked: PlainRepo) -> None:
    forked.git("checkout", "-q", "ours")
    forked.git("merge", "-q", "--no-edit", "theirs")
    assert not own(forked, forked.git("rev-parse", "HEAD"))
    forked.git("checkout", "-q", "-b", "three", "base")
    forked.by_hand({"three": b"3"})
    forked.git("checkout", "-q", "ours")
    third = forked.git("commit-tree", "-p", "ours", "-p", "three", "-m", "x", "ours^{tree}")
    assert not own(forked, third), "a side's files left out are its choice, not its content"


def test_attributes_of_a_clone_do_not_decide(forked: PlainRepo) -> None:
    text = _merge(forked, JOINED, *TWO)
    binary = _merge(forked, {**JOINED, "src/f": BOTH + b"\0"}, *TWO)
    forked.git("checkout", "-q", "ours")
    forked.write({".gitattributes": b"* -diff\n"})
    assert not own(forked, text)
    info = forked.path / ".git/info/attributes"
    info.parent.mkdir(exist_ok=True)
    info.write_text("* binary\n")
    assert not own(forked, text)
    info.write_text("* diff\n")
    assert own(forked, binary)


def test_a_partial_clone_fetches_what_it_lacks(forked: PlainRepo, tmp_path: Path) -> None:
    merges = {
        expected: _merge(forked, files, *TWO) for expected, files in ((False, JOINED), (True, OWN))
    }
    for expected, merge in merges.items():
        forked.git("tag", f"own-{expected}", merge)
    forked.git("config", "uploadpack.allowFilter", "true")
    path = tmp_path / "partial"
    options = ("-q", "--no-checkout", "--filter=blob:none")
    forked.git("clone", *options, forked.path.as_uri(), str(path))
    partial = PlainRepo(path)
    assert [own(partial, merge) for merge in merges.values()] == [*merges]


def test_under_edition_1_no_merge_has(plain_repo: PlainRepo) -> None:
    first = plain_repo.fast_import([(genesis(law=1), ()), ({"src/f": CODE}, (1,))])[1]
    assert not own(plain_repo, _merge(plain_repo, {"src/g": b"g"}, first, first))


def test_folders_that_hold_each_other_end(forked: PlainRepo) -> None:
    """Each holds the one before ten times, and no file: there is no end of walking in them."""
    bomb = forked.git("mktree", stdin=b"")
    for _ in range(12):
        bomb = forked.git(
            "mktree",
            stdin=b"".join(b"040000 tree %s\t%d\n" % (bomb.encode(), n) for n in range(10)),
        )
    tree = forked.git(
        "mktree", stdin=(forked.git("ls-tree", "ours") + f"\n040000 tree {bomb}\tzz\n").encode()
    )
    merge = forked.git("commit-tree", "-p", "ours", "-p", "theirs", "-m", "x", tree)
    assert own(forked, merge)


def _merge(plain_repo: PlainRepo, files: Files, *parents: str) -> str:
    return plain_repo.commit(
        files, *(plain_repo.git("rev-parse", one) for one in parents), branch=None
    )
